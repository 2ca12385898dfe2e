"""A run, assembled: problem, ansatz, points, objective, legs and trainer put together."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import torch
from torch import Generator, Tensor

from pinn_metakan.ansatz.ansatz import Ansatz
from pinn_metakan.diagnosis.table import grave_notes, stated_findings
from pinn_metakan.geometry.domain import Face
from pinn_metakan.losses.adapt import build_adapted
from pinn_metakan.losses.collocation import TermGroup
from pinn_metakan.losses.objective import Objective
from pinn_metakan.losses.random_dimensions import RandomDimensions
from pinn_metakan.losses.share import Share, refuse_few_points
from pinn_metakan.networks.network import Network
from pinn_metakan.optimizers.communicator import Communicator
from pinn_metakan.optimizers.verdict import Outcome
from pinn_metakan.pde.derivatives_of_code import told_derivatives
from pinn_metakan.pde.formulation import Formulation, formulate
from pinn_metakan.pde.overtime import assembled_in_time
from pinn_metakan.pde.problem import Problem
from pinn_metakan.results.residual_norms import ResidualNorms
from pinn_metakan.runs.checkpoint_format import in_this_format
from pinn_metakan.runs.choices import DTYPES, RunChoices
from pinn_metakan.runs.fields import SlabFields, error_measure, reference_on
from pinn_metakan.runs.grids import main_grid, plane_grid
from pinn_metakan.runs.needed_memory import refuse_what_never_fits
from pinn_metakan.runs.network_choice import best_alternative
from pinn_metakan.runs.part import Part, build_part, network_maker
from pinn_metakan.runs.processes import present_processes
from pinn_metakan.runs.reference_errors import stated_reference_errors
from pinn_metakan.runs.schedule import Schedule
from pinn_metakan.runs.slabs import Slabs, as_it_ended, frozen_field, kept_slabs, with_slabs
from pinn_metakan.runs.start import Start
from pinn_metakan.training.least_squares import LeastSquares
from pinn_metakan.training.record import TrainingRecord
from pinn_metakan.training.trainer import Trainer


class AssembledRun:
    """All parts of a run, ready to train its legs one after the other.

    Args:
        problem: The problem.
        choices: Everything else.
        network: A network object for ``choices.network == "custom"``; a copy of it is trained.
        communicator: The processes that train it; those that are there unless given.
        start: The trained network of another run to begin with, of which a copy is trained.

    Raises:
        ProblemError: If the problem cannot be used.
        SettingsError: If a setting cannot be used with it.
    """

    @assembled_in_time
    def __init__(
        self,
        problem: Problem,
        choices: RunChoices,
        network: Network | None = None,
        communicator: Communicator | None = None,
        start: Start | None = None,
    ):
        communicator = communicator or present_processes()
        self.start, self.communicator = start, communicator
        self._share = Share(communicator)
        self.problem, self.choices = problem, choices
        self.settings = settings = choices.settings
        self._place = (choices.device, DTYPES[choices.dtype])
        self.formulation = formulation = formulate(problem)
        refuse_what_never_fits(settings, formulation, choices.device)
        self._generator = Generator().manual_seed(choices.seed)
        self.grid = main_grid(self.formulation, settings.evaluation)
        self._points = settings.points
        self._slabs = Slabs(self.formulation, settings.slabs or 1)
        make_network = network_maker(choices, network, self._generator)
        make_network = make_network if start is None else start.maker(make_network)
        self._flat: frozenset[Face] | None = None
        self.part = self._built(self.formulation, make_network)
        self._flat = self.part.constraints.flat  # slabs have the same, for the same network
        if settings.slabs != 1:
            self._cut_into_slabs(make_network)
        self.carried = self.part.constraints.carried  # why the solution is not smooth
        self.findings = stated_findings(self.formulation)
        self.notes = (*self.part.notes, *grave_notes(self.findings))
        self.objective: Objective = self.part.objective
        if start is not None:
            self.objective = self.objective.scaled(start.scaled(self.objective.scales))
        self.ansatz: Ansatz = self.objective.ansatz
        has_numbers = start is not None and start.put_numbers(self.objective)
        if start is not None:
            self.notes += tuple(start.notes(self.ansatz.functions))
        parts = (self._spread_objective, self.part.formulation, settings.loss)
        self._adapted = build_adapted(*parts, has_numbers)
        count = settings.loss.random_dimensions
        self._random_dimensions = RandomDimensions(self._spread_objective, count) if count else None
        self._draw_dimensions()
        self.reference = reference_on(self.formulation, self.grid.points)
        self.plane_reference: Mapping[str, Tensor] = {}
        if not self.grid.axes:  # that of the figures; what is wrong with it is told before training
            self.plane_reference = reference_on(formulation, plane_grid(formulation).points)
        stated = stated_reference_errors(self.formulation) if self.reference else {}
        self.reference_errors = {name: stated[name] for name in self.reference if name in stated}
        self.record = TrainingRecord()
        with torch.no_grad():
            n_residuals = len(self.objective.vector())
        n_residuals += self.objective.collocation.points_ahead * len(self.equations.terms)
        self.schedule = Schedule(
            self.settings,
            self._slabs.times,
            n_residuals,
            self.network,
            lambda: self.ansatz,
            communicator,
            () if start is None else start.stages,
            self._generator,
        )
        self.notes += self.schedule.notes
        self.trainer = self._make_trainer()
        refuse_few_points(self.equations, communicator)

    @property
    def network(self) -> Network:
        """The network that is trained now."""
        return self.ansatz.network

    @property
    def _spread_objective(self) -> Objective:
        """The objective, of which this process evaluates its share."""
        return self.objective.spread(self._share)

    @property
    def slab_fields(self) -> SlabFields:
        """What evaluates the field and the residual at any time that is solved."""
        return self._slabs.fields(self.objective)

    @property
    def equations(self) -> TermGroup:
        """The terms of the differential equations."""
        return self.objective.collocation.equations

    @property
    def awaits_next_leg(self) -> bool:
        """Whether a leg is over and another one follows."""
        is_done = self.trainer.verdict.outcome is Outcome.LOSS_REACHED
        is_last = not self.schedule.has_next or (is_done and self._slabs.is_last)
        return self.trainer.is_finished and not is_last

    @property
    def evaluations_ahead(self) -> int:
        """How often the solution is still evaluated as a whole, if the run goes to its end."""
        return 1 + len(self.schedule.kept_ahead)

    def begin_next_leg(self) -> None:
        """Go on with the network and the points of the next leg; the last network is kept."""
        begin = self.schedule.next_leg
        points = begin.points(self._points)
        if points != self._points:
            self._points = points
            collocation = self.part.drawn(points, self._generator)
            self.objective = self.objective.with_collocation(collocation)
        network = begin.network(self.network)
        problem = begin.problem(self.formulation, frozen_field(self.ansatz))
        if problem is not None:
            self._slabs.close(self.objective, self.part.satisfied)
            self.part = self._built(formulate(problem), lambda inputs, outputs: network)
            self.objective, self.ansatz = self.part.objective, self.part.objective.ansatz
        self.record.begin_leg(self.schedule.begin_next_leg(), self._slabs.number)
        self._take(network)

    def choose_network(self) -> None:
        """Choose by the residual what the network leaves open; it counts as training time."""
        alternatives = self.network.alternatives()
        if alternatives and self.start is None:
            self.record.start_clock()
            self._take(best_alternative(self.objective, alternatives, self.settings))
            self.record.stop_clock()

    def _take(self, network: Network) -> None:
        """Go on with another network."""
        self.ansatz = self.ansatz.with_network(network)
        self.objective = self.objective.with_ansatz(self.ansatz)
        self._adapted.of(self._spread_objective)
        if self._random_dimensions is not None:
            self._random_dimensions = self._random_dimensions.of(self._spread_objective)
        self.trainer = self._make_trainer()

    def residual_norms(self, count: int, generator: Generator) -> ResidualNorms:
        """Measure the residuals at so many fresh points, over all of the time that is solved."""
        return self._slabs.measured(self.objective, self.part.satisfied, count, generator)

    def evaluate(self, points: Tensor) -> dict[str, Tensor]:
        """Evaluate the solution at points (M, d): a float64 tensor (M,) for each unknown."""
        columns = self.slab_fields.values_on(points).unbind(1)
        return dict(zip(self.problem.unknowns, columns, strict=True))

    def state(self) -> dict[str, Any]:
        """All that a checkpoint holds."""
        random = self._random_dimensions
        return {
            "problem": self.formulation.record(),
            "choices": self.choices.record(),
            "parts": [part.record() for part in self.choices.parts],
            "generator": self._generator.get_state(),
            "points": self.objective.collocation.pack(),
            "scales": self.objective.scales.as_dict(),
            "dimensions": [] if random is None else [list(part) for part in random.parts],
            "leg": self.schedule.leg,
            "slabs": self._slabs.pack(),
            "record": self.record.state(),
            "trainer": self.trainer.state(),
            "buffers": dict(self.network.named_buffers()),
            "start": None if self.start is None else self.start.record(),
            "numbers": list(self.ansatz.numbers.unknowns),
            "functions": [[n, len(law.first)] for n, law in self.ansatz.functions.laws.items()],
        }

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a state of the same problem and choices."""
        n_parameters = sum(parameter.numel() for parameter in self.ansatz.parameters())
        state = in_this_format(state, self.schedule.stages_of_legs, n_parameters)
        slabs = kept_slabs(state)
        while self.schedule.leg < state["leg"]:
            if not self._slabs.is_last:
                self.objective = as_it_ended(self.objective, next(slabs))
                self.ansatz = self.objective.ansatz
            self.begin_next_leg()
        self.network.put_buffers(state.get("buffers", {}))
        self.objective = self.objective.scaled(self.objective.scales.replaced_by(state["scales"]))
        self.ansatz = self.objective.ansatz
        self._take(self.network)  # what was prepared with other buffers is made anew
        self._generator.set_state(state["generator"])
        self.objective.collocation.unpack(state["points"])
        if self._random_dimensions is not None:
            self._random_dimensions.put(state["dimensions"])
        self.record.load(state["record"])
        self.trainer.load(state["trainer"])

    def _cut_into_slabs(self, make_network: Callable[[int, int], Network]) -> None:
        """Choose how many slabs there are unless it is set, and begin anew if there are several."""
        self.settings = with_slabs(self.settings, self.formulation, self.part.objective)
        self.choices = replace(self.choices, settings=self.settings)
        if self.settings.slabs > 1:
            self._generator.manual_seed(self.choices.seed)
            self._slabs = Slabs(self.formulation, self.settings.slabs)
            self.part = self._built(self._slabs.first(), make_network)

    def _built(self, formulation: Formulation, make: Callable[[int, int], Network]) -> Part:
        given = (self._points, make, self._generator, *self._place, self._flat)
        build = partial(build_part, formulation, self.settings, *given)
        with told_derivatives(f"{self.problem.origin.label}: a function of it", build):
            return build()

    def _make_trainer(self) -> Trainer:
        """What trains the present leg, and goes on with the record of those before."""
        least_squares = LeastSquares(
            parameters=lambda: list(self.ansatz.parameters()),
            loss=self._adapted.loss if self._random_dimensions is None else self._loss,
            residual=self._adapted.vector,
            linearize=self._adapted.linearize,
            redraw=self._redraw,
            add_points=lambda: self._spread_objective.add_points(),
            count_points=lambda: len(self.equations.at.points),
            fresh_loss=lambda: self._spread_objective.fresh_loss(),
            measure=error_measure(
                self.evaluate, self.grid, self.reference, self.settings.evaluation, self._slabs.end
            ),
            unusable_term=lambda: self.objective.first_unusable_term(),
            communicator=self.communicator,
            reported=self._loss,
            adaptation=self._adapted,
            linearize_within=self._adapted.linearize_within,
            linearize_part=self._adapted.linearize_part,
        )
        return Trainer(
            least_squares,
            self.schedule.stages,
            self.settings.report_every,
            self.settings.tolerance,
            self.record,
            self.schedule.later_stages,
            self.settings.points.fresh_ratio,
        )

    def _loss(self) -> Tensor:
        if self._random_dimensions is not None:
            return self._random_dimensions.loss()
        return self._spread_objective.loss()

    def _redraw(self) -> None:
        self._spread_objective.redraw()
        self._draw_dimensions()

    def _draw_dimensions(self) -> None:
        if self._random_dimensions is not None:
            self._random_dimensions.draw(self._generator)
