"""Regression of the Feynman functions: formulas, Jacobian, results that are kept."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Generator

from pinn_metakan.benchmarks import feynman
from pinn_metakan.benchmarks.feynman import METHODS, feynman_lines
from pinn_metakan.benchmarks.feynman_functions import FEYNMAN
from pinn_metakan.benchmarks.kept import KeptResults
from pinn_metakan.benchmarks.regression import Regression, fit
from pinn_metakan.errors import SettingsError
from pinn_metakan.families.rbf import RBF
from pinn_metakan.networks.kan import KAN, make_kan, make_metakan
from pinn_metakan.optimizers.levenberg_marquardt import LevenbergMarquardt

#: Written again in NumPy, at the raw variables.
AGAIN: dict[str, Callable[..., float]] = {
    "I.6.20b": lambda t, t1, s: np.exp(-(((t - t1) / s) ** 2) / 2) / np.sqrt(2 * np.pi) / s,
    "I.10.7": lambda m, v, c: m / np.sqrt(1 - v**2 / c**2),
    "I.12.11": lambda q, e, b, v, t: q * e + q * b * v * np.sin(t),
    "I.16.6": lambda u, v, c: (u + v) * c**2 / (c**2 + u * v),
    "I.27.6": lambda d1, d2, n: d1 * d2 / (d2 + n * d1),
    "I.30.3": lambda i, n, t: i * (1 - np.cos(n * t)) / (1 - np.cos(t)),
    "I.37.4": lambda a, b, d: abs(np.sqrt(a) + np.sqrt(b) * np.exp(1j * d)) ** 2,
    "I.29.16": lambda a, b, s, t: abs(a * np.exp(1j * s) - b * np.exp(1j * t)),
}


@pytest.mark.parametrize("name", AGAIN)
def test_a_formula_equals_another_way_to_write_it(name: str, generator: Generator) -> None:
    function = FEYNMAN[name]
    scaled, values = function.sample(50, generator)
    low, high = np.array(function.ranges).T
    raw = low + (scaled.numpy() + 1) / 2 * (high - low)
    expected = [AGAIN[name](*row) for row in raw]
    np.testing.assert_allclose(values.numpy(), expected, rtol=1e-10, atol=1e-12)


def test_eighteen_functions_are_finite_on_scaled_inputs(generator: Generator) -> None:
    assert len(FEYNMAN) == 18
    for function in FEYNMAN.values():
        x, y = function.sample(500, generator)
        assert x.shape == (500, len(function.ranges))
        assert float(x.abs().max()) <= 1.0
        assert bool(torch.isfinite(y).all())


@pytest.mark.parametrize("make", [make_kan, make_metakan])
def test_the_jacobian_of_a_regression_equals_autograd(
    make: Callable[..., KAN], generator: Generator
) -> None:
    network = make((2, 4, 4, 1), RBF, generator)
    x, y = FEYNMAN["I.12.5"].sample(9, generator)
    regression = Regression(network, x, y)
    r, jacobian = regression.linearize()
    assert torch.allclose(r, regression.residual().detach(), atol=1e-14)
    for row in range(9):
        gradients = torch.autograd.grad(regression.residual()[row], list(network.parameters()))
        expected = torch.cat([g.flatten() for g in gradients])
        assert torch.allclose(jacobian[row], expected, atol=1e-12)


def test_a_product_is_fitted_in_a_second(generator: Generator) -> None:
    x, y = FEYNMAN["I.12.5"].sample(300, generator)
    network = make_metakan((2, 4, 4, 1), RBF, generator)
    error = fit(network, x, y, lambda: LevenbergMarquardt(list(network.parameters())), 25)
    assert error < 1e-9
    found = float((network(x)[:, 0] - y).detach().square().mean())
    assert math.isclose(error, found, rel_tol=1e-6)


def test_results_are_kept_and_not_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = {name: replace(method, steps=2) for name, method in METHODS.items()}
    monkeypatch.setattr(feynman, "METHODS", short)
    told: list[str] = []
    arguments = (tmp_path, 1, [5], ["I.6.20a"], told.append)
    rows = list(feynman_lines(*arguments))
    path = tmp_path / "feynman.jsonl"
    kept = path.read_text()
    assert len(kept.splitlines()) == 2 * len(METHODS)
    assert list(feynman_lines(*arguments)) == rows
    assert path.read_text() == kept
    row = next(row for row in rows if row.startswith("| I.6.20a | 315, 220, 271 |"))
    assert "5.9e-04 | 3.9e-04" in row  # what the paper reports
    counts = {json.loads(line)["result"]["n_parameters"] for line in kept.splitlines()}
    edges, h, size = 1 * 5 + 5 * 5 + 5 * 1, 16, 9
    assert {edges * size, edges + 2 * h + h * size + size} <= counts


def test_an_unknown_function_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no Feynman function 'II.1'; there are I.6.20a"):
        list(feynman_lines(tmp_path, 1, [5], ["II.1"], print))


@pytest.mark.parametrize(
    "line",
    [
        "3",
        "null",
        "[]",
        '"of result"',
        "{}",
        '{"of": "[2]"}',
        '{"result": {}}',
        '{"of": [2], "result": {}}',
        '{"of": "[2]", "result": 1.0}',
        "[" * 100_000,
        "\xff",
    ],
    ids=lambda line: line[:30],
)
def test_a_line_that_is_no_result_is_left_alone(line: str, tmp_path: Path) -> None:
    path = tmp_path / "kept.jsonl"
    path.write_bytes(line.encode("latin-1") + b"\n")
    KeptResults(path).of([1], lambda: {"error": 1.0})
    again = KeptResults(path)
    assert again.of([1], dict) == {"error": 1.0}
    assert again.of([2], lambda: {"error": 2.0}) == {"error": 2.0}
    assert path.read_bytes().startswith(line.encode("latin-1"))


def test_a_result_after_a_torn_line_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "kept.jsonl"
    KeptResults(path).of([1], lambda: {"error": 1.0})
    with path.open("a") as file:
        file.write('{"of": "[2]", "resu')  # the benchmark was ended here
    KeptResults(path).of([2], lambda: {"error": 2.0})
    again = KeptResults(path)
    assert again.of([2], dict) == {"error": 2.0}
    assert again.of([1], dict) == {"error": 1.0}
