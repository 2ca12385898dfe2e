"""Heat in a ring: tabulated roots, orthogonality, the equation, convergence of the series."""

import math

import pytest
import torch
from torch import Tensor

from pinn_metakan.reference.ring_heat import RingHeat, ring_wave_numbers


def parabola(radius: Tensor) -> Tensor:
    return (radius - 0.5) * (1 - radius)


def points_of(ring: RingHeat) -> Tensor:
    unit = torch.rand(100, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    radius, angle = ring.inner + (ring.outer - ring.inner) * unit[:, 0], 2 * math.pi * unit[:, 1]
    rows = [radius * angle.cos(), radius * angle.sin(), 0.01 + 0.1 * unit[:, 2]]
    return torch.stack(rows, dim=1).requires_grad_()


def test_wave_numbers_agree_with_a_table() -> None:
    # Abramowitz, Stegun, table 9.7: roots of J0(x) Y0(2 x) - Y0(x) J0(2 x)
    assert ring_wave_numbers(1.0, 2.0, 3) == pytest.approx([3.123031, 6.273436, 9.418208], abs=1e-6)
    assert ring_wave_numbers(1.0, 2.0, 2, 1) == pytest.approx([3.196578, 6.312350], abs=1e-6)


@pytest.mark.parametrize("inner", [0.05, 0.5, 0.95])
@pytest.mark.parametrize("waves", [0, 1, 8])
def test_no_wave_number_is_missed(inner: float, waves: int) -> None:
    found = ring_wave_numbers(inner, 1.0, 30, waves)
    gaps = found[1:] - found[:-1]
    assert len(found) == 30
    assert (gaps > 0.5 * math.pi / (1 - inner)).all()
    assert (gaps < 1.5 * math.pi / (1 - inner)).all()


@pytest.mark.parametrize("waves", [0, 5])
def test_a_mode_has_the_equation_and_cold_walls(waves: int) -> None:
    ring = RingHeat(0.1, 1.0, diffusivity=0.3, waves=waves)
    points = points_of(ring)
    u = ring(points)["u"]
    (slope,) = torch.autograd.grad(u.sum(), points, create_graph=True)
    laplacian = sum(
        torch.autograd.grad(slope[:, i].sum(), points, retain_graph=True)[0][:, i] for i in (0, 1)
    )
    assert (slope[:, 2] - 0.3 * laplacian).abs().max() < 1e-8 * slope[:, 2].abs().max()
    walls = torch.tensor([[0.0, 0.1, 0.0], [0.6, -0.8, 0.0]], dtype=torch.float64)
    assert ring(walls)["u"].abs().max() < 1e-13
    line = torch.linspace(0.1, 1.0, 500, dtype=torch.float64)
    start = ring(torch.stack([line, 0 * line, 0 * line], dim=1))["u"]
    assert start.abs().max() == pytest.approx(1, abs=1e-4)


def test_modes_are_orthogonal_and_their_series_converges_as_it_should() -> None:
    errors = [RingHeat(0.5, 1.0, parabola, count=n).error["u"] for n in (10, 20, 40)]
    # coefficients of a parabola fall like k^-3, so that what is left falls like n^-2.5
    assert errors[0] / errors[1] == pytest.approx(2**2.5, rel=0.1)
    assert errors[1] / errors[2] == pytest.approx(2**2.5, rel=0.1)


def test_the_series_begins_at_its_start() -> None:
    ring = RingHeat(0.5, 1.0, parabola)
    points = points_of(ring).detach()
    points[:, 2] = 0
    assert (ring(points)["u"] - parabola(points[:, :2].norm(dim=1))).abs().max() < 1e-5


def test_a_ring_without_a_width_is_refused() -> None:
    with pytest.raises(ValueError, match=r"radii 0 < inner < outer, got 1\.0 and 1\.0"):
        RingHeat(1.0, 1.0)
    with pytest.raises(ValueError, match="positive diffusivity, got 0"):
        RingHeat(0.5, 1.0, diffusivity=0)
    with pytest.raises(ValueError, match="radii 0 < inner < outer, got 0 and 1"):
        ring_wave_numbers(0, 1, 3)
    with pytest.raises(ValueError, match="got 0 modes with 2 waves"):
        ring_wave_numbers(0.5, 1, 0, 2)
