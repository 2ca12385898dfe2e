"""The table that the default settings are chosen from: family x coefficients x problem."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from pinn_metakan.benchmarks.command import Progress
from pinn_metakan.benchmarks.measure.places import prepare_folder
from pinn_metakan.benchmarks.measure.spread import spread
from pinn_metakan.benchmarks.measure.variants import (
    Case,
    Variant,
    as_word,
    error_of,
    run_case,
    size_and_seconds,
)
from pinn_metakan.benchmarks.names import refuse_unknown
from pinn_metakan.runs.solution import Solution

#: Training times that errors are read at [s].
_TIMES = (5.0, 10.0, 20.0)


def _sine(**network: object) -> Variant:
    return Variant("metakan-sine", {"network": network})


#: The KAN of two hidden layers whose edges have more functions.
_EIGHT_GAUSSIANS = {"widths": [8, 8], "options": {"count": 8}}
#: The MetaKAN of two functions per layer that has about as many parameters as that of one.
_TWO_FUNCTIONS = {"widths": [12, 12, 12], "prompt_dimension": 2}
#: Name of the row -> what is run. The paper's row has its cubic splines, ReLU meta-learner, scalar
#: prompts and Adam with two rates.
VARIANTS: dict[str, Variant] = {
    "kan, rbf (default)": Variant("kan", {}),
    "kan, rbf, 8 Gaussians, [8,8]": Variant("kan", {"network": _EIGHT_GAUSSIANS}),
    "kan, cubic": Variant("kan", {"network": {"family": "bspline"}}),
    "kan, quintic": Variant("kan", {"network": {"family": "bspline", "options": {"order": 5}}}),
    "kan, fourier": Variant("kan", {"network": {"family": "fourier"}}),
    "metakan (default)": Variant("metakan", {}),
    "metakan, E=2, [12,12,12]": Variant("metakan", {"network": _TWO_FUNCTIONS}),
    "metakan-sine, rbf (default)": _sine(),
    "metakan-sine, rbf, untied": Variant(
        "metakan-sine", {"lm": {"steps": 30}, "untie": {"steps": 100}}
    ),
    "metakan-sine, rbf, E=1": _sine(prompt_dimension=1, frequency=5.0),
    "metakan-sine, rbf, E=4": _sine(prompt_dimension=4, frequency=2.0),
    "metakan-sine, rbf, [14,14]": _sine(widths=[14, 14]),
    "metakan-sine, rbf, tanh": _sine(hidden_function="tanh"),
    "metakan-sine, cubic": _sine(family="bspline"),
    "metakan-sine, quintic": _sine(family="bspline", options={"order": 5}),
    "metakan-sine, fourier": _sine(family="fourier"),
    "metakan, the paper's": Variant(
        "metasplinekan",
        {
            "network": {"widths": [16, 16]},
            "stages": ["adam"],
            "adam": {"steps": 100_000, "learning_rate": 1e-3, "schedule": "constant"},
        },
    ),
    "mlp (default)": Variant("mlp", {}),
}
#: Name of the column -> problem and its parameters.
PROBLEMS: dict[str, tuple[str, dict[str, object]]] = {
    "poisson": ("poisson", {}),
    "heat": ("heat", {}),
    "burgers nu=0.01/pi": ("burgers", {}),
    "burgers nu=0.01": ("burgers", {"viscosity": 0.01}),
}


def default_lines(
    folder: Path,
    seeds: int,
    budget: float,
    device: str,
    problems: Sequence[str],
    variants: Sequence[str],
    progress: Progress,
) -> Iterator[str]:
    """Solve each problem by each variant, and compare errors.

    Args:
        folder: Keeps a run folder for each; those that are complete are not run again, others are
            resumed.
        seeds: How many seeds, from 0.
        budget: Seconds that each run may take.
        device: "auto", "cpu" or "cuda".
        problems: Keys of `PROBLEMS`; all if empty.
        variants: Keys of `VARIANTS`; all if empty.
        progress: Told each run.

    Yields:
        Rows of a table in Markdown: medians over the seeds, NaN for runs that failed.

    Raises:
        SettingsError: If a problem or a variant is not known.
        UserError: If the results cannot be written; nothing is measured then.
    """
    refuse_unknown("no {} in this table", problems, PROBLEMS)
    refuse_unknown("no {} in this table", variants, VARIANTS)
    prepare_folder(folder)
    times = [f"at {seconds:g} s" for seconds in _TIMES]
    columns = ["problem", "variant", "parameters", *times, "end", "lowest", "highest", "seconds"]
    yield f"| {' | '.join(columns)} |"
    yield "|" + "---|" * len(columns)
    for problem in problems or PROBLEMS:
        for variant in variants or VARIANTS:
            runs = []
            for seed in range(seeds):
                path = folder / as_word(problem) / as_word(variant) / f"seed-{seed}"
                progress(f"{problem}, {variant}, seed {seed}")
                case = Case(*PROBLEMS[problem], VARIANTS[variant], seed)
                runs.append(run_case(path, case, device, progress, budget))
            yield _row(problem, variant, runs)


def _row(problem: str, variant: str, runs: Sequence[Solution | None]) -> str:
    at_times = [f"{spread([_error_at(run, t) for run in runs])[0]:.1e}" for t in _TIMES]
    ends = [f"{error:.1e}" for error in spread([error_of(run) for run in runs])]
    count, seconds = size_and_seconds(runs)
    return f"| {' | '.join([problem, variant, count, *at_times, *ends, seconds])} |"


def _error_at(run: Solution | None, seconds: float) -> float:
    """Largest error of an unknown when training had lasted so long, at least one entry."""
    if run is None:
        return float("nan")
    taken = int(np.searchsorted(run.history["seconds"], seconds, side="right"))
    if not len(run.history["step"]):
        return float("nan")
    errors = [v for k, v in run.history.items() if k.startswith("relative_l2_")]
    return max(float(error[max(taken - 1, 0)]) for error in errors)
