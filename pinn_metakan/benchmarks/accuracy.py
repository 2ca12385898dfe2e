"""The table that networks are compared by: the error after so many seconds of training."""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from pinn_metakan.benchmarks.command import Progress
from pinn_metakan.benchmarks.measure.case import DTYPE, NO_HISTORY, Case
from pinn_metakan.benchmarks.measure.kept import KeptResults
from pinn_metakan.benchmarks.measure.machine import one_thread, product_rate
from pinn_metakan.benchmarks.measure.spread import spread
from pinn_metakan.benchmarks.names import refuse_unknown
from pinn_metakan.errors import SettingsError
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.choices import DTYPES
from pinn_metakan.runs.devices import chosen_device
from pinn_metakan.settings.layers import Layer
from pinn_metakan.settings.networks import NETWORK_SETTINGS

NETWORKS = ("metakan", "kan", "mlp", "features")
#: Name of the row -> problem and its parameters.
PROBLEMS: dict[str, tuple[str, Mapping[str, object]]] = {
    "poisson": ("poisson", {}),
    "heat": ("heat", {}),
    "burgers nu=0.01/pi": ("burgers", {}),
    "burgers nu=0.01": ("burgers", {"viscosity": 0.01}),
    "ball_poisson d=4": ("ball_poisson", {"dimension": 4}),
    "ball_poisson d=10": ("ball_poisson", {"dimension": 10}),
    "wave": ("wave", {}),
    "helmholtz": ("helmholtz", {}),
    "klein_gordon": ("klein_gordon", {}),
    "advection": ("advection", {}),
}
#: Training times that errors are read at, as far as the runs go [s].
_TIMES = (2.0, 5.0, 10.0, 20.0, 40.0, 80.0)
_SIZES = ("parameters", "at the end")


def accuracy_lines(
    out: Path,
    problems: Sequence[str],
    networks: Sequence[str],
    seeds: int,
    seconds: float,
    layers: Sequence[Layer],
    device: str,
    progress: Progress,
) -> Iterator[str]:
    """Solve each problem by each network on one thread, and compare errors at equal times.

    Args:
        out: Keeps each run in ``accuracy.jsonl``; what is there is not made again.
        problems: Keys of `PROBLEMS`; all if empty.
        networks: Names of networks; `NETWORKS` if empty.
        seeds: How many seeds, from 0.
        seconds: Seconds of training that end a run, at the next step; default settings may end
            earlier, and then the last error counts for later times.
        layers: Settings that all runs have beside their defaults.
        device: "auto", "cpu" or "cuda".
        progress: Told each run.

    Yields:
        The speed of the machine, and rows of a table in Markdown: medians over the seeds, the
        lowest and the highest; NaN for runs that failed.

    Raises:
        SettingsError: If a name is not known, a setting does not fit a network, or the seconds are
            not positive; nothing is measured then.
        UserError: If the results cannot be written; nothing is measured then.
    """
    refuse_unknown("no problem {} in this table", problems, PROBLEMS)
    refuse_unknown("no network {} here", networks, NETWORK_SETTINGS)
    if not 0 < seconds < math.inf:
        raise SettingsError(f"seconds must be positive, got {seconds:g}")
    computes_on, _ = chosen_device(device, DTYPES[DTYPE])
    settings = [NO_HISTORY, *layers]
    cases = [
        Case(row, load_problem(name, (), given), network, settings, seconds, computes_on)
        for row, (name, given) in PROBLEMS.items()
        if row in (problems or PROBLEMS)
        for network in networks or NETWORKS
    ]
    keys = [[case.key(seed) for seed in range(seeds)] for case in cases]
    results = KeptResults(out / "accuracy.jsonl")
    with one_thread():
        rate = product_rate(computes_on)
    yield f"1,000 x 1,000 product, float64, one thread: {rate / 1e9:.0f} GFLOP/s now"
    yield ""
    times = [*(t for t in _TIMES if t < seconds), seconds]
    kind = "CPU" if computes_on.type == "cpu" else "wall"
    titles = [*_SIZES, *(f"error at {t:g} s {kind}" for t in times), f"trained [s {kind}]", "steps"]
    yield f"| problem | network | {' | '.join(titles)} |"
    yield "|" + "---|" * (2 + len(titles))
    for case, keys_of_case in zip(cases, keys, strict=True):
        found = []
        for seed, key in enumerate(keys_of_case):
            progress(f"{case.row}, {case.network}, seed {seed}")
            found.append(results.of(key, partial(case.trained, seed, progress)))
        yield _row(case, found, times)


def _row(case: Case, found: Sequence[Mapping[str, Any]], times: Sequence[float]) -> str:
    errors = []
    for time in times:
        of_median, lowest, highest = spread([_error_at(result, time) for result in found])
        errors.append(f"{of_median:.1e} ({lowest:.1e} to {highest:.1e})")
    sizes = [_median(found, "n_parameters"), _median(found, "n_parameters_at_the_end")]
    ends = [_median(found, "trained"), _median(found, "steps")]
    cells = [case.row, case.network, *sizes, *errors, *ends]
    return f"| {' | '.join(cells)} |"


def _median(found: Sequence[Mapping[str, Any]], key: str) -> str:
    return f"{median(result[key] for result in found):.0f}"


def _error_at(result: Mapping[str, Any], time: float) -> float:
    """The last error that was measured up to a time; the first is of the untrained network."""
    pairs = zip(result["seconds"], result["errors"], strict=True)
    return float([error for seconds, error in pairs if seconds <= time][-1])
