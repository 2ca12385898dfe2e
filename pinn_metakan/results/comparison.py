"""Solutions held against each other: facts, and what they differ by on one set of points."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pinn_metakan.errors import UserError
from pinn_metakan.results.common_points import at_nodes, common_rows
from pinn_metakan.results.field import Field, FieldOnGrid
from pinn_metakan.results.metrics import Array, max_error, relative_l2
from pinn_metakan.results.table import columns_of


@dataclass(frozen=True)
class Compared:
    """Something to compare.

    Args:
        name: What it is called.
        field: The solution of a run; None for a file of values.
        columns: Values at points, as a table, for a file.
    """

    name: str
    field: Field | None
    columns: Mapping[str, Array] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Difference:
    """What a solution differs from the first one by.

    Args:
        name: What the other one is called.
        unknown: Of which unknown.
        relative_l2: Relative L2 distance from the first [-].
        largest: Largest distance [unit of the unknown].
        n_points: At how many points.
        how: How values came to be at the same points.
        grid: The distance on the grid, or the plane, of the first; None where there is none.
    """

    name: str
    unknown: str
    relative_l2: float
    largest: float
    n_points: int
    how: str
    grid: FieldOnGrid | None = None


@dataclass(frozen=True)
class Comparison:
    """Solutions and what the others differ from the first by.

    Args:
        entries: What was compared, a run first.
        differences: For each of the others, by unknown.
    """

    entries: Sequence[Compared]
    differences: Sequence[Difference]

    @property
    def first(self) -> Field:
        """The solution that the others are held against."""
        found = self.entries[0].field
        assert found is not None
        return found

    def lines(self) -> Iterator[str]:
        """Tell it: a table of the runs, and a line for each difference."""
        rows = [_facts(entry.name, entry.field) for entry in self.entries if entry.field]
        keys = list(dict.fromkeys(key for row in rows for key in row))
        table = [keys, *([row.get(key, "-") for key in keys] for row in rows)]
        widths = [max(len(line[k]) for line in table) for k in range(len(keys))]
        for line in table:
            cells = (f"{cell:{width}}" for cell, width in zip(line, widths, strict=True))
            yield "  ".join(cells).rstrip()
        for found in self.differences:
            unit = self.first.units.get(found.unknown, "-")
            largest = f"{found.largest:.3e}" + ("" if unit == "-" else f" {unit}")
            yield (
                f"{found.unknown} of {found.name} differs from that of {self.entries[0].name} by "
                f"{found.relative_l2:.3e} (relative L2), at most {largest}; "
                f"{found.n_points} points, {found.how}"
            )


def compare(entries: Sequence[Compared]) -> Comparison:
    """Hold solutions against the first one.

    Args:
        entries: The first must be a run.

    Returns:
        The comparison.

    Raises:
        UserError: If the first is no run, or another has other coordinates or unknowns, or no
            point in common.
    """
    first = entries[0].field
    if first is None:
        raise UserError(f"{entries[0].name} is a file of values; name a run first")
    differences = []
    for other in entries[1:]:
        if other.field is None:
            differences += _with_file(first, entries[0].name, other)
        else:
            differences += _with_run(first, entries[0].name, other.name, other.field)
    return Comparison(entries, differences)


def _with_run(first: Field, first_name: str, name: str, other: Field) -> list[Difference]:
    unknowns, others = list(first.grid.values), list(other.grid.values)
    if first.column_names != other.column_names:
        raise UserError(
            f"{first_name} has the coordinates {', '.join(first.column_names)}, {name} has "
            f"{', '.join(other.column_names)}: they cannot be compared"
        )
    if unknowns != others:
        raise UserError(
            f"{first_name} has the unknowns {', '.join(unknowns)}, {name} has "
            f"{', '.join(others)}: they cannot be compared"
        )
    if first.grid.points is not None or other.grid.points is not None:
        found = _at_rows(first, first_name, name, columns_of(other), unknowns)
        return [_with_plane(each, first, other) for each in found]
    differences = []
    for unknown in unknowns:
        values, how = at_nodes(other.grid.axes, other.grid.values[unknown], first.grid.axes)
        expected = first.grid.values[unknown]
        apart = np.abs(values - expected)
        grid = FieldOnGrid(first.grid.axes, {unknown: apart}, {}, {})
        differences.append(_measured(name, unknown, values, expected, how, grid))
    return differences


def _with_plane(found: Difference, first: Field, other: Field) -> Difference:
    """Add the distance on the planes of two runs, where they are the same."""
    if first.slice is None or other.slice is None:
        return found
    here, there = first.slice, other.slice
    if list(here.axes) != list(there.axes):
        return found
    if not all(np.array_equal(axis, there.axes[name]) for name, axis in here.axes.items()):
        return found
    apart = np.abs(here.values[found.unknown] - there.values[found.unknown])
    grid = FieldOnGrid(here.axes, {found.unknown: apart}, {}, {})
    return replace(found, grid=grid)


def _with_file(first: Field, first_name: str, other: Compared) -> list[Difference]:
    names, columns = first.column_names, other.columns
    for coordinate in names:
        if coordinate not in columns:
            raise UserError(f"{other.name} has no column {coordinate}; it has {', '.join(columns)}")
    unknowns = [unknown for unknown in first.grid.values if unknown in columns]
    if not unknowns:
        raise UserError(
            f"{other.name} has none of the unknowns {', '.join(first.grid.values)}; it has "
            f"{', '.join(columns)}"
        )
    if first.grid.points is not None:
        return _at_rows(first, first_name, other.name, columns, unknowns)
    points = np.stack([columns[coordinate] for coordinate in names], axis=1)
    differences = []
    for unknown in unknowns:
        values, how = at_nodes(first.grid.axes, first.grid.values[unknown], points)
        differences.append(_measured(other.name, unknown, columns[unknown], values, how, None))
    return differences


def _at_rows(
    first: Field, first_name: str, name: str, columns: Mapping[str, Array], unknowns: Sequence[str]
) -> list[Difference]:
    """Compare at the points that both have."""
    here = columns_of(first)
    names = first.column_names
    rows, others = common_rows([here[n] for n in names], [columns[n] for n in names])
    if len(rows) == 0:
        raise UserError(
            f"{first_name} and {name} have no point in common; evaluate the first where values "
            "are known: pinn-metakan probe RUN --points FILE.csv"
        )
    how = "those that both have"
    return [
        _measured(name, unknown, columns[unknown][others], here[unknown][rows], how, None)
        for unknown in unknowns
    ]


def _measured(
    name: str, unknown: str, values: Array, expected: Array, how: str, grid: FieldOnGrid | None
) -> Difference:
    is_known = ~(np.isnan(values) | np.isnan(expected))
    if not is_known.any():
        raise UserError(f"{name} has no value of {unknown} in the domain of the first run")
    values, expected = values[is_known], expected[is_known]
    distance, largest = relative_l2(values, expected), max_error(values, expected)
    return Difference(name, unknown, distance, largest, int(is_known.sum()), how, grid)


def _facts(name: str, run: Field) -> dict[str, str]:
    """A row of the table."""
    facts = {"run": name}
    for key in ("problem", "network", "n_parameters", "seed"):
        facts[key] = str(run.attributes.get(key, "-"))
    seconds = run.attributes.get("seconds")
    facts["seconds"] = f"{seconds:.1f}" if isinstance(seconds, int | float) else "-"
    steps = run.history.get("step")
    facts["steps"] = "-" if steps is None or len(steps) == 0 else f"{steps[-1]:.0f}"
    for unknown, error in run.relative_l2.items():
        facts[f"relative_l2_{unknown}"] = f"{error:.3e}"
        facts[f"max_error_{unknown}"] = f"{run.max_error[unknown]:.3e}"
    for unknown, error in run.relative_to_variation.items():
        facts[f"relative_to_variation_{unknown}"] = f"{error:.3e}"
    return facts
