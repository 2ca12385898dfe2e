"""An experiment: problem, ansatz, points, objective and trainer, put together."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor

from pinn_metakan.ansatz.ansatz import Ansatz
from pinn_metakan.ansatz.features import Features
from pinn_metakan.ansatz.hard.constraints import build_constraints, no_constraints
from pinn_metakan.errors import ProblemError, SettingsError
from pinn_metakan.geometry.sampling import PointSet, sample_interior
from pinn_metakan.losses.jacobian import linearize
from pinn_metakan.losses.objective import Block, Objective
from pinn_metakan.losses.random_dimensions import RandomDimensions
from pinn_metakan.losses.resampling import redraw
from pinn_metakan.networks.network import Network
from pinn_metakan.networks.table import build_network
from pinn_metakan.pde.coefficients import note_jumps
from pinn_metakan.pde.formulation import formulate
from pinn_metakan.pde.problem import Problem, has_transform
from pinn_metakan.runs.fields import (
    main_grid,
    reference_on,
    values_on,
)
from pinn_metakan.runs.stages import build_stages
from pinn_metakan.settings.layers import RunSettings, Settings
from pinn_metakan.training.least_squares import LeastSquares
from pinn_metakan.training.trainer import Trainer

DTYPES = {"float64": torch.float64, "float32": torch.float32}
#: A condition whose residual is below this for an untrained network is satisfied by construction.
_SATISFIED = {torch.float64: 1e-9, torch.float32: 1e-4}


@dataclass(frozen=True)
class RunChoices:
    """What a run was asked to be, besides its problem.

    Args:
        network: Name of the network, "custom" for an object.
        settings: All settings.
        seed: Seed of the one generator that the network and the points are drawn from.
        device: Where to compute.
        dtype: A key of `DTYPES`.
        device_reason: Why this device, for the user.
        asked_device: What was asked for, "auto" or a name.
    """

    network: str
    settings: Settings
    seed: int
    device: torch.device
    dtype: str
    device_reason: str
    asked_device: str

    def as_asked(self, problem: Problem) -> RunSettings:
        """Give what makes the same run again, besides the settings."""
        return RunSettings(
            problem=problem.origin.name,
            network=self.network,
            seed=self.seed,
            dtype=self.dtype,
            device=self.asked_device,
            parameters=dict(problem.parameters),
        )


class AssembledRun:
    """All parts of a run, ready to train.

    Args:
        problem: The problem.
        choices: Everything else.
        network: A network object for ``choices.network == "custom"``; a copy of it is trained.

    Raises:
        ProblemError: If the problem cannot be used.
        SettingsError: If a setting cannot be used with it.
    """

    def __init__(self, problem: Problem, choices: RunChoices, network: Network | None = None):
        self.problem = problem
        self.choices = choices
        self.settings = settings = choices.settings
        self._dtype = DTYPES[choices.dtype]
        self.formulation = formulate(problem)
        self._generator = Generator().manual_seed(choices.seed)
        try:
            self.grid = main_grid(self.formulation, settings.evaluation)
        except ValueError as error:
            raise SettingsError(f"evaluation.shape: {error}") from error
        self._build_ansatz(network)
        self._build_objective()
        self._refuse_unusable_terms()
        self.reference = reference_on(self.formulation, self.grid.points)
        self.trainer = self._build_trainer()

    @property
    def network(self) -> Network:
        """The network."""
        return self.ansatz.network

    def evaluate(self, points: Tensor) -> dict[str, Tensor]:
        """Evaluate the solution at points (M, d): a float64 tensor (M,) for each unknown."""
        return self.evaluator()(points)

    def evaluator(self) -> Callable[[Tensor], dict[str, Tensor]]:
        """Give what evaluates the solution with the network that is there now."""
        objective, names = self.objective, self.problem.unknowns

        def evaluate(points: Tensor) -> dict[str, Tensor]:
            return dict(zip(names, values_on(objective, points).unbind(1), strict=True))

        return evaluate

    @torch.no_grad()
    def loss_of_zero(self) -> float:
        """Give the loss of a network that is zero everywhere: what a loss is small beside."""
        parameters = list(self.network.parameters())
        kept = [parameter.clone() for parameter in parameters]
        try:
            for parameter in parameters:
                parameter.zero_()
            return float(self.objective.loss())
        finally:
            for parameter, value in zip(parameters, kept, strict=True):
                parameter.copy_(value)

    def state(self) -> dict[str, Any]:
        """Give all that a checkpoint holds."""
        origin = self.problem.origin
        random = self._random_dimensions
        return {
            "problem": {
                "name": origin.name,
                "path": str(origin.path.resolve()) if origin.path else None,
                "sha256": origin.sha256,
                "parameters": dict(self.problem.parameters),
                "fingerprint": self.formulation.fingerprint(),
            },
            "choices": {
                "network": self.choices.network,
                "settings": self.settings.as_dict(),
                "seed": self.choices.seed,
                "dtype": self.choices.dtype,
            },
            "generator": self._generator.get_state(),
            "points": {block.residual.label: _packed(block.at) for block in self.objective.blocks},
            "dimensions": [] if random is None else [list(part) for part in random.parts],
            "trainer": self.trainer.state(),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a state of the same problem and choices."""
        self._generator.set_state(state["generator"])
        for block in self.objective.blocks:
            packed = state["points"][block.residual.label]
            block.at = PointSet(**packed).to(self.choices.device, self._dtype)
        if self._random_dimensions is not None:
            self._random_dimensions.parts = tuple(tuple(part) for part in state["dimensions"])
        self.trainer.load(state["trainer"])

    def _build_ansatz(self, network: Network | None) -> None:
        is_hard = self.settings.conditions == "hard"
        constraints = (
            build_constraints(self.formulation) if is_hard else no_constraints(self.formulation)
        )
        self._uses_transform = is_hard and has_transform(self.problem)
        features = Features(self.problem.domain, constraints.periodic)
        outputs = len(self.problem.unknowns)
        if network is None:
            network = build_network(features.size, outputs, self.settings.network, self._generator)
        else:
            network = copy.deepcopy(network)  # solutions that have it stay as they are
        if (network.widths[0], network.widths[-1]) != (features.size, outputs):
            raise SettingsError(
                f"the network must map {features.size} features to {outputs} unknowns, "
                f"its widths are {list(network.widths)}"
            )
        transform = self.problem if self._uses_transform else None
        self.ansatz = Ansatz(features, network, constraints.constraints, transform)
        self.ansatz.to(self.choices.device, self._dtype)
        some = sample_interior(self.problem.domain, 7, "sobol", Generator().manual_seed(0))
        self.ansatz.refuse_coupled_points(some.points.to(self.choices.device, self._dtype))
        self._engine, self.engine_reason = self._choose_engine()
        self.satisfied = set(constraints.satisfied)
        self.notes = () if self._uses_transform else constraints.notes
        self.notes += tuple(note_jumps(self.formulation))

    def _choose_engine(self) -> tuple[str, str]:
        asked = self.settings.engine
        if asked == "taylor" and not self.ansatz.has_jets:
            raise SettingsError("engine: taylor cannot pass through the problem's own transform")
        if asked == "autograd":
            return asked, "autograd: nested reverse mode, as asked for"
        if not self.ansatz.has_jets:
            return "autograd", "autograd: nested reverse mode; the problem has its own transform"
        return "taylor", "taylor: closed-form jets, which every part of the ansatz supports"

    def _build_objective(self) -> None:
        points, domain = self.settings.points, self.problem.domain
        variables = self.formulation.variables
        equations = self.formulation.equations

        def draw_interior(generator: Generator) -> PointSet:
            return sample_interior(domain, points.interior, points.sequence, generator)

        self.equations = self._block(equations.terms, equations, draw_interior)
        conditions = []
        for name, residual in self.formulation.conditions.items():
            condition = self.problem.conditions[name]
            count = points.initial if condition.region == "initial" else points.boundary

            def draw(generator: Generator, condition: Any = condition, n: int = count) -> PointSet:
                return condition.sample(variables, domain, n, points.sequence, generator)

            conditions.append(self._block(residual.terms, residual, draw))
        blocks = [self.equations, *conditions]
        if self._uses_transform:
            trial = Objective(self.ansatz, variables, blocks, {}, "autograd")
            tolerance = _SATISFIED[self._dtype]
            self.satisfied = {
                term
                for term, values in trial.residuals().items()
                if float(values.detach().abs().max()) < tolerance and term not in equations.terms
            }
        for block in conditions:
            block.terms = tuple(term for term in block.terms if term not in self.satisfied)
        kept = [self.equations, *(block for block in conditions if block.terms)]
        soft = {term for block in kept[1:] for term in block.terms}
        weights = dict.fromkeys(soft, self.settings.loss.condition_weight)
        weights |= self.settings.loss.weights
        try:
            self.objective = Objective(self.ansatz, variables, kept, weights, self._engine)
        except LookupError as error:
            raise SettingsError(f"loss.weights: {error}") from error
        count = self.settings.loss.random_dimensions
        self._random_dimensions = RandomDimensions(self.objective, count) if count else None
        if self._random_dimensions is not None:
            self._random_dimensions.draw(self._generator)

    def _block(
        self, terms: tuple[str, ...], residual: Any, draw: Callable[[Generator], PointSet]
    ) -> Block:
        at = draw(self._generator).to(self.choices.device, self._dtype)
        return Block(residual, terms, draw, at)

    def _refuse_unusable_terms(self) -> None:
        term = self.objective.first_unusable_term()
        if term is not None:
            raise ProblemError(
                f"{self.problem.origin.label}: term {term!r} is NaN or infinite for the untrained "
                f"network; expected finite values (N,) at all points of {self.problem.domain!r}"
            )

    def _build_trainer(self) -> Trainer:
        settings = self.settings
        task = LeastSquares(
            parameters=lambda: list(self.network.parameters()),
            loss=self._loss,
            residual=lambda: self.objective.vector(),
            linearize=lambda: linearize(self.objective),
            redraw=self._redraw,
            measure=self._error_measure(),
            unusable_term=lambda: self.objective.first_unusable_term(),
        )
        with torch.no_grad():
            n_residuals = len(self.objective.vector())
        chosen, notes = build_stages(settings, n_residuals, lambda: self.network, self._untie)
        self.notes += notes
        return Trainer(task, chosen, settings.report_every, settings.tolerance)

    def _untie(self) -> None:
        """Go on with a network that stores the coefficients; the one so far stays as it is."""
        self.ansatz = self.ansatz.with_network(self.network.baked())
        self.objective = self.objective.with_ansatz(self.ansatz)

    def _loss(self) -> Tensor:
        if self._random_dimensions is not None:
            return self._random_dimensions.loss()
        return self.objective.loss()

    def _redraw(self) -> None:
        fraction = self.settings.points.adaptive
        redraw(self.objective, self.equations, fraction, self._generator)
        if self._random_dimensions is not None:
            self._random_dimensions.draw(self._generator)

    def _error_measure(self) -> Callable[[], dict[str, float]]:
        """Measure errors on a part of the grid, cheap enough for each entry of the history."""
        points = self.grid.points
        stride = max(1, round(len(points) / self.settings.evaluation.history_points))
        stride += stride % 2 == 0  # an even stride may fall on every second line of the grid only
        some = points[::stride]
        reference = {name: value[::stride] for name, value in self.reference.items()}

        def measure() -> dict[str, float]:
            if not reference:
                return {}
            values = self.evaluate(some)
            return {
                name: float((values[name] - r).norm() / (r.norm() if r.norm() > 0 else 1.0))
                for name, r in reference.items()
            }

        return measure


def _packed(at: PointSet) -> dict[str, Tensor | None]:
    return {"points": at.points, "normals": at.normals}
