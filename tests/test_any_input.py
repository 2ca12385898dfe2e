"""Whatever a problem is given, it is taken or refused with the errors that its docstrings name."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pinn_metakan.derivatives.request import Derivative, Variables
from pinn_metakan.errors import ProblemError
from pinn_metakan.pde.data import check_data, evaluate_data

drawn = examples(derandomize=True, deadline=None, database=None, max_examples=200)

WORDS = st.sampled_from(
    ["x", "y", "t", "u", "v", "xx", "xy", "u_x", "laplacian_u", "gradient", "θ"]
)
NAMES = st.lists(WORDS | st.text(max_size=3) | st.none(), max_size=4).map(tuple)


def outcome(function: Callable[[], Any], *refusals: type[Exception]) -> Any:
    """What a function returns, None if it refuses in one line."""
    try:
        return function()
    except refusals as error:
        told = str(error)
    assert len(told.splitlines()) == 1
    return None


@given(NAMES, NAMES, st.integers(0, 4), st.booleans())
@drawn
def test_any_names_are_taken_or_refused(
    coordinates: tuple[str, ...], unknowns: tuple[str, ...], dimension: int, has_time: bool
) -> None:
    time_axis = dimension - 1 if has_time and dimension else None
    outcome(lambda: Variables(coordinates, unknowns, dimension, time_axis), ValueError)


@st.composite
def variables(draw: st.DrawFn) -> Variables:
    """Names that may be mistaken for others."""
    names = draw(st.lists(WORDS, min_size=2, max_size=6, unique=True))
    count = draw(st.integers(1, len(names) - 1))
    has_time = draw(st.booleans())
    is_vector = count == 1 + has_time and draw(st.booleans())
    dimension = count + 2 * is_vector
    time_axis = dimension - 1 if has_time else None
    return Variables(tuple(names[:count]), tuple(names[count:]), dimension, time_axis)


@given(variables(), st.lists(WORDS, max_size=4).map("_".join) | st.text(max_size=8))
@drawn
def test_any_name_means_one_thing_or_is_refused(variables: Variables, name: str) -> None:
    quantity = outcome(lambda: variables.parse(name), ValueError, LookupError)
    assert quantity is None or variables.parse(variables.name(quantity)) == quantity


def test_a_name_of_many_readings_is_soon_refused() -> None:
    variables = Variables(("x", "xx"), ("u",), 2, None)
    with pytest.raises(ValueError, match="ambiguous"):
        variables.parse("u" + "_xx" * 60)
    assert variables.parse("u_x_x") == Derivative(0, (0, 0))
    assert variables.name(Derivative(0, (0, 0))) == "u_x_x"


NUMBERS = st.integers() | st.floats() | st.booleans() | st.complex_numbers() | st.fractions()
ARRAYS = st.one_of(
    arrays.arrays(kind, arrays.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=3))
    for kind in (
        arrays.scalar_dtypes(), arrays.unicode_string_dtypes(), arrays.byte_string_dtypes(),
        st.just(np.dtype(object)),
    )
)  # fmt: skip
DATA = st.one_of(
    NUMBERS, NUMBERS.map(lambda x: np.asarray(x)[()]), ARRAYS,
    arrays.arrays(np.float32, st.integers(0, 3)).map(torch.from_numpy),
    st.none(), st.text(), st.binary(), st.decimals(), st.dates(), st.lists(st.floats(), max_size=3),
)  # fmt: skip


@given(DATA)
@example(10**400)
@example(Fraction(10**400))
@example(Decimal("1e999"))
@example(np.complex128(1 + 5j))
@drawn
def test_any_data_are_numbers_or_refused(data: Any) -> None:
    points = [torch.zeros(3, dtype=torch.float64)]
    if outcome(lambda: check_data("Dirichlet: u", data) or "taken", ValueError):
        values = evaluate_data(data, points, "the Dirichlet value of u")
        assert torch.equal(values, torch.full((3,), float(data), dtype=torch.float64))


@given(DATA)
@example(10**400)
@example(np.zeros(3, dtype=">f8"))
@example(np.zeros(3, dtype=np.longdouble))
@drawn
def test_whatever_a_function_returns_is_numbers_or_refused(returned: Any) -> None:
    points = [torch.zeros(3, dtype=torch.float64)]
    label = "the Dirichlet value of u"
    values = outcome(lambda: evaluate_data(lambda x: returned, points, label), ProblemError)
    if values is not None:
        assert (values.shape, values.dtype) == ((3,), torch.float64)
        expected = np.broadcast_to(np.asarray(returned, dtype=np.float64), 3)
        np.testing.assert_array_equal(values.numpy(), expected)
