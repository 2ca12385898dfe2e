"""What a second opinion is worth: the distance of two networks beside the error of the first."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from pinn_metakan.benchmarks.accuracy import PROBLEMS
from pinn_metakan.benchmarks.command import Progress
from pinn_metakan.benchmarks.measure.kept import KeptResults
from pinn_metakan.benchmarks.measure.machine import one_thread
from pinn_metakan.benchmarks.measure.spread import spread
from pinn_metakan.benchmarks.names import refuse_unknown
from pinn_metakan.errors import TrainingError
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.choices import suggested_settings
from pinn_metakan.runs.devices import chosen_device
from pinn_metakan.runs.solve import solve
from pinn_metakan.settings.layers import Layer
from pinn_metakan.settings.networks import NETWORK_SETTINGS

NETWORKS = ("metakan", "kan")
_COLUMNS = (
    *("problem", "network", "error", "error of the second", "disagreement"),
    "disagreement over error",
)


@dataclass(frozen=True)
class Case:
    """What is run with several seeds.

    Args:
        problem: A key of `PROBLEMS`.
        network: Name of the first network.
        layers: Settings beside the defaults and the problem's own.
        device: Where it computes.
    """

    problem: str
    network: str
    layers: Sequence[Layer]
    device: str

    def loaded(self) -> Problem:
        """Load the problem, with its parameters."""
        name, parameters = PROBLEMS[self.problem]
        return load_problem(name, (), parameters)

    def key(self, seed: int) -> list[object]:
        """All that a result depends on; the settings as they are in the end."""
        problem = self.loaded()
        settings = suggested_settings(problem, self.network, self.layers).as_dict()
        parameters = dict(problem.parameters)
        return [problem.origin.name, parameters, self.network, settings, seed, self.device]


def opinion_lines(
    out: Path,
    problems: Sequence[str],
    networks: Sequence[str],
    seeds: int,
    layers: Sequence[Layer],
    device: str,
    progress: Progress,
) -> Iterator[str]:
    """Solve problems whose solutions are known, each with a second opinion.

    Args:
        out: Keeps each run in ``opinion.jsonl``; what is there is not made again.
        problems: Keys of `PROBLEMS`; all if empty.
        networks: Names of the first networks; `NETWORKS` if empty.
        seeds: How many seeds, from 0; the second network has the seed after it.
        layers: Settings that all runs have beside their defaults.
        device: "auto", "cpu" or "cuda".
        progress: Told each run.

    Yields:
        Rows of a table in Markdown: medians over the seeds, of the ratio the lowest and the highest
        as well; NaN for runs that failed.

    Raises:
        SettingsError: If a name is not known or a setting does not fit; nothing is measured then.
        UserError: If the results cannot be written; nothing is measured then.
    """
    refuse_unknown("no problem {} in this table", problems, PROBLEMS)
    refuse_unknown("no network {} here", networks, NETWORK_SETTINGS)
    computes_on = str(chosen_device(device)[0])
    cases = [
        Case(problem, network, layers, computes_on)
        for problem in problems or PROBLEMS
        for network in networks or NETWORKS
    ]
    keys = [[case.key(seed) for seed in range(seeds)] for case in cases]
    results = KeptResults(out / "opinion.jsonl")
    yield f"| {' | '.join(_COLUMNS)} |"
    yield "|" + "---|" * len(_COLUMNS)
    for case, keys_of_case in zip(cases, keys, strict=True):
        found = []
        for seed, key in enumerate(keys_of_case):
            progress(f"{case.problem}, {case.network}, seed {seed}")
            found.append(results.of(key, partial(_compared, case, seed, progress)))
        yield _row(case, found)


def _row(case: Case, found: Sequence[Mapping[str, Any]]) -> str:
    errors = [
        f"{median(result[name] for result in found):.1e}"
        for name in ("error", "second_error", "disagreement")
    ]
    ratios = [_ratio(result["disagreement"], result["error"]) for result in found]
    of_median, lowest, highest = spread(ratios)
    told = f"{of_median:.2g} ({lowest:.2g} to {highest:.2g})" if len(found) > 1 else f"{lowest:.2g}"
    return f"| {' | '.join([case.problem, case.network, *errors, told])} |"


def _ratio(disagreement: float, error: float) -> float:
    return disagreement / error if error > 0 else math.nan


def _compared(case: Case, seed: int, progress: Progress) -> dict[str, Any]:
    """The largest error over the unknowns, of both networks, and their distance in that unknown."""
    nothing = dict.fromkeys(("error", "second_error", "disagreement"), math.nan)
    try:
        with one_thread():
            solution = solve(
                case.loaded(),
                case.network,
                settings=case.layers,
                seed=seed,
                device=case.device,
                check=True,
            )
    except TrainingError as failure:
        progress(f"failed: {failure}")
        return nothing
    errors = solution.relative_l2
    name = max(errors, key=lambda unknown: errors[unknown])
    if name not in solution.disagreement:
        progress(f"failed: {'; '.join(solution.notes)}")
        return nothing | {"error": errors[name]}
    second = json.loads(str(solution.attributes["second_opinion"]))["relative_l2"]
    return {
        "error": errors[name],
        "second_error": second[name],
        "disagreement": solution.disagreement[name],
    }
