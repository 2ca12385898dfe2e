"""Names of derivatives: what they mean, and what is refused."""

import pytest

from pinn_metakan.derivatives.request import (
    Coordinate,
    Derivative,
    Gradient,
    Laplacian,
    Quantity,
    Variables,
)

PLANE = Variables(("x", "y", "t"), ("u", "p"), 3, 2)
LONG = Variables(("x1", "x2"), ("u", "speed"), 2, None)
VECTOR = Variables(("x", "t"), ("u",), 11, 10)


@pytest.mark.parametrize(
    ("variables", "name", "meaning"),
    [
        (PLANE, "x", Coordinate((0,), False)),
        (PLANE, "p", Derivative(1, ())),
        (PLANE, "u_t", Derivative(0, (2,))),
        (PLANE, "u_xy", Derivative(0, (0, 1))),
        (PLANE, "u_yx", Derivative(0, (0, 1))),
        (PLANE, "u_x_y", Derivative(0, (0, 1))),
        (PLANE, "p_xxyt", Derivative(1, (0, 0, 1, 2))),
        (PLANE, "laplacian_u", Laplacian(0, (0, 1))),
        (PLANE, "gradient_p", Gradient(1, (0, 1))),
        (LONG, "speed_x1_x2", Derivative(1, (0, 1))),
        (LONG, "u_x2_x2", Derivative(0, (1, 1))),
        (VECTOR, "x", Coordinate(tuple(range(10)), True)),
        (VECTOR, "u_t", Derivative(0, (10,))),
        (VECTOR, "laplacian_u", Laplacian(0, tuple(range(10)))),
    ],
)
def test_a_name_means_what_the_page_says(
    variables: Variables, name: str, meaning: Quantity
) -> None:
    assert variables.parse(name) == meaning


@pytest.mark.parametrize("name", ["v", "u_z", "u_", "ut", "x_t", "laplacian", "laplacian_x", ""])
def test_an_unknown_name_is_refused_with_what_is_possible(name: str) -> None:
    with pytest.raises(LookupError, match="possible are coordinates x, y, t; unknowns u, p"):
        PLANE.parse(name)


def test_a_component_of_a_vector_coordinate_is_not_a_derivative() -> None:
    with pytest.raises(LookupError, match="laplacian_u"):
        VECTOR.parse("u_x")


def test_a_derivative_above_order_four_is_refused() -> None:
    with pytest.raises(ValueError, match="order 5"):
        PLANE.parse("u_xxxxx")


def test_an_ambiguous_name_is_refused() -> None:
    variables = Variables(("x", "xx"), ("u",), 2, None)
    with pytest.raises(ValueError, match="'u_xx' is ambiguous"):
        variables.parse("u_xx")


@pytest.mark.parametrize(
    ("coordinates", "unknowns", "dimension", "message"),
    [
        (("x", "x"), ("u",), 2, "used twice"),
        (("x", "u"), ("u",), 2, "used twice"),
        (("x", "2y"), ("u",), 2, "cannot be the name"),
        (("x", "y"), ("u",), 3, "names 2"),
        (("x",), (), 1, "at least one unknown"),
    ],
)
def test_impossible_names_are_refused(
    coordinates: tuple[str, ...], unknowns: tuple[str, ...], dimension: int, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Variables(coordinates, unknowns, dimension, None)
