"""Fields with a reference, of which reports are made without a run."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from pinn_metakan.results.field import Field, FieldOnGrid

#: What a problem of a hostile user is called.
HOSTILE = '</script><script>window.hit=1</script><img src=x onerror="window.hit=1">\'"&<b>'


def small_field(*axes: int, has_time: bool = True, **attributes: str | int | float) -> Field:
    """Fields on a grid of unit length, in x, y, t as far as there are sizes."""
    names = ("x", "t") if len(axes) == 2 and has_time else ("x", "y", "t")[: len(axes)]
    points = [np.linspace(0.0, 1.0, size) for size in axes]
    mesh = np.meshgrid(*points, indexing="ij")
    u = np.sin(np.pi * mesh[0]) * np.exp(-mesh[-1])
    error = 1e-7 * mesh[0] * mesh[-1]  # less than single precision tells of u
    grid = FieldOnGrid(
        dict(zip(names, points, strict=True)), {"u": u}, {"u": u - error}, {"heat": 10 * error}
    )
    return Field(
        grid=grid,
        coordinates=names,
        units={"x": "m", "u": "K"},
        long_names={"u": "temperature"},
        history={
            "step": np.array([0.0, 10.0]),
            "seconds": np.array([0.1, 2.0]),
            "loss": np.array([1.0, 1e-4]),
            "loss_fresh": np.array([np.nan, 3e-4]),
        },
        attributes={"problem": "heat", "network": "kan", "n_parameters": 7} | attributes,
        has_time=has_time,
    )


def hostile_field(attributes: Mapping[str, str | int | float]) -> Field:
    """A field all of whose names would be elements of HTML, if they could."""
    field = small_field(5, 4)
    grid = field.grid
    axes = dict(zip([HOSTILE + "x", HOSTILE + "t"], grid.axes.values(), strict=True))
    (u,), (v,), (r,) = grid.values.values(), grid.references.values(), grid.residuals.values()
    return replace(
        field,
        grid=FieldOnGrid(axes, {HOSTILE: u}, {HOSTILE: v}, {HOSTILE: r}),
        coordinates=tuple(axes),
        units=dict.fromkeys([*axes, HOSTILE], HOSTILE),
        long_names=dict.fromkeys([*axes, HOSTILE], HOSTILE),
        attributes=attributes,
    )
