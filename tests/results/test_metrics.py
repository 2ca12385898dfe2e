"""Errors count every point that has a reference: a hole in a solution is no small error."""

import math

import numpy as np
import pytest

from pinn_metakan.results.metrics import (
    largest_known,
    max_error,
    relative_l1,
    relative_l2,
    relative_norm,
    relative_to_variation,
)

V = np.array([[1.0, -2.0], [2.0, np.nan]])  # the last point lies outside the domain


def test_points_outside_the_domain_do_not_count() -> None:
    u = V + np.array([[0.0, 0.0], [3.0, 0.0]])
    assert relative_l2(u, V) == pytest.approx(1.0)
    assert relative_l1(u, V) == pytest.approx(3 / 5)
    assert max_error(u, V) == 3.0
    outside = u.copy()
    outside[1, 1] = 7.0
    assert relative_l2(outside, V) == pytest.approx(1.0)


@pytest.mark.parametrize("metric", [relative_l2, relative_l1, max_error])
@pytest.mark.parametrize("hole", [math.nan, math.inf])
def test_a_hole_in_the_solution_shows(metric, hole: float) -> None:  # type: ignore[no-untyped-def]
    u = V.copy()
    u[0, 1] = hole
    assert not np.isfinite(metric(u, V))


@pytest.mark.parametrize("metric", [relative_l2, relative_l1, max_error])
def test_no_point_at_all_is_no_error(metric) -> None:  # type: ignore[no-untyped-def]
    assert metric(np.full(3, 1.0), np.full(3, np.nan)) == 0.0


def test_a_distance_is_relative_to_the_values_where_they_are_known() -> None:
    values = np.array([3.0, np.nan, 4.0])
    distance = np.array([0.3, np.nan, 0.4])
    assert relative_norm(distance, values) == pytest.approx(0.1)
    assert largest_known(distance, values) == pytest.approx(0.4)
    assert np.isnan(relative_norm(np.array([0.3, np.nan, np.nan]), values))  # a hole shows
    assert relative_norm(np.ones(2), np.zeros(2)) == pytest.approx(np.sqrt(2))


def test_an_offset_flatters_the_relative_error_but_not_that_of_the_variation() -> None:
    v = 350 + 0.2 * np.array([-1.0, 1.0, np.nan, -1.0, 1.0])
    u = np.full(5, 350.0)  # nothing of what varies is right
    assert relative_l2(u, v) < 1e-3
    assert relative_to_variation(u, v) == pytest.approx(1.0)
    hole = u.copy()
    hole[0] = np.nan
    assert math.isnan(relative_to_variation(hole, v) or 0.0)


@pytest.mark.parametrize(
    "v", [np.sin(np.arange(9.0)), 1 + np.arange(9.0), np.full(9, 350.0), np.full(9, np.nan)]
)
def test_where_no_offset_dominates_there_is_no_error_of_the_variation(
    v: np.ndarray,
) -> None:
    assert relative_to_variation(v + 0.1, v) is None


@pytest.mark.parametrize("scale", [1e300, 1e-300, 1.0])
def test_errors_of_any_numbers_that_float64_holds_are_finite(scale: float) -> None:
    v, u = scale * np.array([1.0, -2.0, 2.0]), scale * np.array([1.0, 1.0, 2.0])
    assert relative_l2(u, v) == pytest.approx(1.0)
    assert relative_l1(u, v) == pytest.approx(3 / 5)
    assert relative_norm(u, v) == pytest.approx(math.sqrt(6) / 3)
    assert relative_l2(u, 0 * v) == pytest.approx(scale * math.sqrt(6))
    assert relative_l2(0 * v, v) == 1.0


def test_errors_are_those_of_the_formula_bit_for_bit() -> None:
    generator = np.random.default_rng(0)
    for _ in range(100):
        v, d = (generator.normal(size=50) * 10.0 ** generator.integers(-20, 20) for _ in "vd")
        u = v + d
        formula = np.sqrt(np.sum((u - v) ** 2)) / np.sqrt(np.sum(v**2))
        assert relative_l2(u, v) == formula
        assert relative_l1(u, v) == np.sum(np.abs(u - v)) / np.sum(np.abs(v))
