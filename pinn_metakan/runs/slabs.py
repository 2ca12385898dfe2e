"""The slabs of time that a run solves one after the other; one for most runs."""

import copy
import math
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import torch
from torch import Generator, Tensor

from pinn_metakan.ansatz.ansatz import Ansatz
from pinn_metakan.errors import SettingsError
from pinn_metakan.losses.objective import Objective
from pinn_metakan.losses.rates import characteristic_times
from pinn_metakan.losses.residual_norms import measure_residuals
from pinn_metakan.pde.formulation import Formulation, formulate
from pinn_metakan.pde.slab import slab_of, slab_times
from pinn_metakan.results.residual_norms import ResidualNorms
from pinn_metakan.runs.fields import SlabFields
from pinn_metakan.runs.legs.plan import plan_legs
from pinn_metakan.settings.sections import Settings
from pinn_metakan.settings.stages import LMSettings, StageSettings
from pinn_metakan.untrusted.shapes import refuse_unlike

# All: docs/decisions/0023-slabs.md.
#: More characteristic times than these are solved in slabs, of so many each.
_MOST_TIMES, _TIMES_OF_A_SLAB = 24.0, 6.0
#: The same where time is the only coordinate.
_MOST_TIMES_ALONE, _TIMES_OF_A_SLAB_ALONE = 6.0, 3.0
#: No more slabs than these are chosen.
_MOST_SLABS = 64
#: So many are advised where the equations tell no more (docs/decisions/0034-hard-cases.md).
_SLABS_UNTOLD = 4
#: Slabs share the steps of a stage, but have no fewer than these each: with coordinates beside
#: time, and without.
_LEAST_STEPS, _LEAST_STEPS_ALONE = 50, 100
#: The relative fall of the loss that steps of a slab must reach, where there are other coordinates
#: and no tolerance is asked for: each slab waits for those before it.
_TOLERANCE = 0.05
#: The scaled loss that is enough for a slab.
_ENOUGH = 1e-20


def slabs_to_try(settings: Settings, whole: Formulation, objective: Objective) -> int:
    """How many slabs a run that could not be solved is to try.

    Args:
        settings: All settings of the run.
        whole: The problem.
        objective: That which was minimized last.

    Returns:
        Twice as many as there were, or one for so many characteristic times as `with_slabs` takes
        for a slab; 0 if the problem cannot be cut.
    """
    if settings.slabs > 1:
        return min(2 * settings.slabs, _MOST_SLABS)
    try:
        plan_legs(settings, slab_times(whole, 2))
    except SettingsError:
        return 0
    times, (_, of_a_slab) = characteristic_times(whole, objective), _limits(whole)
    if not of_a_slab < times < math.inf:
        return _SLABS_UNTOLD
    return min(math.ceil(times / of_a_slab), _MOST_SLABS)


def _limits(whole: Formulation) -> tuple[float, float]:
    """Most characteristic times that are solved as one, and how many make a slab."""
    if whole.variables.dimension == 1:
        return _MOST_TIMES_ALONE, _TIMES_OF_A_SLAB_ALONE
    return _MOST_TIMES, _TIMES_OF_A_SLAB


def with_slabs(settings: Settings, whole: Formulation, objective: Objective) -> Settings:
    """Choose the number of slabs by the characteristic times that the duration is.

    Args:
        settings: All settings.
        whole: The problem.
        objective: That of the problem over its whole time.

    Returns:
        Settings with the number of slabs, a loss that is enough for one, and stages that are
        shorter where there are many; one slab for problems that cannot be cut, and for networks
        that grow. As they are where a number is set.
    """
    if settings.slabs:
        return settings
    try:
        plan_legs(settings, slab_times(whole, 2))
    except SettingsError:
        return settings.model_copy(update={"slabs": 1})
    most, of_a_slab = _limits(whole)
    times = characteristic_times(whole, objective)
    if not most < times < math.inf:
        return settings.model_copy(update={"slabs": 1})
    count = min(math.ceil(times / of_a_slab), _MOST_SLABS)
    enough = {"tolerance": max(settings.tolerance, _ENOUGH)}
    is_alone = whole.variables.dimension == 1
    stages = {
        name: _stage_of_slab(settings.stage(name), count, is_alone) for name in settings.stages
    }
    return settings.model_copy(update={"slabs": count, **enough, **stages})


