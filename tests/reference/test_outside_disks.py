"""Laplace's equation outside of disks: a closed form, order, the bound of the error."""

import math

import pytest
import torch

from pinn_metakan.reference.harmonic_fit import HarmonicFit
from pinn_metakan.reference.harmonic_terms import Multipoles, Polynomials
from pinn_metakan.reference.outside_disks import OutsideDisks

SQUARE = ((-0.5, 0.5), (-0.5, 0.5))
CENTERS = [(0.3, 0.3), (-0.3, 0.3), (0.3, -0.3), (-0.3, -0.3)]


def test_a_fit_finds_a_closed_form_in_an_eccentric_ring() -> None:
    angle = torch.arange(200, dtype=torch.float64) * 2 * math.pi / 200
    circle = torch.stack([angle.cos(), angle.sin()], dim=1)
    points = torch.cat([circle, 0.3 * circle + torch.tensor([0.2, 0.0])])

    def exact(at: torch.Tensor) -> torch.Tensor:
        x, y = at.unbind(1)
        return torch.exp(x) * torch.cos(y) + torch.log((x - 0.1) ** 2 + y**2)

    terms = [Polynomials(24, (0.0, 0.0), 1.0), Multipoles(30, (0.2, 0.0), 0.3)]
    fit = HarmonicFit(terms, points, exact(points))
    inside = torch.tensor([[-0.5, 0.5], [0.6, 0.1]], dtype=torch.float64)
    error = (fit(inside) - exact(inside)).abs().max()
    assert error < 1e-13
    assert error <= fit.misfit(points, exact(points)) + 1e-15


def test_the_bound_falls_geometrically_and_holds() -> None:
    best = OutsideDisks(SQUARE, CENTERS, [0.1] * 4)
    points = torch.tensor([[0.0, 0.0], [0.3, 0.45], [0.1, -0.3]], dtype=torch.float64)
    bounds = []
    for degree, order in ((20, 6), (40, 10), (60, 12)):
        coarse = OutsideDisks(SQUARE, CENTERS, [0.1] * 4, degree=degree, order=order)
        bounds.append(coarse.bound)
        assert (coarse(points)["u"] - best(points)["u"]).abs().max() <= coarse.bound
    assert bounds[1] < 0.02 * bounds[0]
    assert bounds[2] < 0.02 * bounds[1]
    assert best.bound < 1e-12
    assert best.error["u"] < 1e-12


def test_nothing_is_assumed_of_symmetry() -> None:
    found = OutsideDisks(((0, 2), (0, 1)), [(0.4, 0.5), (1.5, 0.6)], [0.2, 0.1], -1.0, 3.0)
    assert found.bound < 1e-10
    points = torch.tensor([[0.9, 0.5]], dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(found(points)["u"].sum(), points, create_graph=True)
    parts = [torch.autograd.grad(slope[0, i], points, retain_graph=True)[0][0, i] for i in (0, 1)]
    assert abs(parts[0] + parts[1]) < 1e-9
    assert abs(parts[0]) > 0.1


def test_disks_that_touch_are_refused() -> None:
    with pytest.raises(ValueError, match=r"must not touch .* at \(0.45, 0\) with radius 0.1"):
        OutsideDisks(SQUARE, [(0.45, 0)], [0.1])
    with pytest.raises(ValueError, match="must not touch each other"):
        OutsideDisks(SQUARE, [(0.0, 0.0), (0.15, 0.0)], [0.1, 0.06])
    with pytest.raises(ValueError, match="1 centers and 2 radii"):
        OutsideDisks(SQUARE, [(0.0, 0.0)], [0.1, 0.1])


def test_a_fit_at_few_points_is_refused() -> None:
    points = torch.zeros(3, 2, dtype=torch.float64)
    with pytest.raises(ValueError, match="of 5 harmonic functions needs at least so many points"):
        HarmonicFit([Polynomials(2, (0, 0), 1.0)], points, points[:, 0])
