"""Formulas that are fitted to a function and its band."""

import numpy as np
import pytest

from pinn_metakan.results.formula import find_formula

X = np.linspace(0.05, 1.0, 60)


@pytest.mark.parametrize(
    ("values", "kind", "text"),
    [
        (np.full_like(X, 2.0), "constant", "2"),
        (3 * X - 3 * X**2, "quadratic", "0 + 3 u - 3 u^2"),
        (0.1 * np.exp(1.5 * X), "exponential", "0.1 exp(1.5 u)"),
        (5 / np.sqrt(X), "power", "5 u^-0.5"),
        (1 / (1 + 2 * X), "rational", "(1 + 0 u) / (1 + 2 u)"),
    ],
)
def test_a_simple_function_is_found(values: np.ndarray, kind: str, text: str) -> None:
    found = find_formula("u", X, values, np.full_like(X, 1e-4))
    assert found is not None
    assert (found.kind, found.text) == (kind, text)
    assert found.is_within


def test_noise_within_the_band_leaves_the_simplest() -> None:
    bent = 1 + 0.5 * X + 0.003 * np.sin(9 * X)
    found = find_formula("u", X, bent, np.full_like(X, 0.01))
    assert found is not None
    assert found.kind == "linear"


def test_none_is_claimed_where_none_fits() -> None:
    found = find_formula("u", X, np.sin(12 * X), np.full_like(X, 1e-3))
    assert found is not None
    assert not found.is_within
    assert "none of the simple forms fits within the band" in found.sentence("k(u)")


T = np.linspace(300.0, 800.0, 60)


@pytest.mark.parametrize(
    ("values", "kind", "text"),
    [
        (5e10 * T**1.5, "power", "5e+10 T^1.5"),
        (5e10 * T**-2.0, "power", "5e+10 T^-2"),
        (5 * np.exp(-0.01 * T), "exponential", "5 exp(-0.01 T)"),
        (1 + 2e-3 * T - 1e-6 * T**2, "quadratic", "1 + 0.002 T - 1e-06 T^2"),
        (T - 3e-3 * T**2 + 2e-6 * T**3, "cubic", "0 + 1 T - 0.003 T^2 + 2e-06 T^3"),
        (3e5 / (1 + 0.01 * T), "rational", "(3e+05 + 0 T) / (1 + 0.01 T)"),
    ],
)
def test_arguments_in_physical_units_are_no_matter(
    values: np.ndarray, kind: str, text: str
) -> None:
    found = find_formula("T", T, values, 1e-5 * np.abs(values))
    assert found is not None
    assert (found.kind, found.text) == (kind, text)


def test_nothing_is_within_a_band_that_is_not_known() -> None:
    found = find_formula("u", X, 2 * X, np.full_like(X, np.nan))
    assert found is not None
    assert found.sentence("k(u)").endswith("; no band is known")
    assert "within" not in found.fit
    assert found.report()["is_within_band"] is None
