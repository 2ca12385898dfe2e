"""Fields that tests of figures draw, of every shape."""

import json
from collections.abc import Callable

import numpy as np

from pinn_metakan.results.field import Field, FieldOnGrid
from pinn_metakan.results.metrics import Array


def make_field(
    dimension: int,
    with_reference: bool = True,
    has_time: bool = True,
    with_disagreement: bool = False,
) -> Field:
    """Two unknowns over `dimension` coordinates: u = x + ... + t, v = 2 u."""
    names = ("x", "y", "z")[: dimension - has_time] + ("t",) * has_time
    axes = {name: np.linspace(0, 1, 9 + k) for k, name in enumerate(names)}
    values = sum(np.meshgrid(*axes.values(), indexing="ij"))
    references = {"u": values + 0.1, "v": values - 0.2} if with_reference else {}
    apart = {"u": 0.3 * values, "v": 0.6 * values} if with_disagreement else {}
    residuals = {"heat": values - 1.0, "mass": 1.0 - values}
    return Field(
        grid=FieldOnGrid(
            axes, {"u": values, "v": 2 * values}, references, residuals, disagreements=apart
        ),
        coordinates=tuple(names),
        units={"u": "K", "x": "m", "t": "1"},
        long_names={"u": "temperature"},
        history={
            "step": np.array([1.0, 2.0]),
            "seconds": np.array([1.0, 2.0]),
            "loss": np.array([1.0, 0.1]),
            "relative_l2_u": np.array([1.0, 0.5]),
        },
        attributes={"problem": "heat", "network": "metakan", "n_parameters": 12},
        has_time=has_time,
    )


def field_of(error: Callable[..., Array], has_time: bool = False, **axes: Array) -> Field:
    """One unknown that is the error itself, of a reference that is zero."""
    values = error(*np.meshgrid(*axes.values(), indexing="ij"))
    names = tuple(axes)
    return Field(
        grid=FieldOnGrid(axes, {"u": values}, {"u": np.zeros_like(values)}, {}),
        coordinates=names,
        units={},
        long_names={},
        history=make_field(1).history,
        attributes={"problem": "mine", "network": "kan"},
        has_time=has_time,
    )


def scattered_field(dimension: int = 5, with_place: bool = True) -> Field:
    """Scattered points of which the plane of x1 and x2 is drawn."""
    plane = make_field(2, has_time=False)
    points = np.random.default_rng(0).random((20, dimension))
    place = {f"x{k}": 0.0 for k in range(3, dimension + 1)}
    names = {"x": "x1", "y": "x2"}
    grid = FieldOnGrid(
        {names[name]: axis for name, axis in plane.grid.axes.items()},
        plane.grid.values,
        plane.grid.references,
        {},
    )
    return Field(
        grid=FieldOnGrid({}, {"u": points[:, 0]}, {}, {}, points),
        coordinates=("x",),
        units={},
        long_names={},
        history=plane.history,
        attributes={
            **plane.attributes,
            **({"slice_at": json.dumps(place)} if with_place else {}),
        },
        slice=grid,
    )
