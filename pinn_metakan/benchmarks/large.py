"""Large networks: error against time of second-order steps beside Adam and L-BFGS."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from matplotlib.figure import Figure
from torch import Generator

from pinn_metakan.benchmarks.command import Progress
from pinn_metakan.benchmarks.measure.assembled import run_of
from pinn_metakan.benchmarks.measure.kept import KeptResults
from pinn_metakan.benchmarks.names import refuse_unknown
from pinn_metakan.benchmarks.rival_models import ConjugateGradients, FirstDamping, SketchedModel
from pinn_metakan.optimizers.damping_search import LowestLoss
from pinn_metakan.optimizers.first_order import Adam
from pinn_metakan.optimizers.kernel_gauss_newton import KernelGaussNewton
from pinn_metakan.optimizers.lbfgs import LBFGS
from pinn_metakan.optimizers.levenberg_marquardt import LevenbergMarquardt
from pinn_metakan.optimizers.optimizer import Optimizer
from pinn_metakan.optimizers.sampled_gauss_newton import SampledGaussNewton
from pinn_metakan.optimizers.verdict import Outcome
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.plotting.curves import Curve, Panel, curves_figure
from pinn_metakan.plotting.figure_files import write_figures
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.devices import chosen_device
from pinn_metakan.training.least_squares import BestSeen

_WIDTHS = [128, 128, 128]
_META: dict[str, object] = {"hidden_function": "sine", "frequency": 5.0, "bounded": True}
#: Steps of Adam that all begin with, on as many points as its own, and its rate.
_FIRST, _RATE = 20, 3e-3
#: Steps between new points of what is trained on many; Adam has new ones in each step.
_REDRAW_EVERY = 10
#: Points of a step of Adam, as in the paper.
_ADAM_POINTS = 100
#: Parts of the time after which the error is measured, and those that the table shows.
_MARKS = (0.125, 0.1875, 0.25, 0.375, 0.5, 0.75, 1.0)
_SHOWN = (0.25, 0.5, 1.0)
_TEST_POINTS = 5_000


@dataclass(frozen=True)
class Case:
    """What is solved, by which network.

    Args:
        problem: Its name.
        network: Its name.
        settings: What is changed of the network's settings.
        points: Collocation points.
        parameters: Those of the problem.
    """

    problem: str
    network: str
    settings: dict[str, object]
    points: int
    parameters: dict[str, float] = field(default_factory=dict)


def _ball(dimension: int, points: int) -> Case:
    return Case("ball_poisson", "metakan", {"widths": _WIDTHS}, points, {"dimension": dimension})


CASES: dict[str, Case] = {
    "ball, d = 4": _ball(4, 1500),
    "burgers, kan": Case("burgers", "kan", {"widths": [64, 64]}, 1500),
    "ball, d = 20": _ball(20, 1000),
    "ball, d = 100": _ball(100, 300),
    "ball, d = 4, splines": Case(
        "ball_poisson", "metasplinekan", {"widths": _WIDTHS, **_META}, 600, {"dimension": 4}
    ),
}


def _kernel(sample: int, momentum: float = 0.0) -> Callable[[AssembledRun], Optimizer]:
    return lambda run: KernelGaussNewton(
        list(run.ansatz.parameters()), sample=sample, momentum=momentum
    )


def _sketch(rows: int) -> Callable[[AssembledRun], Optimizer]:
    return lambda run: SampledGaussNewton(
        list(run.ansatz.parameters()),
        SketchedModel(run, rows, Generator().manual_seed(0)),
        LowestLoss(1e-6),
    )


def _gradients(sample: int, iterations: int) -> Callable[[AssembledRun], Optimizer]:
    return lambda run: SampledGaussNewton(
        list(run.ansatz.parameters()),
        ConjugateGradients(sample, iterations, Generator().manual_seed(0)),
        FirstDamping(1e-6),
    )


#: Name -> makes the optimizer; Adam is made with the number of its steps.
METHODS: dict[str, Callable[[AssembledRun], Optimizer] | None] = {
    "adam": None,
    "lbfgs": lambda run: LBFGS(list(run.ansatz.parameters()), history_size=100),
    "lm": lambda run: LevenbergMarquardt(list(run.ansatz.parameters())),
    "kernel of 250": _kernel(250),
    "kernel of 500": _kernel(500),
    "kernel of 1000": _kernel(1000),
    "kernel of 500, momentum 0.9": _kernel(500, 0.9),
    "sketch of 500": _sketch(500),
    "sketch of 1000": _sketch(1000),
    "gradients, 10, sample of 250": _gradients(250, 10),
    "gradients, 20, sample of 500": _gradients(500, 20),
}


def large_lines(
    out: Path,
    cases: Sequence[str],
    methods: Sequence[str],
    seconds: float,
    device: str,
    progress: Progress,
) -> Iterator[str]:
    """Train large networks for the same time by several methods.

    Args:
        out: Keeps each result in ``large.jsonl``; what is there is not made again. The figure
            ``large.png`` goes there, too, of all that is there of so many seconds.
        cases: Keys of `CASES`; all if empty.
        methods: Keys of `METHODS`; all if empty.
        seconds: Time of training [s]: of the processor on a CPU, else of the clock.
        device: "auto", "cpu" or "cuda".
        progress: Told each run.

    Yields:
        Rows of a table in Markdown: relative L2 errors after parts of the time, seed 0.

    Raises:
        SettingsError: If a case or a method is not known.
        UserError: If the results cannot be written; nothing is measured then.
    """
    refuse_unknown("no {} in this table", cases, CASES)
    refuse_unknown("no {} in this table", methods, METHODS)
    results = KeptResults(out / "large.jsonl")
    marks = " | ".join(f"{part * seconds:.0f} s" for part in _SHOWN)
    yield f"| case | parameters | method | steps | a step | loss | {marks} |"
    yield "|---" * (6 + len(_SHOWN)) + "|"
    where, _ = chosen_device(device, torch.float64)
    for case in cases or CASES:
        for method in methods or METHODS:
            progress(f"{case}, {method}")
            key = [case, method, seconds, where.type]
            row = results.of(key, partial(_trained, CASES[case], method, seconds, device))
            found = dict(zip(_MARKS, row["errors"], strict=True))
            errors = " | ".join(f"{found[part]:.1e}" for part in _SHOWN)
            yield (
                f"| {case} | {row['n_parameters']} | {method} | {row['steps']} "
                f"| {1e3 * row['step_seconds']:.0f} ms | {row['loss']:.1e} | {errors} |"
            )
    write_figures({"large": _figure(results, seconds, where)}, out)


def _figure(results: KeptResults, seconds: float, where: torch.device) -> Figure:
    """Draw the errors over the time of all that was trained for so long."""
    panels = []
    for case in CASES:
        curves: dict[str, Curve] = {}
        for method in METHODS:
            row = results.known([case, method, seconds, where.type])
            if row is not None:
                curves[method] = Curve([part * seconds for part in _MARKS], row["errors"])
        if curves:
            panels.append(Panel(case, "time of training [s]", "relative L2 error [-]", curves))
    return curves_figure("Networks of many parameters", panels)


def _trained(case: Case, method: str, seconds: float, device: str) -> dict[str, Any]:
    points = _ADAM_POINTS if METHODS[method] is None else case.points
    layer = {
        "network": case.settings,
        "points": {"interior": points, "first": 0, "sequence": "uniform", "adaptive": 0.0},
        "evaluation": {"points": 1000, "history_points": 1000},
        "stages": ["adam"],
    }
    problem = load_problem(case.problem, (), case.parameters)
    run = run_of(problem, case.network, layer, device, "float64")
    clock = _clock(run.choices.device)
    adam = Adam(list(run.ansatz.parameters()), steps=_FIRST, learning_rate=_RATE)
    draws = Generator().manual_seed(0)
    begin = clock()
    for _ in range(_FIRST):
        part = run.objective.with_part(_ADAM_POINTS, draws)
        adam.step(BestSeen(replace(run.trainer.least_squares, loss=part.loss)))
    make = METHODS[method]
    if make is None:
        steps = max(1, round(_FIRST * seconds / (clock() - begin)))
        optimizer: Optimizer = Adam(list(run.ansatz.parameters()), steps=steps, learning_rate=_RATE)
    else:
        optimizer = make(run)
    return _errors(run, optimizer, seconds, 1 if make is None else _REDRAW_EVERY, begin)


def _errors(
    run: AssembledRun, optimizer: Optimizer, seconds: float, every: int, begin: float
) -> dict[str, Any]:
    clock = _clock(run.choices.device)
    probe = BestSeen(run.trainer.least_squares)
    errors: list[float] = []
    steps, outside = 0, 0.0
    used = clock() - begin
    is_over = False
    for part in _MARKS:
        while not is_over and used < part * seconds:
            verdict = optimizer.step(probe)
            steps += 1
            is_bad = verdict is not None and verdict.outcome is not Outcome.STUCK
            is_over = is_bad and every > 1
            if steps % every == 0 or verdict is not None:
                run.objective.redraw()
                optimizer.objective_changed()
            used = clock() - begin - outside
        measured = clock()
        errors.append(_error(run))
        outside += clock() - measured
    with torch.no_grad():
        loss = float(run.objective.loss())
    return {
        "n_parameters": run.network.n_parameters,
        "steps": steps,
        "step_seconds": used / max(1, steps),
        "loss": loss,
        "errors": errors,
    }


def _error(run: AssembledRun) -> float:
    found = run.trainer.least_squares.measure()
    return max(found.values())


def _clock(device: torch.device) -> Callable[[], float]:
    """Time of the processor on a CPU; of the clock, when all is done, elsewhere."""
    if device.type == "cpu":
        return time.process_time

    def read() -> float:
        torch.cuda.synchronize(device)
        return time.perf_counter()

    return read
