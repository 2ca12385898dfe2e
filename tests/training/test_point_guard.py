"""The guard of points, with losses that are planted."""

from typing import Any, cast

import pytest

from pinn_metakan.training.least_squares import LeastSquares
from pinn_metakan.training.point_guard import PointGuard


class Planted:
    """Has the next of some losses on every new set of points."""

    def __init__(self, *fresh: float):
        self._fresh = list(fresh)
        self.doubled = 0

    def redraw(self) -> None:
        """New points."""

    def evaluate(self) -> float:
        return self._fresh.pop(0)

    def add_points(self) -> bool:
        self.doubled += 1
        return True


def doubled(*pairs: tuple[float, float], is_stuck: bool = False) -> int:
    """How often points are added for pairs of a trained and a fresh loss, one after the other."""
    planted = Planted(*(fresh for _, fresh in pairs))
    guard = PointGuard(cast(LeastSquares, planted), largest_ratio=4.0)
    for trained, _ in pairs:
        guard.renew(trained, is_stuck)
    return planted.doubled


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([(1.0, 1.2)], 0),  # nothing to compare with yet
        ([(1.0, 1.2), (0.1, 0.2)], 0),  # falls
        ([(1.0, 5.0)], 1),  # overfitted
        ([(1.0, 1.2), (0.8, 0.9)], 1),  # slow
        ([(1.0, 1.2), (0.8, 0.9), (0.1, 0.1), (0.08, 0.09)], 2),
        ([(1e-28, 1.2e-28), (0.9e-28, 1e-28)], 0),  # rounding
    ],
)
def test_points_are_added_where_they_are_overfitted_or_training_is_slow(
    pairs: list[tuple[float, float]], expected: int
) -> None:
    assert doubled(*pairs) == expected


def test_points_are_added_where_no_step_lowers_the_loss() -> None:
    assert doubled((1.0, 1.0), is_stuck=True) == 1


def test_the_guard_goes_on_from_its_state() -> None:
    first = PointGuard(cast(LeastSquares, Planted(1.0)), 4.0)
    first.renew(1.0, False)
    state: dict[str, Any] = first.state()
    planted = Planted(0.9)
    second = PointGuard(cast(LeastSquares, planted), 4.0)
    second.load(state)
    second.renew(0.9, False)
    assert planted.doubled == 1
