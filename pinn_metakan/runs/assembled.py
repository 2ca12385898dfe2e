"""A run, assembled: problem, ansatz, points, objective, legs and trainer put together."""

import copy
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Generator, Tensor

from pinn_metakan.ansatz.build import build_ansatz
from pinn_metakan.errors import ProblemError, SettingsError
from pinn_metakan.losses.build import build_collocation, build_objective
from pinn_metakan.losses.collocation import Collocation, TermGroup
from pinn_metakan.losses.engines import choose_engine
from pinn_metakan.losses.random_dimensions import RandomDimensions
from pinn_metakan.networks.network import Network
from pinn_metakan.networks.table import build_network
from pinn_metakan.optimizers.communicator import ONE_PROCESS, Communicator
from pinn_metakan.optimizers.verdict import Outcome
from pinn_metakan.pde.coefficients import note_jumps
from pinn_metakan.pde.formulation import formulate
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.checkpoint_format import in_this_format
from pinn_metakan.runs.choices import DTYPES, RunChoices
from pinn_metakan.runs.fields import error_measure, main_grid, reference_on, values_on
from pinn_metakan.runs.legs.leg import Leg
from pinn_metakan.runs.legs.plan import PlannedLeg, plan_legs
from pinn_metakan.runs.network_choice import best_alternative
from pinn_metakan.runs.stages import build_stages
from pinn_metakan.settings.sections import PointSettings
from pinn_metakan.settings.stages import LinearSettings
from pinn_metakan.training.least_squares import LeastSquares
from pinn_metakan.training.record import TrainingRecord
from pinn_metakan.training.trainer import Stage, Trainer


