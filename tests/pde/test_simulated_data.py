"""Data that a problem makes itself."""

import pytest
import torch
from torch import Tensor

from pinn_metakan.geometry.ball import Ball
from pinn_metakan.geometry.box import Box, Interval
from pinn_metakan.pde.simulated_data import simulated_data

DISK = Ball(2)


def plane(points: Tensor) -> dict[str, Tensor]:
    return {"u": points[:, 0] + 2.0, "v": -points[:, 0]}


def test_data_without_noise_are_the_reference_and_have_no_sigma() -> None:
    data = simulated_data(plane, Box((-1.0, 3.0), (0.0, 1.0)), "u", "v", count=50)
    points = data.place.points
    assert torch.equal(data.values["u"], points[:, 0] + 2.0)
    assert torch.equal(data.values["v"], -points[:, 0])
    assert -1 < float(points[:, 0].min()) < -0.7
    assert 2.7 < float(points[:, 0].max()) < 3
    assert data.noise_levels() == {}


def test_noise_has_its_size_and_leaves_the_points() -> None:
    exact, noisy = (
        simulated_data(plane, Interval(0.0, 1.0), "u", count=2000, noise=noise, largest=3.0, seed=4)
        for noise in (0.0, 0.01)
    )
    error = noisy.values["u"] - exact.values["u"]
    assert torch.equal(noisy.place.points, exact.place.points)
    assert noisy.noise_levels()["u"].sigma == pytest.approx(0.03)
    assert float(error.std()) == pytest.approx(0.03, rel=0.05)


def test_points_lie_in_the_domain_and_are_as_many_as_asked_for() -> None:
    points = simulated_data(plane, DISK, "u", count=300).place.points
    assert points.shape == (300, 2)
    assert bool(DISK.contains(points).all())
    assert float(points.norm(dim=1).max()) > 0.95


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"count": 0}, "count must be a number from 1 on, got 0"),
        ({"count": 2.5}, r"count must be a number from 1 on, got 2\.5"),
        ({"noise": -0.1}, "noise must be 0 or positive"),
        ({"noise": float("nan")}, "noise must be 0 or positive"),
    ],
)
def test_what_cannot_be_measured_is_refused(options: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        simulated_data(plane, DISK, "u", **{"count": 5, **options})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="name what is measured"):
        simulated_data(plane, DISK, count=5)
