"""What is trained on a part of a problem's time, or on all of it: ansatz, points and objective."""

import copy
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Generator

from pinn_metakan.ansatz.build import build_ansatz
from pinn_metakan.ansatz.hard.constraints import HardConstraints
from pinn_metakan.errors import ProblemError
from pinn_metakan.geometry.domain import Face
from pinn_metakan.losses.build import build_collocation, build_objective
from pinn_metakan.losses.collocation import Collocation
from pinn_metakan.losses.engines import choose_engine
from pinn_metakan.losses.objective import Objective
from pinn_metakan.losses.vertex_weights import VertexWeights, vertex_weights
from pinn_metakan.networks.network import Network
from pinn_metakan.networks.table import build_network
from pinn_metakan.pde.coefficients import note_jumps
from pinn_metakan.pde.formulation import Formulation
from pinn_metakan.pde.missing_data import note_missing_data
from pinn_metakan.runs.choices import RunChoices
from pinn_metakan.settings.sections import PointSettings, Settings


@dataclass(frozen=True)
class Part:
    """A part of a run's problem, put together.

    Args:
        formulation: The problem of the part.
        objective: What is minimized.
        satisfied: Names of the terms that hold by construction.
        engine_reason: Which engine differentiates, and why.
        notes: Lines for the user.
        constraints: The constraints, and what is known of the data of conditions.
        causality: How strictly early times come before late ones.
        vertices: What points of the equations count for near vertices; None for all alike.
    """

    formulation: Formulation
    objective: Objective
    satisfied: frozenset[str]
    engine_reason: str
    notes: tuple[str, ...]
    constraints: HardConstraints
    causality: float = 0.0
    vertices: VertexWeights | None = None

    def drawn(self, points: PointSettings, generator: Generator) -> Collocation:
        """Draw points anew, by other settings, for the terms that do not hold by construction."""
        like = next(self.objective.ansatz.parameters())
        weights = (self.constraints.meetings, self.causality, self.vertices)
        collocation = build_collocation(
            self.formulation, points, generator, like.device, like.dtype, *weights
        )
        collocation.leave_out(self.satisfied)
        return collocation


def build_part(
    formulation: Formulation,
    settings: Settings,
    points: PointSettings,
    make_network: Callable[[int, int], Network],
    generator: Generator,
    device: torch.device,
    dtype: torch.dtype,
    flat: frozenset[Face] | None = None,
) -> Part:
    """Put a part of a problem together.

    Args:
        formulation: The problem of the part.
        settings: All settings.
        points: How many points, and how they are spread.
        make_network: Takes the numbers of features and of unknowns.
        generator: CPU generator of the points.
        device: Where to compute.
        dtype: Of what numbers.
        flat: Faces whose fluxes hold by construction in all parts, as was found for the whole; None
            to find them.

    Returns:
        The part.

    Raises:
        ProblemError: If the problem cannot be used.
        SettingsError: If a setting cannot be used with it.
    """
    is_hard = settings.conditions == "hard"
    built = build_ansatz(formulation, is_hard, make_network, device, dtype, settings.fluxes, flat)
    engine, reason = choose_engine(settings.engine, built.ansatz)
    vertices = vertex_weights(built.ansatz, formulation.domain, formulation.equations.quantities)
    weights = (built.constraints.meetings, settings.loss.causality, vertices)
    collocation = build_collocation(formulation, points, generator, device, dtype, *weights)
    problem = formulation.problem
    objective, satisfied = build_objective(
        built, collocation, settings.loss, engine, problem.scales, formulation
    )
    unusable = objective.first_unusable_term()
    if unusable is not None:
        term, places = unusable
        raise ProblemError(
            f"{problem.origin.label}: term {term!r} is NaN or infinite for the untrained network "
            f"at {places}; expected finite values (N,)"
        )
    notes = (*built.notes, *note_jumps(formulation), *note_missing_data(formulation))
    return Part(formulation, objective, satisfied, reason, notes, built.constraints, *weights[1:])


def network_maker(
    choices: RunChoices, network: Network | None, generator: Generator
) -> Callable[[int, int], Network]:
    """What makes the network of a run from the numbers of features and of unknowns.

    Args:
        choices: Which network.
        network: A network object of the user's, of which a copy is trained; None for none.
        generator: CPU generator of its start.

    Returns:
        The function.
    """
    if network is not None:
        copied = copy.deepcopy(network)  # solutions that have it stay as they are
        return lambda inputs, outputs: copied

    def make(inputs: int, outputs: int) -> Network:
        own = {part.setting: part.make for part in choices.parts}
        return build_network(inputs, outputs, choices.settings.network, generator, own)

    return make
