"""A computed field: values, reference, error and residual on a grid, and facts of the run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pinn_metakan.results.activations import LayerActivations
from pinn_metakan.results.metrics import (
    Array,
    largest_known,
    max_error,
    relative_l1,
    relative_l2,
    relative_norm,
    relative_to_variation,
)

#: Names in a file of fields that are no coordinates, unknowns or residuals.
_OTHER_NAMES = (
    *("point", "points", "coordinate", "slice", "history", "mesh", "activations"),
    *("mesh_cells", "mesh_cell", "mesh_corner"),
)
#: What an unknown's name goes on with in the names of fields that belong to it.
_DERIVED = ("reference", "error", "disagreement", "standard_error")


@dataclass(frozen=True)
class FieldOnGrid:
    """Fields on a product grid or at scattered points.

    Args:
        axes: 1-D coordinates of the product grid, in the order of the dimensions of the values.
        values: The solution by unknown.
        references: The reference by unknown; empty if there is none.
        residuals: The residual by term of the equations.
        points: Shape (N, d) for scattered points; then `axes` is empty and values are (N,).
        disagreements: Distance |u_1 - u_2| from the solution of a second network by unknown; empty
            if none was asked.
        standard_errors: What noise of data makes of the solution by unknown, a standard deviation;
            empty without such data.
    """

    axes: Mapping[str, Array]
    values: Mapping[str, Array]
    references: Mapping[str, Array]
    residuals: Mapping[str, Array]
    points: Array | None = None
    disagreements: Mapping[str, Array] = field(default_factory=dict)
    standard_errors: Mapping[str, Array] = field(default_factory=dict)

    @property
    def errors(self) -> dict[str, Array]:
        """Solution minus reference by unknown."""
        return {name: self.values[name] - v for name, v in self.references.items()}

    @property
    def named(self) -> dict[str, Array]:
        """All fields by the names that solution.h5 has them under."""
        return {
            **self.values,
            **{f"{unknown}_reference": v for unknown, v in self.references.items()},
            **{f"{unknown}_error": v for unknown, v in self.errors.items()},
            **{f"{unknown}_disagreement": v for unknown, v in self.disagreements.items()},
            **{f"{unknown}_standard_error": v for unknown, v in self.standard_errors.items()},
            **{f"residual_{term}": v for term, v in self.residuals.items()},
        }


@dataclass(frozen=True)
class FieldOnMesh:
    """Fields at the vertices of triangles that fill a plane domain.

    Args:
        points: The vertices, shape (V, 2).
        cells: Numbers of the three vertices of each triangle, shape (C, 3).
        names: Names of the two coordinates of space.
        fields: Values of shape (V,), or (V, ...) at all values of further coordinates: its axes
            are the number of the vertex and those.
    """

    points: Array
    cells: NDArray[np.int64]
    names: tuple[str, str]
    fields: FieldOnGrid


@dataclass(frozen=True)
class Field:
    """A solution as it is stored and drawn.

    Args:
        grid: The fields.
        coordinates: Names of the coordinates of the problem.
        units: Unit by coordinate and unknown.
        long_names: Name in figures by coordinate and unknown.
        history: Columns `step`, `seconds`, `loss`, `relative_l2_<unknown>`; `points`, of the
            equations, and `loss_fresh`, on points that were not trained on, NaN where not measured.
        attributes: Facts of the run: problem, network, settings, seed, versions, ...
        slice: Fields on a plane, where `grid` has scattered points.
        has_time: Whether the last coordinate is time.
        activations: Edge functions of the layers; empty for a network without edge functions.
        solution_parameters: Names of those coordinates that are parameters.
        mesh: Fields on triangles, where space is a plane domain of another shape than a box.

    Attributes:
        relative_l2, relative_l1, max_error: Errors by unknown; empty without a reference.
        relative_to_variation: The error relative to the variation of the reference about its mean,
            of unknowns whose offset dominates.
        disagreement, max_disagreement: Distance of a second solution by unknown.
    """

    grid: FieldOnGrid
    coordinates: tuple[str, ...]
    units: Mapping[str, str]
    long_names: Mapping[str, str]
    history: Mapping[str, Array]
    attributes: Mapping[str, str | int | float]
    slice: FieldOnGrid | None = None
    has_time: bool = False
    activations: tuple[LayerActivations, ...] = ()
    solution_parameters: tuple[str, ...] = ()
    mesh: FieldOnMesh | None = None
    relative_l2: dict[str, float] = field(init=False)
    relative_l1: dict[str, float] = field(init=False)
    max_error: dict[str, float] = field(init=False)
    relative_to_variation: dict[str, float] = field(init=False)
    disagreement: dict[str, float] = field(init=False)
    max_disagreement: dict[str, float] = field(init=False)

    @property
    def column_names(self) -> tuple[str, ...]:
        """One name per column of a point: ``x1``, ``x2``, ... for a vector coordinate ``x``."""
        return column_names(self.coordinates, self._dimension)

    @property
    def _dimension(self) -> int:
        points = self.grid.points
        return len(self.coordinates) if points is None else points.shape[1]

    @property
    def time(self) -> str | None:
        """Name of the coordinate that is time; None without one."""
        return self.coordinates[-1] if self.has_time else None

    def __post_init__(self) -> None:
        pairs = {k: (self.grid.values[k], v) for k, v in self.grid.references.items()}
        for name, metric in (
            ("relative_l2", relative_l2),
            ("relative_l1", relative_l1),
            ("max_error", max_error),
        ):
            errors = {unknown: metric(*pair) for unknown, pair in pairs.items()}
            object.__setattr__(self, name, errors)
        varying = {unknown: relative_to_variation(*pair) for unknown, pair in pairs.items()}
        told = {unknown: error for unknown, error in varying.items() if error is not None}
        object.__setattr__(self, "relative_to_variation", told)
        values, apart = self.grid.values, self.grid.disagreements
        norms = {name: relative_norm(d, values[name]) for name, d in apart.items()}
        largest = {name: largest_known(d, values[name]) for name, d in apart.items()}
        object.__setattr__(self, "disagreement", norms)
        object.__setattr__(self, "max_disagreement", largest)


def column_names(coordinates: Sequence[str], dimension: int) -> tuple[str, ...]:
    """Name the columns of a point.

    Args:
        coordinates: Names, of which the first is a vector if there are fewer than columns.
        dimension: Number of columns d.

    Returns:
        d names.

    >>> column_names(["x", "t"], 4)
    ('x1', 'x2', 'x3', 't')
    """
    length = dimension - len(coordinates) + 1
    if length <= 1:
        return tuple(coordinates)
    first, *rest = coordinates
    return (*(f"{first}{number}" for number in range(1, length + 1)), *rest)


def refuse_names(axes: Sequence[str], unknowns: Sequence[str]) -> None:
    """Refuse names that would stand for two things in a file of fields.

    Args:
        axes: Names of the columns of a point.
        unknowns: Names of the unknowns.

    Raises:
        ValueError: If there are such names.
    """
    names = [*axes, *unknowns]
    derived = {f"{name}_{what}" for name in unknowns for what in _DERIVED}
    for name in names:
        is_taken = name in _OTHER_NAMES or name in derived or name.startswith("residual_")
        if is_taken or names.count(name) > 1:
            raise ValueError(
                f"{name!r} is what solution.h5 calls something else; rename that coordinate or "
                "unknown"
            )
