"""The Feynman functions: formulas and ranges."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Generator

from pinn_metakan.benchmarks.feynman.functions import FEYNMAN

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
