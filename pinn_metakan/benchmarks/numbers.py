"""Numbers of short runs, held against those of another version: what a change of code may move."""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from pinn_metakan.benchmarks.command import Progress
from pinn_metakan.benchmarks.measure.assembled import run_of
from pinn_metakan.benchmarks.measure.machine import one_thread
from pinn_metakan.benchmarks.measure.places import prepare_folder
from pinn_metakan.benchmarks.names import refuse_unknown
from pinn_metakan.errors import TrainingError, UserError
from pinn_metakan.files import write_text
from pinn_metakan.optimizers.verdict import Outcome, Verdict
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.assembled import AssembledRun

Numbers = dict[str, float]

PROBLEMS = ("poisson", "heat", "burgers", "ball_poisson")
NETWORKS = ("metakan", "kan", "mlp", "splinekan", "metakan-sine")
#: Networks whose coefficients are generated.
_META = ("metakan", "metakan-sine")
_ADAM_STEPS, _LM_STEPS, _FIRST_LM_STEPS, _UNTIE_STEPS = 20, 10, 3, 5
_UNTIE = {"steps": _UNTIE_STEPS, "redraw_every": 0}
_SHORT: dict[str, object] = {
    "points": {"interior": 300, "boundary": 40, "initial": 40},
    "adam": {"steps": _ADAM_STEPS},
    "lm": {"steps": _LM_STEPS, "redraw_every": 7},
    "release": {"steps": 0},
    "untie": {"redraw_every": 0},
    "evaluation": {"shape": [41, 41], "points": 2000},
}
_SCATTERED: dict[str, object] = {**_SHORT, "evaluation": {"points": 2000}}
#: How far a number may move where the order of operations changes: relative, or for errors by a
#: factor. Rounding grows with the steps.
_TOLERANCES = {
    "residual": 1e-12,
    "gradient": 1e-12,
    "jacobian": 1e-12,
    "loss after Adam": 1e-11,
    "loss after 3 LM steps": 1e-8,
}
_ERROR_FACTOR = 3.0


@dataclass(frozen=True)
class Case:
    """A short run.

    Args:
        problem: Name of a shipped problem.
        network: Name of the network.
        settings: Settings beside those that make it short.
    """

    problem: str
    network: str
    settings: Mapping[str, object]

    @property
    def short(self) -> dict[str, object]:
        """All settings of the run."""
        base = _SCATTERED if self.problem.startswith("ball") else _SHORT
        return {**base, **self.settings}


#: Name of the row -> what is run.
CASES: dict[str, Case] = {
    **{f"{p}, {n}": Case(p, n, {}) for p in PROBLEMS for n in NETWORKS},
    **{f"heat, {n}, soft": Case("heat", n, {"conditions": "soft"}) for n in _META},
    **{f"heat, {n}, untied": Case("heat", n, {"untie": _UNTIE}) for n in _META},
}


def number_lines(
    out: Path, against: Path | None, cases: Sequence[str], progress: Progress
) -> Iterator[str]:
    """Run each case for some steps on the CPU in float64, and write and compare its numbers.

    Args:
        out: The JSON file to write.
        against: Such a file of another version to compare with, or None.
        cases: Keys of `CASES`; all if empty.
        progress: Told each case.

    Yields:
        Rows of a table in Markdown; with `against`, what each number has moved by, "same" where
        not a bit differs.

    Raises:
        UserError: If a case is not known, the file to compare with cannot be read, or the numbers
            cannot be written; nothing is run then.
        TrainingError: If a number has moved too far: the residual, the gradient or the Jacobian
            by 1e-12, the loss by 1e-11 after Adam and by 1e-8 after three steps of
            Levenberg-Marquardt, the error by a factor of 3.
    """
    refuse_unknown("no {} in this table", cases, CASES)
    known = None if against is None else _read(against)
    prepare_folder(out.parent, [out.name])
    found: dict[str, Numbers] = {}
    moved: list[str] = []
    header = None
    for name in cases or CASES:
        progress(name)
        found[name] = numbers = run_case(CASES[name])
        if header is None:
            header = ["case", *numbers]
            yield f"| {' | '.join(header)} |"
            yield "|" + "---|" * len(header)
        before = None if known is None else known.get(name, {})
        yield f"| {name} | {' | '.join(_shown(k, v, before) for k, v in numbers.items())} |"
        for key, value in numbers.items():
            if before is not None and not _holds(key, value, before.get(key, math.nan)):
                moved.append(f"{name}: {key} {before.get(key, math.nan):.17g} -> {value:.17g}")
    write_text(out, json.dumps(found, indent=2) + "\n")
    if moved:
        raise TrainingError(f"{len(moved)} numbers differ from {against}: {'; '.join(moved)}")


def run_case(case: Case) -> Numbers:
    """Run a case; its numbers are norms at the start, losses on the way and the last error."""
    with one_thread():
        return _numbers(case)


def _numbers(case: Case) -> Numbers:
    run = run_of(load_problem(case.problem), case.network, case.short, "cpu", "float64")
    numbers: Numbers = {}
    objective, network = run.objective, run.network
    numbers["residual"] = float(objective.vector().detach().norm())
    objective.loss().backward()
    gradient = torch.cat([p.grad.flatten() for p in network.parameters() if p.grad is not None])
    numbers["gradient"] = float(gradient.norm())
    network.zero_grad()
    numbers["jacobian"] = float(objective.linearize()[1].norm())
    numbers["loss after Adam"] = _loss_at(run, _ADAM_STEPS)
    after = _ADAM_STEPS + _FIRST_LM_STEPS
    numbers[f"loss after {_FIRST_LM_STEPS} LM steps"] = _loss_at(run, after)
    numbers["loss at the end"] = _loss_at(run, None)
    values = run.evaluate(run.grid.points)
    (reference,) = run.reference.values()
    (found,) = values.values()
    numbers["error"] = float((found - reference).norm() / reference.norm())
    return numbers


def _loss_at(run: AssembledRun, step: int | None) -> float:
    """Train until a step, or to the end, and evaluate the loss there."""

    def should_stop() -> Verdict | None:
        is_enough = step is not None and run.record.step >= step
        return Verdict(Outcome.STEPS_TAKEN, "enough") if is_enough else None

    run.trainer.run(should_stop, lambda entry: None)
    while step is None and run.awaits_next_leg:
        run.begin_next_leg()
        run.trainer.run(should_stop, lambda entry: None)
    return float(run.objective.loss().detach())


def _holds(key: str, value: float, before: float) -> bool:
    if key in _TOLERANCES:
        return abs(value - before) <= _TOLERANCES[key] * abs(before)
    if key == "error":
        return before / _ERROR_FACTOR <= value <= before * _ERROR_FACTOR
    return math.isfinite(value) and math.isfinite(before)


def _shown(key: str, value: float, before: Numbers | None) -> str:
    text = f"{value:.6e}"
    if before is None:
        return text
    if before.get(key) == value:
        return f"{text} same"
    return f"{text} ({value / before[key] - 1:+.1e})" if before.get(key) else f"{text} new"


def _are_numbers(values: Iterable[object]) -> bool:
    return all(isinstance(value, int | float) for value in values)


def _read(path: Path) -> dict[str, Numbers]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"cannot read the numbers of {path}: {error}") from error
    rows = found.values() if isinstance(found, dict) else [None]
    if not all(isinstance(row, dict) and _are_numbers(row.values()) for row in rows):
        raise UserError(f"{path} holds no numbers of 'bench numbers'")
    return found
