"""Cuts: parts of a field that have at most two axes, as figures show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pinn_metakan.errors import UserError
from pinn_metakan.plotting.layers import Layer
from pinn_metakan.results.field import Field, FieldOnGrid, FieldOnMesh
from pinn_metakan.results.metrics import Array

#: Fields of two space coordinates and time are drawn at these fractions of the time interval.
TIME_FRACTIONS = (0.0, 0.25, 0.5, 0.75, 1.0)
#: Parameters are drawn at these parts of their range, or at the middle of it where there are more
#: unknowns than these.
PARAMETER_PARTS, _MANY = (0.0, 0.5, 1.0), 2


@dataclass(frozen=True)
class Cut:
    """A part of a product grid with one or two axes.

    Args:
        grid: The grid.
        kept: Names of the axes, the one across first.
        nodes: Number of the node at which each other axis is cut, by name.
        mesh: Triangles that fill the same part; None where the nodes of the grid show it.
    """

    grid: FieldOnGrid
    kept: tuple[str, ...]
    nodes: Mapping[str, int]
    mesh: FieldOnMesh | None = None

    @property
    def axes(self) -> tuple[Array, ...]:
        """The 1-D coordinates of the axes, the one across first."""
        return tuple(self.grid.axes[name] for name in self.kept)

    @property
    def place(self) -> dict[str, float]:
        """Where the other axes are cut, by name."""
        return {name: float(self.grid.axes[name][node]) for name, node in self.nodes.items()}

    def of(self, values: Array) -> Array:
        """Take the cut of a field.

        Args:
            values: The field, in the order of the axes of the grid.

        Returns:
            Shape (across,), or (up, across).
        """
        left = [name for name in self.grid.axes if name not in self.nodes]
        part: Array = values[tuple(self.nodes.get(name, slice(None)) for name in self.grid.axes)]
        return part if len(left) < 2 or left[1] == self.kept[0] else part.T

    def shown(self, layer: Layer) -> Array:
        """Values of a layer as they are drawn: (V,) at the vertices of the mesh, or as `of`."""
        if self.mesh is None or layer.at_vertices is None:
            return self.of(layer.values)
        _, *others = self.mesh.fields.axes
        index: tuple[slice | int, ...] = (slice(None), *(self.nodes[name] for name in others))
        part: Array = layer.at_vertices[index]
        return part


def cut_of(field: Field, kept: tuple[str, ...], nodes: Mapping[str, int]) -> Cut:
    """Cut the drawn grid of a field, and its mesh where that has the same two axes.

    Args:
        field: What is drawn.
        kept: Names of the axes, the one across first.
        nodes: Number of the node at which each other axis is cut, by name.

    Returns:
        The cut.
    """
    mesh = field.mesh if field.mesh is not None and kept == field.mesh.names else None
    return Cut(drawn_grid(field), kept, nodes, mesh)


def drawn_grid(field: Field) -> FieldOnGrid:
    """The grid that figures show: that of the field, or its plane where points are scattered."""
    return field.grid if field.slice is None else field.slice


def axis_names(field: Field) -> list[str]:
    """Names of the axes that are drawn, time last, whichever way they are stored."""
    names = list(drawn_grid(field).axes)
    return sorted(names, key=lambda name: name == field.time)


def fixed_nodes(field: Field, at: Mapping[str, float]) -> dict[str, int]:
    """The nodes of the grid that are nearest to given coordinates.

    Args:
        field: What is drawn.
        at: Values of coordinates by name.

    Returns:
        Number of the node by name.

    Raises:
        UserError: If there is no such coordinate, the value lies outside, or no axis is left.
    """
    grid, names = drawn_grid(field), axis_names(field)
    nodes = {}
    for name, value in at.items():
        if name not in names:
            stored = "figures of scattered points show a plane, and " if field.slice else ""
            raise UserError(f"at {name}: {stored}the coordinates to fix are {', '.join(names)}")
        axis = grid.axes[name]
        low, high = float(axis.min()), float(axis.max())
        slack = 1e-9 * (high - low)
        if not low - slack <= value <= high + slack:
            raise UserError(f"at {name}={value:g}: expected a value between {low:g} and {high:g}")
        nodes[name] = int(np.abs(axis - value).argmin())
    if len(nodes) == len(names):
        raise UserError(
            f"at {', '.join(at)}: no axis is left to draw along; leave one of them free"
        )
    return nodes


def free_axes(field: Field, nodes: Mapping[str, int]) -> list[str]:
    """Names of the axes to draw along: those not fixed, parameters only if nothing else is left."""
    left = [name for name in axis_names(field) if name not in nodes]
    return [name for name in left if name not in field.solution_parameters] or left


def parameters_at(field: Field, nodes: Mapping[str, int], part: float = 0.5) -> dict[str, int]:
    """The nodes of the parameters that are not drawn along, at a part of their range."""
    free = free_axes(field, nodes)
    return {
        name: round(part * (len(axis) - 1))
        for name, axis in drawn_grid(field).axes.items()
        if name in field.solution_parameters and name not in nodes and name not in free
    }


def cuts_of(field: Field, nodes: Mapping[str, int], largest_of: Array) -> list[Cut]:
    """Choose what is drawn of a field with more than two axes.

    Of two space coordinates and time, five times; without time, the three planes through the
    largest value of a field. Further axes are cut there too. Parameters have their smallest, middle
    and largest value, or the middle one alone where there are many other cuts or unknowns.

    Args:
        field: What is drawn.
        nodes: Where axes are cut anyway, from `fixed_nodes`.
        largest_of: The field whose largest absolute value is shown, such as the error.

    Returns:
        The cuts; one if there are at most two axes and no parameters.
    """
    has_parameters = bool(parameters_at(field, nodes))
    has_many = len(free_axes(field, nodes)) > 2 or len(drawn_grid(field).values) > _MANY
    parts = PARAMETER_PARTS if has_parameters and not has_many else (0.5,)
    return [
        cut
        for part in parts
        for cut in _cuts_at(field, {**nodes, **parameters_at(field, nodes, part)}, largest_of)
    ]


def _cuts_at(field: Field, nodes: Mapping[str, int], largest_of: Array) -> list[Cut]:
    grid, free = drawn_grid(field), free_axes(field, nodes)
    if len(free) <= 2:
        # Time runs along the horizontal axis, as is usual for space-time maps.
        kept = tuple(reversed(free)) if free[-1] == field.time else tuple(free)
        return [cut_of(field, kept, dict(nodes))]
    largest = dict(zip(grid.axes, largest_node(largest_of, nodes, list(grid.axes)), strict=True))
    space = [name for name in free if name != field.time]
    if len(space) == len(free):
        kept_pairs = [(space[0], space[1]), (space[0], space[2]), (space[1], space[2])]
        return [
            cut_of(field, pair, {n: largest[n] for n in grid.axes if n not in pair})
            for pair in kept_pairs
        ]
    time = free[-1]
    others = {**{name: largest[name] for name in space[2:]}, **nodes}
    return [
        cut_of(field, (space[0], space[1]), {**others, time: node})
        for node in time_nodes(grid.axes[time])
    ]


def time_nodes(times: Array) -> list[int]:
    """Nodes at the fractions of the time interval that are drawn, each once."""
    first, last = float(times[0]), float(times[-1])
    wanted = [first + fraction * (last - first) for fraction in TIME_FRACTIONS]
    return list(dict.fromkeys(int(np.abs(times - time).argmin()) for time in wanted))


def largest_node(values: Array, nodes: Mapping[str, int], names: Sequence[str]) -> tuple[int, ...]:
    """The node of the largest absolute value; the middle if no value is known.

    Args:
        values: A field.
        nodes: Where some axes are cut.
        names: Names of the axes of the field.

    Returns:
        One number per axis.
    """
    known = np.full(values.shape, -1.0)
    part = tuple(nodes.get(name, slice(None)) for name in names)
    known[part] = np.nan_to_num(np.abs(values[part]), nan=-1.0)
    if known.max() < 0:
        return tuple(nodes.get(n, size // 2) for n, size in zip(names, values.shape, strict=True))
    return tuple(int(k) for k in np.unravel_index(int(known.argmax()), values.shape))