def _stage_of_slab(stage: StageSettings, count: int, is_alone: bool) -> StageSettings:
    """A stage as each of so many slabs has it; alone is time that is the only coordinate."""
    least = _LEAST_STEPS_ALONE if is_alone else _LEAST_STEPS
    changed: dict[str, object] = {"steps": min(stage.steps, max(least, -(-stage.steps // count)))}
    if isinstance(stage, LMSettings) and not is_alone and "tolerance" not in stage.model_fields_set:
        changed["tolerance"] = _TOLERANCE
    return stage.model_copy(update=changed)


#: First and last time of a run that is solved as one.
WHOLE_TIME = (-math.inf, math.inf)


class Slabs:
    """Which slab is solved now, and what the slabs before have ended with.

    Args:
        whole: The problem.
        count: How many slabs.

    Raises:
        SettingsError: If the problem cannot be cut into slabs.
    """

    def __init__(self, whole: Formulation, count: int):
        self._whole = whole
        #: First time of each slab, and the last time of all.
        self.times = slab_times(whole, count) if count > 1 else list(WHOLE_TIME)
        self._over: list[Objective] = []
        self._satisfied: set[str] = set()

    @property
    def is_last(self) -> bool:
        """Whether no slab follows."""
        return len(self._over) + 2 == len(self.times)

    @property
    def number(self) -> int:
        """Number of the present slab, from 1."""
        return len(self._over) + 1

    @property
    def end(self) -> float:
        """Last time of the present slab; infinite if it is the whole time."""
        return self.times[len(self._over) + 1]

    def first(self) -> Formulation:
        """The problem of the first of several slabs."""
        return formulate(slab_of(self._whole, self.times[0], self.times[1]))

    def close(self, objective: Objective, satisfied: Collection[str]) -> None:
        """Go on with the next slab.

        Args:
            objective: That of the slab that is over; its field is that of the solution there.
            satisfied: Its terms that hold by construction.
        """
        self._over.append(objective)
        self._satisfied.update(satisfied)

    def measured(
        self, present: Objective, satisfied: Collection[str], count: int, generator: Generator
    ) -> ResidualNorms:
        """Measure the residuals of all slabs up to the present one on fresh points.

        Args:
            present: The objective of the present slab.
            satisfied: Its terms that hold by construction.
            count: As for `measure_residuals`.
            generator: Draws the points.

        Returns:
            Their norms.
        """
        exact = self._satisfied.union(satisfied)
        return measure_residuals([*self._over, present], exact, count, generator)

    def fields(self, present: Objective) -> SlabFields:
        """What evaluates the solution.

        Args:
            present: The objective of the present slab.

        Returns:
            Field and residual at any time; beyond the present slab, those of it.
        """
        objectives = [*self._over, present]
        return SlabFields(self.times[1 : 1 + len(objectives)], objectives)

    def pack(self) -> list[dict[str, Any]]:
        """What a checkpoint keeps of the slabs that are over."""
        return [
            {"tensors": _tensors(objective.ansatz), "scales": objective.scales.as_dict()}
            for objective in self._over
        ]


def frozen_field(ansatz: Ansatz) -> Callable[[Tensor], Tensor]:
    """What evaluates a field as it is now, to be differentiated: (N, d) -> (N, m)."""
    frozen = copy.deepcopy(ansatz).requires_grad_(False)
    like = next(frozen.parameters())
    return lambda points: frozen(points.to(like))


def as_it_ended(objective: Objective, kept: Mapping[str, Any]) -> Objective:
    """Restore the objective of a slab that is over.

    Args:
        objective: As it began.
        kept: An entry of `Slabs.pack`.

    Returns:
        The objective, with the parameters of its end.
    """
    objective = objective.scaled(objective.scales.replaced_by(kept["scales"]))
    with torch.no_grad():
        for tensor, value in zip(_tensors(objective.ansatz), kept["tensors"], strict=True):
            refuse_unlike(value, tensor, "slabs.tensors")
            tensor.copy_(value)
    return objective


def kept_slabs(state: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The slabs of a checkpoint; version 0.2.0 had none."""
    return iter(state.get("slabs", []))


def _tensors(ansatz: Ansatz) -> list[Tensor]:
    return [*ansatz.parameters(), *(buffer for _, buffer in ansatz.network.named_buffers())]
