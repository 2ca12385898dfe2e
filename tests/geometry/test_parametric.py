"""Domains times ranges of parameters: columns, points, boundary, and what is refused."""

import math

import pytest
import torch
from torch import Generator

from pinn_metakan.ansatz.features import Features
from pinn_metakan.geometry.ball import Ball
from pinn_metakan.geometry.box import Box, Interval
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.grid import plane, product_grid
from pinn_metakan.geometry.parameter import Parameter
from pinn_metakan.geometry.parametric import Parametric
from pinn_metakan.geometry.point import Point
from pinn_metakan.geometry.sampling import sample_at_time, sample_boundary, sample_interior
from pinn_metakan.geometry.space_time import SpaceTime

D, RATE = Parameter(0.1, 1.0), Parameter(0.01, 100.0, log=True)
DOMAINS: dict[str, tuple[Domain, int]] = {
    "interval": (Interval(-1.0, 1.0), 1),
    "square": (Box((0.0, 1.0), (0.0, 2.0)), 2),
    "disk in time": (SpaceTime(Ball(2), 0.0, 3.0), 2),
    "time alone": (SpaceTime(Point(), 0.0, 3.0), 0),
}


@pytest.mark.parametrize(("domain", "first"), DOMAINS.values(), ids=DOMAINS)
def test_parameters_come_after_space_and_before_time(domain: Domain, first: int) -> None:
    parametric = Parametric(domain, {"D": D, "k": RATE})
    assert parametric.parameter_axes == (first, first + 1)
    assert parametric.bounds == (
        *domain.bounds[:first],
        (0.1, 1.0),
        (0.01, 100.0),
        *domain.bounds[first:],
    )
    points = sample_interior(parametric, 200, "sobol", Generator().manual_seed(0)).points
    assert bool(parametric.contains(points).all())
    others = [axis for axis in range(parametric.dimension) if axis not in (first, first + 1)]
    assert bool(domain.contains(points[:, others]).all())
    points[:, first] = 1.1
    assert not bool(parametric.contains(points).any())


def test_a_logarithmic_parameter_has_half_of_its_points_below_the_geometric_mean() -> None:
    parametric = Parametric(Interval(0.0, 1.0), {"k": RATE})
    values = sample_interior(parametric, 1024, "sobol", Generator().manual_seed(0)).points[:, 1]
    assert float((values < 1.0).double().mean()) == pytest.approx(0.5, abs=0.01)
    assert float((values < 0.1).double().mean()) == pytest.approx(0.25, abs=0.01)


def test_the_ends_of_a_parameter_are_no_boundary() -> None:
    parametric = Parametric(SpaceTime(Interval(0.0, 1.0), 0.0, 2.0), {"D": D})
    assert {face.axis for face in parametric.faces} == {0}
    at = sample_boundary(parametric, 64, "sobol", Generator().manual_seed(0))
    assert at.normals is not None
    assert set(at.points[:, 0].tolist()) == {0.0, 1.0}
    assert not bool(at.normals[:, 1:].any())
    assert len(at.points[:, 1].unique()) == 64
    factor = parametric.factor(at.points)
    assert factor is not None
    assert float(factor.abs().max()) < 1e-12
    assert parametric.volume == pytest.approx(1.8)


def test_points_at_a_time_have_all_parameters() -> None:
    parametric = Parametric(SpaceTime(Point(), 0.0, 2.0), {"k": RATE})
    at = sample_at_time(parametric, 0.0, 16, "sobol", Generator().manual_seed(0)).points
    assert at.shape == (16, 2)
    assert bool((at[:, 1] == 0).all())
    assert len(at[:, 0].unique()) == 16


def test_a_part_of_the_time_keeps_the_parameters() -> None:
    part = Parametric(SpaceTime(Interval(0.0, 1.0), 0.0, 2.0), {"D": D}).during(0.5, 1.0)
    assert part.bounds == ((0.0, 1.0), (0.1, 1.0), (0.5, 1.0))
    assert repr(part) == "SpaceTime(Box((0.0, 1.0)), 0.5, 1.0) for D in [0.1, 1]"


def test_a_grid_is_even_on_a_logarithmic_scale() -> None:
    parametric = Parametric(Box((0.0, 1.0), (0.0, 1.0)), {"k": RATE})
    grid = product_grid(parametric, ("x", "y", "k"), [2, 2, 5])
    assert grid.axes["k"] == pytest.approx([0.01, 0.1, 1.0, 10.0, 100.0])
    assert grid.axes["k"][[0, -1]].tolist() == [0.01, 100.0]
    assert plane(parametric, {"x": 0, "y": 1}, 3).points[:, 2].tolist() == pytest.approx([1.0] * 9)


def test_features_are_even_on_a_logarithmic_scale() -> None:
    features = Features(Parametric(Interval(0.0, 1.0), {"k": RATE}))
    points = torch.tensor([[0.0, 0.01], [0.5, 1.0], [1.0, 100.0]], dtype=torch.float64)
    expected = torch.tensor([[-1.0, -1.0], [0.0, 0.0], [1.0, 1.0]], dtype=torch.float64)
    assert torch.allclose(features(points), expected, atol=1e-14)


@pytest.mark.parametrize(
    ("low", "high", "log", "message"),
    [
        (1.0, 1.0, False, r"Parameter\(1.0, 1.0\): expected two finite numbers low < high"),
        (2.0, 1.0, False, r"Parameter\(2.0, 1.0\): expected two finite numbers low < high"),
        (0.0, math.inf, False, "expected two finite numbers low < high"),
        (0.0, 1.0, True, r"log=True\): a logarithmic scale needs positive values, got 0"),
        ("a", 1.0, False, r"expected \(low, high\), two numbers"),
    ],
)
def test_a_range_that_is_none_is_refused(low: float, high: float, log: bool, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Parameter(low, high, log)


def test_a_point_has_no_boundary() -> None:
    with pytest.raises(ValueError, match="the only coordinate is time; take Initial or Terminal"):
        Point().boundary(torch.zeros(1, 0))
