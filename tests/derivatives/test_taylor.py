"""The algebra of jets against nested autograd."""

import pytest
import torch
from torch import Generator, Tensor

from pinn_metakan.derivatives.autograd import evaluate_by_autograd
from pinn_metakan.derivatives.request import Derivative, Laplacian, Variables
from pinn_metakan.derivatives.taylor import VALUES, JetSpace

XYZ = Variables(("x", "y", "z"), ("u", "v"), 3, None)
REQUESTS = [
    ["u"],
    ["u_x", "u_y"],
    ["u_xx", "v_xy"],
    ["u_xxx", "u_xyz"],
    ["u_xxyy", "u_xxxx", "v_xyzz"],
    ["laplacian_u"],
    ["laplacian_u", "u_xxy", "gradient_v"],
]


def fields(points: Tensor) -> Tensor:
    x, y, z = points.unbind(1)
    return torch.stack([torch.sin(x + 2 * y) * z**3, x * torch.exp(y * z) + z**4 * y**2], dim=1)


def jets_of(space: JetSpace, function: object, points: Tensor) -> Tensor:
    asked = [q for k in range(2) for q in space.quantities(k)]
    values = evaluate_by_autograd(function, points, asked)  # type: ignore[arg-type]
    columns = [torch.stack([values[q] for q in space.quantities(k)]) for k in range(2)]
    return torch.stack(columns, dim=2)


@pytest.fixture
def points(generator: Generator) -> Tensor:
    return torch.rand(6, 3, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("names", REQUESTS, ids=",".join)
def test_a_composition_follows_faa_di_bruno(names: list[str], points: Tensor) -> None:
    space = JetSpace([XYZ.parse(name) for name in names])
    x = jets_of(space, fields, points)
    value = x[0]
    slopes = [torch.sin(value), torch.cos(value), -torch.sin(value), -torch.cos(value)]
    slopes.append(torch.sin(value))
    found = space.compose(slopes[: space.order + 1], x)
    expected = jets_of(space, lambda p: torch.sin(fields(p)), points)
    assert torch.allclose(found, expected, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("names", REQUESTS, ids=",".join)
def test_a_product_follows_leibniz(names: list[str], points: Tensor) -> None:
    space = JetSpace([XYZ.parse(name) for name in names])
    a = jets_of(space, fields, points)
    b = jets_of(space, lambda p: torch.cos(fields(p)), points)
    expected = jets_of(space, lambda p: fields(p) * torch.cos(fields(p)), points)
    assert torch.allclose(space.multiply(a, b), expected, rtol=1e-10, atol=1e-10)


def test_several_functions_are_composed_at_once(points: Tensor) -> None:
    space = JetSpace([XYZ.parse("u_xy")])
    x = jets_of(space, fields, points)
    one = [x[0] ** 2, 2 * x[0], torch.full_like(x[0], 2.0)]
    both = [torch.stack([f, -f], dim=-1) for f in one]
    found = space.compose(both, x)
    assert torch.equal(found[..., 0], space.compose(one, x))
    assert torch.equal(found[..., 1], -found[..., 0])


def test_only_what_is_needed_is_carried() -> None:
    space = JetSpace([XYZ.parse("u_xxy")])
    assert set(space.indices) == {(), (0,), (1,), (0, 0), (0, 1), (0, 0, 1)}
    collapsed = JetSpace([Laplacian(0, tuple(range(50)))])
    assert len(collapsed) == 1 + 50 + 1
    assert (VALUES.indices, VALUES.order) == (((),), 0)


def test_a_quantity_is_picked_from_its_unknown(points: Tensor) -> None:
    space = JetSpace([XYZ.parse("v_x")])
    jets = jets_of(space, fields, points)
    assert torch.equal(space.select(jets, Derivative(1, (0,))), jets[1, :, 1])
    with pytest.raises(TypeError, match="not part of a jet"):
        space.select(jets, XYZ.parse("x"))
