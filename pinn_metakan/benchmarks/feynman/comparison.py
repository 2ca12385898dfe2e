"""KAN and MetaKAN on formulas of physics, by L-BFGS and by Levenberg-Marquardt."""

import math
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Generator

from pinn_metakan.benchmarks.command import Progress
from pinn_metakan.benchmarks.feynman.functions import FEYNMAN
from pinn_metakan.benchmarks.feynman.methods import METHODS, Method
from pinn_metakan.benchmarks.feynman.regression import fit
from pinn_metakan.benchmarks.measure.kept import KeptResults
from pinn_metakan.benchmarks.measure.spread import spread
from pinn_metakan.benchmarks.names import refuse_unknown
from pinn_metakan.errors import TrainingError

#: Samples to train on, and to test on.
_SAMPLES = 1000
#: Seed of the samples, the same for all networks.
_DATA_SEED = 2025
_HIDDEN = {"[n,5,5,1]": [5, 5], "[n,5,1]": [5]}
#: Grid intervals of the splines.
GRIDS = (5, 10, 20)
#: Test error that the MetaKAN paper reports for G = 5: KAN, MetaKAN.
_PAPER: dict[str, tuple[float, float]] = {
    "I.6.20a": (5.94e-4, 3.88e-4),
    "I.8.4": (1.30e-2, 3.76e-3),
    "I.9.18": (2.39e-3, 1.70e-3),
    "I.12.5": (1.32e-3, 1.16e-4),
    "I.15.3x": (1.57e-2, 5.38e-3),
}
#: Of which pairs of methods it is counted how often the first is at or below the second, and how
#: often it is so many times lower.
_AT_OR_BELOW = (
    ("sine MetaKAN, L-BFGS", "KAN, L-BFGS"),
    ("shared functions, L-BFGS", "KAN, L-BFGS"),
    ("sine MetaKAN, LM", "KAN, LM"),
    ("sine MetaKAN, E = 2, LM", "KAN, LM"),
    ("shared functions, LM", "KAN, LM"),
)
_FAR_BELOW = (
    ("sine MetaKAN, E = 2, LM", "ReLU MetaKAN, L-BFGS"),
    ("sine MetaKAN, E = 2, LM", "sine MetaKAN, L-BFGS"),
    ("sine MetaKAN, E = 2, LM", "KAN, L-BFGS"),
    ("shared functions, LM", "KAN, L-BFGS"),
)
_FACTOR = 100


def feynman_lines(
    folder: Path,
    seeds: int,
    grids: Sequence[int],
    names: Sequence[str],
    methods: Sequence[str],
    progress: Progress,
) -> Iterator[str]:
    """Fit the Feynman functions by each method, and compare test errors.

    Args:
        folder: Keeps each result in ``feynman.jsonl``; what is there is not run again.
        seeds: How many seeds, from 0.
        grids: Numbers G of grid intervals of the splines.
        names: Keys of `FEYNMAN`; all if empty.
        methods: Keys of `METHODS`; all if empty.
        progress: Told each fit.

    Yields:
        Rows of tables in Markdown: mean squared test errors, medians over the seeds; NaN for
        networks that diverged.

    Raises:
        SettingsError: If a function or a method is not known.
        UserError: If the results cannot be written; nothing is measured then.
    """
    refuse_unknown("no Feynman function {}", names, FEYNMAN)
    refuse_unknown("no method {}", methods, METHODS)
    chosen = {label: METHODS[label] for label in methods or METHODS}
    results = KeptResults(folder / "feynman.jsonl")
    for grid in grids:
        for shape, hidden in _HIDDEN.items():
            columns = ["parameters", *chosen, "paper: KAN", "MetaKAN"]
            yield f"| {shape}, G = {grid} | {' | '.join(columns)} |"
            yield "|" + "---|" * (len(columns) + 1)
            rows: list[dict[str, float]] = []
            for name in names or FEYNMAN:
                counts, errors = [], {}
                for label, method in chosen.items():
                    progress(f"{name}, {shape}, G = {grid}, {label}")
                    found = []
                    for seed in range(seeds):
                        case = [name, hidden, grid, label, method.steps, seed]
                        find = partial(_fitted, name, hidden, grid, method, seed)
                        found.append(results.of(case, find))
                    counts.append(str(found[0]["n_parameters"]))
                    errors[label] = spread([f["test_error"] for f in found])[0]
                known = grid == 5 and hidden == [5, 5] and name in _PAPER
                paper = [f"{error:.1e}" for error in _PAPER[name]] if known else ["", ""]
                different = ", ".join(dict.fromkeys(counts))  # KAN, MetaKAN, MetaKAN of E = 2
                shown = [f"{error:.1e}" for error in errors.values()]
                yield f"| {' | '.join([name, different, *shown, *paper])} |"
                rows.append(errors)
            yield "\n" + "\n".join(_verdicts(rows)) + "\n"


def _verdicts(rows: Sequence[dict[str, float]]) -> Iterator[str]:
    """Count where one method is at or below another, of those that were run."""
    for pairs, factor, words in (
        (_AT_OR_BELOW, 1, "at or below"),
        (_FAR_BELOW, _FACTOR, f"{_FACTOR} times lower than"),
    ):
        for ours, theirs in pairs:
            if ours in rows[0] and theirs in rows[0]:
                count = sum(factor * row[ours] <= row[theirs] for row in rows)
                yield f"- {ours}: {words} {theirs} on {count} of {len(rows)}"


def _fitted(
    name: str, hidden: Sequence[int], grid: int, method: Method, seed: int
) -> dict[str, Any]:
    function, data = FEYNMAN[name], Generator().manual_seed(_DATA_SEED)
    inputs, values = function.sample(_SAMPLES, data)
    test_inputs, test_values = function.sample(_SAMPLES, data)
    widths = [len(function.ranges), *hidden, 1]
    network = method.network(widths, grid, Generator().manual_seed(seed))
    try:
        train = fit(network, inputs, values, partial(method.optimizer, network), method.steps)
    except TrainingError:  # it diverged, which is a result
        return {
            "n_parameters": network.n_parameters,
            "train_error": math.nan,
            "test_error": math.nan,
        }
    with torch.no_grad():
        test = float((network(test_inputs)[:, 0] - test_values).square().mean())
    return {"n_parameters": network.n_parameters, "train_error": train, "test_error": test}
