"""Derivatives by autograd against closed forms and finite differences."""

import pytest
import torch
from torch import Generator, Tensor

from pinn_metakan.derivatives.autograd import evaluate_by_autograd
from pinn_metakan.derivatives.jet import Jet, RecordedValues
from pinn_metakan.derivatives.request import Variables

XYT = Variables(("x", "y", "t"), ("u", "v"), 3, 2)


def waves(points: Tensor) -> Tensor:
    x, y, t = points.unbind(1)
    return torch.stack([torch.sin(2 * x) * torch.exp(y) * t**3, x * y * t], dim=1)


NAMES = {
    "u_x": lambda x, y, t: 2 * torch.cos(2 * x) * torch.exp(y) * t**3,
    "u_xy": lambda x, y, t: 2 * torch.cos(2 * x) * torch.exp(y) * t**3,
    "u_xxt": lambda x, y, t: -12 * torch.sin(2 * x) * torch.exp(y) * t**2,
    "u_xxxx": lambda x, y, t: 16 * torch.sin(2 * x) * torch.exp(y) * t**3,
    "u_xytt": lambda x, y, t: 12 * torch.cos(2 * x) * torch.exp(y) * t,
    "v_xyt": lambda x, y, t: torch.ones_like(x),
    "v_xx": lambda x, y, t: torch.zeros_like(x),
    "v_tt": lambda x, y, t: torch.zeros_like(x),
    "laplacian_u": lambda x, y, t: -3 * torch.sin(2 * x) * torch.exp(y) * t**3,
}


@pytest.fixture
def points(generator: Generator) -> Tensor:
    return torch.rand(9, 3, generator=generator, dtype=torch.float64)


def test_all_derivatives_of_one_request_equal_closed_forms(points: Tensor) -> None:
    quantities = [XYT.parse(name) for name in NAMES]
    values = evaluate_by_autograd(waves, points, quantities)
    for name, quantity in zip(NAMES, quantities, strict=True):
        expected = NAMES[name](*points.unbind(1))
        assert torch.allclose(values[quantity], expected, atol=1e-12), name


def test_a_gradient_stacks_the_space_derivatives(points: Tensor) -> None:
    jet_values = evaluate_by_autograd(waves, points, [XYT.parse("gradient_v")])
    gradient = Jet(XYT, points, jet_values)("gradient_v")
    x, y, t = points.unbind(1)
    assert torch.allclose(gradient, torch.stack([y * t, x * t], dim=1))


def test_a_constant_function_has_zero_derivatives(points: Tensor) -> None:
    values = evaluate_by_autograd(
        lambda p: torch.ones(len(p), 2, dtype=p.dtype), points, [XYT.parse("u_xx")]
    )
    assert torch.equal(values[XYT.parse("u_xx")], torch.zeros(9, dtype=torch.float64))


def test_results_can_be_differentiated_in_parameters(points: Tensor) -> None:
    scale = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    values = evaluate_by_autograd(lambda p: waves(p) * scale, points, [XYT.parse("u_xx")])
    (slope,) = torch.autograd.grad(values[XYT.parse("u_xx")].sum(), scale)
    expected = evaluate_by_autograd(waves, points, [XYT.parse("u_xx")])[XYT.parse("u_xx")].sum()
    assert float(slope) == pytest.approx(float(expected.detach()))


def test_a_jet_gives_a_tensor_for_one_name_and_a_tuple_for_several(points: Tensor) -> None:
    jet = Jet(XYT, points, evaluate_by_autograd(waves, points, [XYT.parse("u")]))
    assert torch.equal(jet("u"), waves(points)[:, 0])
    x, u = jet("x", "u")
    assert torch.equal(x, points[:, 0])
    assert u.shape == (9,)


def test_what_was_not_announced_is_refused(points: Tensor) -> None:
    with pytest.raises(LookupError, match="must not depend on values"):
        Jet(XYT, points, {})("u_x")


def test_a_record_keeps_what_was_asked(points: Tensor) -> None:
    record = RecordedValues(points)
    Jet(XYT, points, record)("x", "u_xx", "laplacian_v")
    assert set(record) == {XYT.parse("u_xx"), XYT.parse("laplacian_v")}
