"""An experiment: problem, ansatz, points, objective and trainer, put together."""

import json
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import torch
from torch import Generator, Tensor

from pinn_metakan.ansatz.ansatz import Ansatz, has_transform
from pinn_metakan.ansatz.features import Features
from pinn_metakan.ansatz.hard_constraints import build_constraints, no_constraints
from pinn_metakan.errors import ProblemError, SettingsError
from pinn_metakan.evaluation import (
    CHUNK,
    field_on,
    main_grid,
    plane_grid,
    reference_on,
    residuals_on,
    values_on,
)
from pinn_metakan.geometry.sampling import PointSet, sample_interior
from pinn_metakan.losses.jacobian import linearize
from pinn_metakan.losses.objective import Block, Objective
from pinn_metakan.losses.resampling import redraw
from pinn_metakan.networks.network import Network
from pinn_metakan.networks.table import build_network
from pinn_metakan.optimizers.first_order import Adam
from pinn_metakan.optimizers.lbfgs import LBFGS
from pinn_metakan.optimizers.levenberg_marquardt import LevenbergMarquardt
from pinn_metakan.optimizers.optimizer import Optimizer
from pinn_metakan.pde.problem import Problem
from pinn_metakan.pde.statement import state
from pinn_metakan.results.field import Field
from pinn_metakan.settings import Settings
from pinn_metakan.training.trainer import Stage, Task, Trainer

DTYPES = {"float64": torch.float64, "float32": torch.float32}
#: A condition whose residual is below this for an untrained network is satisfied by construction.
_SATISFIED = {torch.float64: 1e-9, torch.float32: 1e-4}
_VERSIONED = ("pinn_metakan", "torch", "numpy", "scipy", "h5py")


@dataclass(frozen=True)
class Choices:
    """What a run was asked to be, besides its problem.

    Args:
        network: Name of the network, "custom" for an object.
        settings: All settings.
        seed: Seed of the one generator that the network and the points are drawn from.
        device: Where to compute.
        dtype: A key of `DTYPES`.
        device_reason: Why this device, for the user.
    """

    network: str
    settings: Settings
    seed: int
    device: torch.device
    dtype: str
    device_reason: str