class AssembledRun:
    """All parts of a run, ready to train its legs one after the other.

    Args:
        problem: The problem.
        choices: Everything else.
        network: A network object for ``choices.network == "custom"``; a copy of it is trained.
        communicator: Adds up what other processes have of the residuals.

    Raises:
        ProblemError: If the problem cannot be used.
        SettingsError: If a setting cannot be used with it.
    """

    def __init__(
        self,
        problem: Problem,
        choices: RunChoices,
        network: Network | None = None,
        communicator: Communicator = ONE_PROCESS,
    ):
        self.problem = problem
        self._communicator = communicator
        self.choices = choices
        self.settings = settings = choices.settings
        self._place = (choices.device, DTYPES[choices.dtype])
        self.formulation = formulate(problem)
        self._generator = Generator().manual_seed(choices.seed)
        try:
            self.grid = main_grid(self.formulation, settings.evaluation)
        except ValueError as error:
            raise SettingsError(f"evaluation.shape: {error}") from error
        built = build_ansatz(
            self.formulation,
            settings.conditions == "hard",
            self._maker_of_network(network),
            *self._place,
        )
        engine, self.engine_reason = choose_engine(settings.engine, built.ansatz)
        self.notes = (*built.notes, *note_jumps(self.formulation))
        self._points = settings.points
        self.objective, self.satisfied = build_objective(
            built, self._drawn(self._points), settings.loss, engine, problem.scales
        )
        self.ansatz = self.objective.ansatz
        count = settings.loss.random_dimensions
        self._random_dimensions = RandomDimensions(self.objective, count) if count else None
        if self._random_dimensions is not None:
            self._random_dimensions.draw(self._generator)
        self._refuse_unusable_terms()
        self.reference = reference_on(self.formulation, self.grid.points)
        self.record = TrainingRecord()
        planned = self._planned_legs()
        self.legs = [leg for leg, _ in planned]
        self._leg_stages = [stages for _, stages in planned]
        self.leg = 0
        self.trainer = self._make_trainer()

    @property
    def network(self) -> Network:
        """The network that is trained now."""
        return self.ansatz.network

    @property
    def equations(self) -> TermGroup:
        """The terms of the differential equations."""
        return self.objective.collocation.equations

    @property
    def awaits_next_leg(self) -> bool:
        """Whether a leg is over and another one follows."""
        has_next = self.leg + 1 < len(self.legs)
        is_done = self.trainer.verdict.outcome is Outcome.LOSS_REACHED
        return has_next and self.trainer.is_finished and not is_done

    @property
    def next_leg(self) -> Leg:
        """How the next leg begins."""
        begin = self.legs[self.leg + 1].begin
        assert begin is not None
        return begin

    @property
    def kept_names(self) -> list[str]:
        """Names of the folders that legs of this run keep what they began with in."""
        return _kept_names(self.legs)

    @property
    def evaluations_ahead(self) -> int:
        """How often the solution is still evaluated as a whole, if the run goes to its end."""
        return 1 + len(_kept_names(self.legs[self.leg + 1 :]))

    def begin_next_leg(self) -> None:
        """Go on with the network and the points of the next leg; the last network is kept."""
        begin = self.next_leg
        points = begin.points(self._points)
        if points != self._points:
            self._points = points
            collocation = self._drawn(points)
            collocation.leave_out(self.satisfied)
            self.objective = self.objective.with_collocation(collocation)
        self.leg += 1
        self._take(begin.network(self.network))

    def choose_network(self) -> None:
        """Choose by the residual what the network leaves open; it counts as training time."""
        alternatives = self.network.alternatives()
        if alternatives:
            self.record.start_clock()
            section = self.settings.stage("linear")
            assert isinstance(section, LinearSettings)
            self._take(best_alternative(self.objective, alternatives, section))
            self.record.stop_clock()

    def _take(self, network: Network) -> None:
        """Go on with another network."""
        self.ansatz = self.ansatz.with_network(network)
        self.objective = self.objective.with_ansatz(self.ansatz)
        if self._random_dimensions is not None:
            self._random_dimensions = self._random_dimensions.of(self.objective)
        self.trainer = self._make_trainer()

    def evaluate(self, points: Tensor) -> dict[str, Tensor]:
        """Evaluate the solution at points (M, d): a float64 tensor (M,) for each unknown."""
        return self.evaluator()(points)

    def evaluator(self) -> Callable[[Tensor], dict[str, Tensor]]:
        """What evaluates the solution with the network that is there now."""
        objective, names = self.objective, self.problem.unknowns

        def evaluate(points: Tensor) -> dict[str, Tensor]:
            return dict(zip(names, values_on(objective, points).unbind(1), strict=True))

        return evaluate

    def state(self) -> dict[str, Any]:
        """All that a checkpoint holds."""
        random = self._random_dimensions
        return {
            "problem": self.formulation.record(),
            "choices": {
                "network": self.choices.network,
                "settings": self.settings.as_dict(),
                "seed": self.choices.seed,
                "dtype": self.choices.dtype,
            },
            "parts": [part.record() for part in self.choices.parts],
            "generator": self._generator.get_state(),
            "points": self.objective.collocation.pack(),
            "scales": self.objective.scales.as_dict(),
            "dimensions": [] if random is None else [list(part) for part in random.parts],
            "leg": self.leg,
            "record": self.record.state(),
            "trainer": self.trainer.state(),
            "buffers": dict(self.network.named_buffers()),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a state of the same problem and choices."""
        stages_of_legs = [len(stages) for stages in self._leg_stages]
        n_parameters = sum(parameter.numel() for parameter in self.ansatz.parameters())
        state = in_this_format(state, stages_of_legs, n_parameters)
        while self.leg < state["leg"]:
            self.begin_next_leg()
        for name, buffer in self.network.named_buffers():
            buffer.copy_(state.get("buffers", {}).get(name, buffer))
        self.objective = self.objective.scaled(self.objective.scales.replaced_by(state["scales"]))
        self.ansatz = self.objective.ansatz
        self._take(self.network)  # what was prepared with other buffers is made anew
        self._generator.set_state(state["generator"])
        self.objective.collocation.unpack(state["points"])
        if self._random_dimensions is not None:
            self._random_dimensions.parts = tuple(tuple(part) for part in state["dimensions"])
        self.record.load(state["record"])
        self.trainer.load(state["trainer"])

    def _maker_of_network(self, network: Network | None) -> Callable[[int, int], Network]:
        if network is not None:
            copied = copy.deepcopy(network)  # solutions that have it stay as they are
            return lambda inputs, outputs: copied

        def make(inputs: int, outputs: int) -> Network:
            own = {part.setting: part.make for part in self.choices.parts}
            return build_network(inputs, outputs, self.settings.network, self._generator, own)

        return make

    def _drawn(self, points: PointSettings) -> Collocation:
        return build_collocation(self.formulation, points, self._generator, *self._place)

    def _refuse_unusable_terms(self) -> None:
        term = self.objective.first_unusable_term()
        if term is not None:
            raise ProblemError(
                f"{self.problem.origin.label}: term {term!r} is NaN or infinite for the untrained "
                f"network; expected finite values (N,) at all points of {self.problem.domain!r}"
            )

    def _planned_legs(self) -> list[tuple[PlannedLeg, list[Stage]]]:
        """All legs and their stages; their networks are tried so that what is wrong shows now."""
        found, network = [], self.network
        with torch.no_grad():
            n_residuals = len(self.objective.vector())
        for leg in plan_legs(self.settings):
            network = network if leg.begin is None else leg.begin.network(network)
            stages, notes = build_stages(
                self.settings,
                leg.stages,
                n_residuals,
                network,
                lambda: self.ansatz,
                self._communicator,
            )
            if stages or leg.begin is None:  # a leg that trains nothing changes nothing
                found.append((leg, stages))
                self.notes += notes
        return found

    def _make_trainer(self) -> Trainer:
        """What trains the present leg, and goes on with the record of those before."""
        least_squares = LeastSquares(
            parameters=lambda: list(self.ansatz.parameters()),
            loss=self._loss,
            residual=lambda: self.objective.vector(),
            linearize=lambda: self.objective.linearize(),
            redraw=self._redraw,
            add_points=lambda: self.objective.add_points(),
            count_points=lambda: len(self.equations.at.points),
            fresh_loss=lambda: self.objective.fresh_loss(),
            measure=error_measure(
                self.evaluate, self.grid, self.reference, self.settings.evaluation
            ),
            unusable_term=lambda: self.objective.first_unusable_term(),
            communicator=self._communicator,
        )
        later = self._leg_stages[self.leg + 1 :]
        return Trainer(
            least_squares,
            self._leg_stages[self.leg],
            self.settings.report_every,
            self.settings.tolerance,
            self.record,
            sum(stage.steps for stages in later for stage in stages),
            self.settings.points.fresh_ratio,
        )

    def _loss(self) -> Tensor:
        if self._random_dimensions is not None:
            return self._random_dimensions.loss()
        return self.objective.loss()

    def _redraw(self) -> None:
        self.objective.redraw()
        if self._random_dimensions is not None:
            self._random_dimensions.draw(self._generator)


def _kept_names(legs: Sequence[PlannedLeg]) -> list[str]:
    begins = [leg.begin for leg in legs if leg.begin is not None]
    return [begin.kept_as for begin in begins if begin.kept_as is not None]
