"""Equations in the unit ball of many dimensions: MLP, KAN, MetaKAN, and our solver."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch

from pinn_metakan.benchmarks.command import Progress
from pinn_metakan.benchmarks.measure.assembled import run_of
from pinn_metakan.benchmarks.measure.kept import KeptResults
from pinn_metakan.benchmarks.measure.tensor_memory import MIB, peak_bytes
from pinn_metakan.benchmarks.names import refuse_unknown
from pinn_metakan.errors import SettingsError, TrainingError
from pinn_metakan.optimizers.verdict import Outcome, Verdict
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.choices import DTYPES
from pinn_metakan.runs.devices import chosen_device

PROBLEMS = ("ball_poisson", "ball_allen_cahn")
DIMENSIONS = (2, 4, 10, 20, 50, 100)
_WIDTHS = [128, 128, 128]
#: Points of a step, as in the paper; each step has new ones.
_POINTS = 100
_TEST_POINTS = 20_000
#: Dimensions of a Laplacian that is taken over a random part of them.
_RANDOM = 16
#: Rates of Adam: the best of 1e-3, 3e-3 and 1e-2 in 10 dimensions for MLP and KAN. At 1e-3 a
#: MetaKAN in 2 dimensions falls to u = 0: one step of a meta-learner moves all edges alike.
#: What shares functions starts as an MLP and has its rate, which was not swept.
_LEARNING_RATES = {"mlp": 1e-2, "splinekan": 1e-3, "metasplinekan": 3e-4, "metakan": 1e-2}
#: The default solver is measured up to so many dimensions; beyond, its Jacobian takes too long.
_SOLVER_DIMENSIONS = 20
_META: dict[str, object] = {"hidden_function": "sine", "frequency": 5.0, "bounded": True}


@dataclass(frozen=True)
class Row:
    """What is trained on each problem.

    Args:
        network: Its name.
        settings: What is changed of its default settings.
        dtype: Type of its numbers.
        first: Fewest dimensions that it is measured in.
        last: Most dimensions.
    """

    network: str
    settings: dict[str, object]
    dtype: str = "float32"
    first: int = 2
    last: int = 10**6


def _wide(network: str, random: int = 0) -> Row:
    options = _META if network == "metasplinekan" else {}
    settings = {
        "network": {"widths": _WIDTHS, **options},
        "points": {"interior": _POINTS, "sequence": "uniform"},
        "stages": ["adam"],
        "adam": {"redraw_every": 1, "learning_rate": _LEARNING_RATES[network]},
        "loss": {"random_dimensions": random},
        "report_every": 1000,
    }
    return Row(network, settings, first=random + 1 if random else 2)


#: Name of the row -> what is trained. All but the default solvers have the paper's size: cubic
#: splines, scalar prompts, one meta-learner per layer, Adam on 100 fresh points a step. The sine
#: and the bounded inputs of metakan-sine are ours, and so are the rates and metakan, which has
#: Chebyshev polynomials.
ROWS: dict[str, Row] = {
    "mlp": _wide("mlp"),
    "kan": _wide("splinekan"),
    "metakan": _wide("metakan"),
    "metakan-sine": _wide("metasplinekan"),
    f"mlp, {_RANDOM} random": _wide("mlp", _RANDOM),
    f"kan, {_RANDOM} random": _wide("splinekan", _RANDOM),
    f"metakan, {_RANDOM} random": _wide("metakan", _RANDOM),
    f"metakan-sine, {_RANDOM} random": _wide("metasplinekan", _RANDOM),
    "kan, default solver": Row("kan", {}, "float64", last=_SOLVER_DIMENSIONS),
    "metakan, default solver": Row("metakan", {}, "float64", last=_SOLVER_DIMENSIONS),
    "metakan-sine, default solver": Row("metakan-sine", {}, "float64", last=_SOLVER_DIMENSIONS),
}


def ball_lines(
    out: Path,
    problems: Sequence[str],
    dimensions: Sequence[int],
    rows: Sequence[str],
    steps: int,
    device: str,
    progress: Progress,
) -> Iterator[str]:
    """Solve equations in the ball, and compare errors, time and memory.

    Args:
        out: Keeps each result in ``ball.jsonl``; what is there is not made again.
        problems: Of `PROBLEMS`.
        dimensions: Numbers d of dimensions.
        rows: Keys of `ROWS`; all if empty.
        steps: Steps of Adam; the default solver has its own.
        device: "auto", "cpu" or "cuda".
        progress: Told each run.

    Yields:
        Rows of a table in Markdown: relative L2 errors at 20,000 points, seed 0; NaN for
        networks that diverged.

    Raises:
        SettingsError: If a problem or a row is not known, or there are fewer than 2 dimensions.
        UserError: If the results cannot be written; nothing is measured then.
    """
    refuse_unknown("no {} in this table", problems, PROBLEMS)
    refuse_unknown("no {} in this table", rows, ROWS)
    if min(dimensions) < 2:
        raise SettingsError(f"the ball needs at least 2 dimensions, got {min(dimensions)}")
    results = KeptResults(out / "ball.jsonl")
    yield "| problem | d | network | parameters | error | steps | a step | memory of a step |"
    yield "|---|---|---|---|---|---|---|---|"
    for problem in problems:
        for d in dimensions:
            for name in rows or ROWS:
                row = ROWS[name]
                if not row.first <= d <= row.last:
                    continue
                progress(f"{problem}, d = {d}, {name}")
                taken = steps if row.settings else 0
                loaded = load_problem(problem, (), {"dimension": d})
                suggested = [loaded.settings, loaded.network_settings.get(row.network)]
                find = partial(_solved, loaded, row, taken, device)
                where, _ = chosen_device(device, DTYPES[row.dtype])
                case = [problem, d, name, taken, where.type, row.settings, *suggested]
                found = results.of(case, find)
                yield (
                    f"| {problem} | {d} | {name} | {found['n_parameters']} "
                    f"| {found['error']:.1e} | {found['steps']} "
                    f"| {1e3 * found['step_seconds']:.0f} ms | {found['memory'] / MIB:.0f} MiB |"
                )


def _solved(problem: Problem, row: Row, steps: int, device: str) -> dict[str, Any]:
    settings = dict(row.settings) | {"evaluation": {"points": 1000}}
    if steps:
        adam = settings["adam"]
        assert isinstance(adam, dict)
        settings["adam"] = {**adam, "steps": steps}

    def run(changes: dict[str, object]) -> AssembledRun:
        return run_of(problem, row.network, settings | changes, device, row.dtype)

    whole = run({})
    short = run({} if steps else {"stages": ["lm"]})  # the stage that takes most
    memory = peak_bytes(lambda: _one_step(short), whole.choices.device)
    try:
        whole.trainer.run(lambda: None, lambda report: None)
    except TrainingError:  # it diverged, which is a result
        error = float("nan")
    else:
        error = _error(whole)
    return {
        "n_parameters": whole.network.n_parameters,
        "error": error,
        "steps": whole.trainer.step,
        "step_seconds": whole.record.seconds / max(1, whole.trainer.step),
        "memory": memory,
    }


def _one_step(run: AssembledRun) -> None:
    trainer = run.trainer
    with suppress(TrainingError):  # the whole run says so
        enough = Verdict(Outcome.STEPS_TAKEN, "one step")
        trainer.run(lambda: enough if trainer.step > 0 else None, lambda report: None)


def _error(run: AssembledRun) -> float:
    points = run.problem.domain.interior(
        torch.rand(
            _TEST_POINTS,
            run.problem.domain.unit_dimension,
            generator=torch.Generator().manual_seed(1),
            dtype=torch.float64,
        )
    )
    reference = run.problem.reference(points)
    assert reference is not None
    found = run.evaluate(points)["u"]
    return float((found - reference["u"]).norm() / reference["u"].norm())