class Experiment:
    """All parts of a run, ready to train.

    Args:
        problem: The problem.
        choices: Everything else.
        network: A network object for ``choices.network == "custom"``.

    Raises:
        ProblemError: If the problem cannot be used.
        SettingsError: If a setting cannot be used with it.
    """

    def __init__(self, problem: Problem, choices: Choices, network: Network | None = None):
        self.problem = problem
        self.choices = choices
        self._settings = settings = choices.settings
        self._dtype = DTYPES[choices.dtype]
        self.statement = state(problem)
        self._generator = Generator().manual_seed(choices.seed)
        try:
            self._grid = main_grid(self.statement, settings.evaluation)
        except ValueError as error:
            raise SettingsError(f"evaluation.shape: {error}") from error
        self._build_ansatz(network)
        self._build_objective()
        self._refuse_unusable_terms()
        self._reference = reference_on(self.statement, self._grid.points)
        self.trainer = self._build_trainer()

    @property
    def network(self) -> Network:
        """The network."""
        return self.ansatz.network

    def field(self) -> Field:
        """Evaluate solution, reference and residual on the grid, and add what the run was."""
        parts = (self.statement, self.objective, self._equations)
        plane = None
        if not self._grid.axes:
            plane_points = plane_grid(self.statement)
            reference = reference_on(self.statement, plane_points.points)
            plane = field_on(*parts, plane_points, reference)
        names = (*self.problem.coordinates, *self.problem.unknowns)
        history = {
            key: torch.tensor(
                [row[key] for row in self.trainer.history], dtype=torch.float64
            ).numpy()
            for key in self._history_keys()
        }
        return Field(
            grid=field_on(*parts, self._grid, self._reference),
            coordinates=self.problem.coordinates,
            units={name: self.problem.units.get(name, "-") for name in names},
            long_names={name: self.problem.long_names.get(name, name) for name in names},
            history=history,
            attributes=self._attributes(),
            slice=plane,
            has_time=self.statement.variables.time_axis is not None,
        )

    def evaluate(self, points: Tensor) -> dict[str, Tensor]:
        """Evaluate the solution at points (M, d): a float64 tensor (M,) for each unknown."""
        values = values_on(self.objective, points)
        return {name: values[:, k] for k, name in enumerate(self.problem.unknowns)}

    def evaluation_seconds(self) -> float:
        """Estimate how long `field` takes, from one chunk of the grid."""
        points = self._grid.points[:CHUNK]
        begin = time.perf_counter()
        residuals_on(self.objective, self._equations, points)
        values_on(self.objective, points)
        return (time.perf_counter() - begin) * len(self._grid.points) / len(points)

    def facts(self) -> list[tuple[str, str]]:
        """Tell what the run uses and why, as (name, text)."""
        blocks = self.objective.blocks
        soft = [term for block in blocks[1:] for term in block.terms]
        hard = sorted(self._satisfied)
        conditions = f"hard: {', '.join(hard) or 'none'}; soft: {', '.join(soft) or 'none'}"
        counts = [f"{len(block.at.points)} for {block.residual.label}" for block in blocks]
        widths = list(self.network.widths)
        threads = (
            f", {torch.get_num_threads()} threads" if self.choices.device.type == "cpu" else ""
        )
        return [
            ("problem", f"{self.problem.origin.name} ({self.problem.origin.label})"),
            ("network", f"{self.choices.network} {widths}, {self.network.describe()}"),
            ("parameters", str(self.network.n_parameters)),
            ("conditions", conditions),
            *(("note", note) for note in self.notes),
            ("points", f"{', '.join(counts)} ({self._settings.points.sequence})"),
            ("engine", self._engine_reason),
            ("device", f"{self.choices.device} ({self.choices.device_reason}){threads}"),
            ("dtype", self.choices.dtype),
        ]

    def report(self, field: Field) -> dict[str, object]:
        """Give the contents of report.json."""
        attributes = self._attributes()
        history = self.trainer.history
        names = ("problem", "network", "n_parameters", "seed", "dtype", "device", "seconds")
        return {
            **{name: attributes[name] for name in names},
            "relative_l2": field.relative_l2,
            "max_error": field.max_error,
            "loss": self.trainer.best_loss if history else None,
            "converged": "tolerance" in self.trainer.stop_reason,
            "stop_reason": self.trainer.stop_reason,
            "versions": json.loads(str(attributes["versions"])),
        }

    def state(self) -> dict[str, Any]:
        """Give all that a checkpoint holds."""
        origin = self.problem.origin
        return {
            "problem": {
                "name": origin.name,
                "path": str(origin.path.resolve()) if origin.path else None,
                "sha256": origin.sha256,
                "parameters": dict(self.problem.parameters),
            },
            "choices": {
                "network": self.choices.network,
                "settings": self._settings.as_dict(),
                "seed": self.choices.seed,
                "dtype": self.choices.dtype,
            },
            "generator": self._generator.get_state(),
            "points": {block.residual.label: _packed(block.at) for block in self.objective.blocks},
            "trainer": self.trainer.state(),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a state of the same problem and choices."""
        self._generator.set_state(state["generator"])
        for block in self.objective.blocks:
            packed = state["points"][block.residual.label]
            block.at = PointSet(**packed).to(self.choices.device, self._dtype)
        self.trainer.load(state["trainer"])

    def _build_ansatz(self, network: Network | None) -> None:
        is_hard = self._settings.conditions == "hard"
        constraints = (
            build_constraints(self.statement) if is_hard else no_constraints(self.statement)
        )
        self._uses_transform = is_hard and has_transform(self.problem)
        features = Features(self.problem.domain, constraints.periodic)
        outputs = len(self.problem.unknowns)
        if network is None:
            network = build_network(
                self.choices.network,
                features.size,
                outputs,
                self._settings.network,
                self._generator,
            )
        if (network.widths[0], network.widths[-1]) != (features.size, outputs):
            raise SettingsError(
                f"the network must map {features.size} features to {outputs} unknowns, "
                f"its widths are {list(network.widths)}"
            )
        transform = self.problem if self._uses_transform else None
        self.ansatz = Ansatz(features, network, constraints.constraints, transform)
        self.ansatz.to(self.choices.device, self._dtype)
        self._engine, self._engine_reason = self._choose_engine()
        self._satisfied = set(constraints.satisfied)
        self.notes = () if self._uses_transform else constraints.notes

    def _choose_engine(self) -> tuple[str, str]:
        asked = self._settings.engine
        if asked == "taylor" and not self.ansatz.has_jets:
            raise SettingsError("engine: taylor cannot pass through the problem's own transform")
        if asked == "autograd":
            return asked, "autograd: nested reverse mode, as asked for"
        if not self.ansatz.has_jets:
            return "autograd", "autograd: nested reverse mode; the problem has its own transform"
        return "taylor", "taylor: closed-form jets, which every part of the ansatz supports"

    def _build_objective(self) -> None:
        points, domain = self._settings.points, self.problem.domain
        variables = self.statement.variables
        equations = self.statement.equations

        def draw_interior(generator: Generator) -> PointSet:
            return sample_interior(domain, points.interior, points.sequence, generator)

        self._equations = self._block(equations.terms, equations, draw_interior)
        conditions = []
        for name, residual in self.statement.conditions.items():
            condition = self.problem.conditions[name]
            count = points.initial if condition.region == "initial" else points.boundary

            def draw(generator: Generator, condition: Any = condition, n: int = count) -> PointSet:
                return condition.sample(variables, domain, n, points.sequence, generator)

            conditions.append(self._block(residual.terms, residual, draw))
        blocks = [self._equations, *conditions]
        if self._uses_transform:
            trial = Objective(self.ansatz, variables, blocks, {}, "autograd")
            tolerance = _SATISFIED[self._dtype]
            self._satisfied = {
                term
                for term, values in trial.residuals().items()
                if float(values.abs().max()) < tolerance and term not in equations.terms
            }
        for block in conditions:
            block.terms = tuple(term for term in block.terms if term not in self._satisfied)
        kept = [self._equations, *(block for block in conditions if block.terms)]
        soft = {term for block in kept[1:] for term in block.terms}
        weights = dict.fromkeys(soft, self._settings.loss.condition_weight)
        weights |= self._settings.loss.weights
        try:
            self.objective = Objective(self.ansatz, variables, kept, weights, self._engine)
        except LookupError as error:
            raise SettingsError(f"loss.weights: {error}") from error

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
        settings = self._settings
        parameters = list(self.network.parameters())
        prompts = self.network.prompts()
        adam, lbfgs, lm = settings.adam, settings.lbfgs, settings.lm

        def make_adam() -> Optimizer:
            return Adam(
                parameters,
                prompts,
                adam.steps,
                adam.learning_rate,
                adam.prompt_factor,
                adam.schedule,
                adam.final_factor,
            )

        def make_lbfgs() -> Optimizer:
            return LBFGS(
                parameters,
                lbfgs.learning_rate,
                lbfgs.history_size,
                lbfgs.max_evaluations,
                lbfgs.tolerance_gradient,
                lbfgs.tolerance_change,
                lbfgs.line_search,
            )

        def make_lm() -> Optimizer:
            return LevenbergMarquardt(
                parameters, lm.damping, lm.acceleration, lm.smallest_ratio, lm.tolerance
            )

        stages = {
            "adam": Stage("adam", adam.steps, adam.redraw_every, make_adam),
            "lbfgs": Stage("lbfgs", lbfgs.steps, lbfgs.redraw_every, make_lbfgs),
            "lm": Stage("lm", lm.steps, lm.redraw_every, make_lm),
        }
        task = Task(
            parameters=parameters,
            loss=self.objective.loss,
            residual=self.objective.vector,
            linearize=lambda: linearize(self.objective),
            redraw=self._redraw,
            measure=self._error_measure(),
            unusable_term=self.objective.first_unusable_term,
        )
        chosen = [stages[name] for name in self._stage_names()]
        return Trainer(task, chosen, settings.report_every, settings.tolerance)

    def _stage_names(self) -> list[str]:
        names, limit = list(self._settings.stages), self._settings.lm.max_parameters
        if "lm" in names and self.network.n_parameters > limit:
            self.notes += (f"more than {limit} parameters: lbfgs takes the place of lm",)
            names = ["lbfgs" if name == "lm" else name for name in names]
        return names

    def _redraw(self) -> None:
        fraction = self._settings.points.by_residual
        redraw(self.objective, self._equations, fraction, self._generator)

    def _error_measure(self) -> Callable[[], dict[str, float]]:
        """Measure errors on a part of the grid, cheap enough for each entry of the history."""
        points = self._grid.points
        stride = max(1, round(len(points) / self._settings.evaluation.history_points))
        stride += stride % 2 == 0  # an even stride may fall on every second line of the grid only
        some = points[::stride]
        reference = {name: value[::stride] for name, value in self._reference.items()}

        def measure() -> dict[str, float]:
            if not reference:
                return {}
            values = self.evaluate(some)
            return {
                name: float((values[name] - r).norm() / (r.norm() if r.norm() > 0 else 1.0))
                for name, r in reference.items()
            }

        return measure

    def _history_keys(self) -> list[str]:
        return ["step", "seconds", "loss", *(f"relative_l2_{name}" for name in self._reference)]

    def _attributes(self) -> dict[str, str | int | float]:
        origin = self.problem.origin
        device = str(self.choices.device)
        if self.choices.device.type == "cuda":
            device += f" {torch.cuda.get_device_name(self.choices.device)}"
        versions = {name: version(name) for name in _VERSIONED} | {
            "python": platform.python_version()
        }
        return {
            "problem": origin.name,
            "problem_source": origin.source,
            "problem_sha256": origin.sha256,
            "problem_parameters": json.dumps(dict(self.problem.parameters)),
            "network": self.choices.network,
            "n_parameters": self.network.n_parameters,
            "settings": json.dumps(self._settings.as_dict()),
            "seed": self.choices.seed,
            "dtype": self.choices.dtype,
            "device": device,
            "seconds": self.trainer.seconds,
            "stop_reason": self.trainer.stop_reason,
            "versions": json.dumps(versions),
        }


def _packed(at: PointSet) -> dict[str, Tensor | None]:
    return {"points": at.points, "normals": at.normals}
