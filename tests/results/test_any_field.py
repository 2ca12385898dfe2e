"""Any field survives its file: shapes, names, units, holes in the values."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pinn_metakan.results.field import Field, FieldOnGrid, refuse_names
from pinn_metakan.results.hdf5 import read_solution, write_solution

drawn = examples(derandomize=True, deadline=None, database=None, max_examples=60)

#: What HDF5 can hold as text.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
WORDS = st.from_regex(r"[a-z_θ][a-zA-Z_0-9]{0,5}", fullmatch=True) | st.sampled_from(
    ["u", "x", "u_reference", "x_error", "residual_u", "point", "points", "slice", "history"]
)
#: Places on an axis, no two of which are nearly one.
PLACES = st.integers(-80, 80).map(lambda eighths: eighths / 8)
#: Columns of a history that are never without a value.
COUNTED = ("step", "seconds")


def numbers(*shape: int) -> st.SearchStrategy[Any]:
    return arrays(np.float64, shape, elements=st.floats(-1e6, 1e6) | st.just(np.nan))


@st.composite
def grids(draw: st.DrawFn, axes: list[str], unknowns: list[str], is_scattered: bool) -> FieldOnGrid:
    """Values of the unknowns, references of some of them, residuals of some terms."""
    shape = draw(st.lists(st.integers(1, 4), min_size=len(axes), max_size=len(axes)))
    points = None
    if is_scattered:
        points = draw(arrays(np.float64, (shape[0], len(axes)), elements=st.floats(-10, 10)))
        shape = shape[:1]
    known = draw(st.lists(st.sampled_from(unknowns), unique=True))
    compared = draw(st.lists(st.sampled_from(unknowns), unique=True))
    terms = draw(st.lists(WORDS, max_size=2, unique=True))
    return FieldOnGrid(
        axes={}
        if is_scattered
        else {
            a: np.sort(draw(arrays(np.float64, n, elements=PLACES, unique=True)))
            for a, n in zip(axes, shape, strict=True)
        },
        values={name: draw(numbers(*shape)) for name in unknowns},
        references={name: draw(numbers(*shape)) for name in unknowns if name in known},
        residuals={term: draw(numbers(*shape)) for term in terms},
        points=points,
        disagreements={name: draw(numbers(*shape)) for name in unknowns if name in compared},
    )


@st.composite
def fields(draw: st.DrawFn) -> Field:
    names = draw(st.lists(WORDS, min_size=2, max_size=5, unique=True))
    count = draw(st.integers(1, min(3, len(names) - 1)))
    axes, unknowns = names[:count], names[count:]
    is_scattered = draw(st.booleans())
    has_slice = is_scattered and draw(st.booleans())
    columns = draw(st.lists(WORDS, max_size=2, unique=True))
    return Field(
        grid=draw(grids(axes, unknowns, is_scattered)),
        coordinates=tuple(axes),
        units=draw(st.fixed_dictionaries(dict.fromkeys(names, TEXT))),
        long_names=draw(st.fixed_dictionaries(dict.fromkeys(names, TEXT))),
        history={name: draw(numbers(3)) for name in {"loss", *columns}}
        | {name: draw(arrays(np.float64, 3, elements=st.floats(0, 1e6))) for name in COUNTED},
        attributes=draw(
            st.dictionaries(
                WORDS, TEXT | st.integers(-(2**63), 2**63 - 1) | st.floats(), max_size=3
            )
        ),
        slice=draw(grids(axes[:2], unknowns, False)) if has_slice else None,
        has_time=draw(st.booleans()),
    )


def assert_same_grid(found: FieldOnGrid, expected: FieldOnGrid) -> None:
    assert list(found.axes) == list(expected.axes)
    assert list(found.values) == list(expected.values)
    for part in ("axes", "values", "references", "residuals", "errors", "disagreements"):
        here, there = getattr(found, part), getattr(expected, part)
        assert set(here) == set(there)
        for name in there:
            np.testing.assert_array_equal(here[name], there[name], strict=True)
    assert (found.points is None) == (expected.points is None)
    if expected.points is not None:
        np.testing.assert_array_equal(found.points, expected.points, strict=True)


@given(fields())
@drawn
def test_any_field_comes_back_as_it_was(field: Field) -> None:
    try:
        refuse_names(field.column_names, list(field.grid.values))
    except ValueError:  # a problem of such names is refused when it is loaded
        return
    with TemporaryDirectory() as folder:
        path = Path(folder) / "solution.h5"
        write_solution(path, field)
        found = read_solution(path)
    assert_same_grid(found.grid, field.grid)
    assert (found.slice is None) == (field.slice is None)
    if found.slice is not None and field.slice is not None:
        assert_same_grid(found.slice, field.slice)
    assert (found.coordinates, found.has_time) == (field.coordinates, field.has_time)
    for name in (*field.grid.axes, *field.grid.values, *(field.slice.axes if field.slice else ())):
        assert found.units[name] == field.units[name]
        assert found.long_names[name] == field.long_names[name]
    assert set(found.history) == set(field.history)
    for name, column in field.history.items():
        np.testing.assert_array_equal(found.history[name], column)
    for name, value in field.attributes.items():
        np.testing.assert_equal(found.attributes[name], value)
    np.testing.assert_equal(found.relative_l2, field.relative_l2)
    np.testing.assert_equal(found.disagreement, field.disagreement)
