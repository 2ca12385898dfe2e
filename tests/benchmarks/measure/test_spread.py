"""Median and range of errors, some of which are those of runs that failed."""

import math

import pytest

from pinn_metakan.benchmarks.measure.spread import spread


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        ([2.0, 1.0, 4.0], (2.0, 1.0, 4.0)),
        ([math.nan, 1.0, 2.0], (2.0, 1.0, math.nan)),
        ([1.0, math.nan, math.inf], (math.nan, 1.0, math.nan)),
        ([math.nan], (math.nan, math.nan, math.nan)),
    ],
)
def test_a_run_that_failed_is_above_all_others(
    errors: list[float], expected: tuple[float, float, float]
) -> None:
    assert spread(errors) == pytest.approx(expected, nan_ok=True)
