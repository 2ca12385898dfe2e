"""Layers: what is drawn of an unknown, side by side, and the colors of each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from pinn_metakan.plotting.style import axis_label, drawable, unit_of
from pinn_metakan.results.field import Field, FieldOnGrid
from pinn_metakan.results.metrics import Array

#: Decades below the largest error that the logarithmic map shows at most; at least it shows one.
_DECADES = 6.0
#: Part of the nodes whose error is so small, near where it changes its sign, that it has the color
#: of the lower end.
_FAINT = 0.02
#: Residuals may have no bound at vertices of a domain: the colors of those that rise so many times
#: above what this part of the nodes has end there.
_SPIKE, _ORDINARY = 10.0, 0.99
#: What stands for an error of exactly zero: a tenth of the spacing of float64 at 1.
NO_ERROR = 1e-17


class Kind(Enum):
    """Kind of a layer: the name of its colors, and what its limits are."""

    FIELD = "viridis"
    SIGNED = "RdBu_r"
    DISTANCE = "magma_r"
    LOGARITHM = "cividis"


@dataclass(frozen=True, eq=False)
class Layer:
    """One field among those of a row.

    Args:
        name: What solution.h5 calls it; ``u_log_error`` for the logarithm of the size of the error.
        title: What it is called above its panel.
        label: Of its color bar, with the unit.
        values: On the drawn grid.
        kind: How it is colored.
        group: Layers of the same group have one scale and one color bar.
        marks_largest: Whether its largest value is marked, and told in the title.
        at_vertices: On the mesh of the field; None without one.
        may_spike: Whether few values may be so large that colors leave them out.
    """

    name: str
    title: str
    label: str
    values: Array
    kind: Kind
    group: str
    marks_largest: bool = False
    at_vertices: Array | None = None
    may_spike: bool = False

    def limits(self, parts: Sequence[Array]) -> tuple[float, float]:
        """Lower and upper end of the colors.

        Args:
            parts: All that is drawn with these colors.

        Returns:
            From the least to the largest value, spikes left out where there may be some; symmetric
            about zero for what has a sign.
        """
        known = np.concatenate([part[np.isfinite(part)].ravel() for part in parts])
        if known.size == 0:
            return 0.0, 1.0
        low, high = float(known.min()), float(known.max())
        largest = max(-low, high, 1e-16)
        if self.may_spike:
            ordinary = float(np.quantile(np.abs(known), _ORDINARY))
            largest = ordinary if 0 < _SPIKE * ordinary < largest else largest
        if self.kind is Kind.SIGNED:
            return -largest, largest
        if self.kind is Kind.DISTANCE:
            return 0.0, largest
        if self.kind is Kind.LOGARITHM:
            low = float(np.quantile(known, _FAINT))
            return min(max(low, high - _DECADES), high - 1.0), high
        return low, high


def layers_of(field: Field, grid: FieldOnGrid, unknown: str) -> list[Layer]:
    """What is drawn of an unknown, from left to right.

    Args:
        field: It has names and units.
        grid: The drawn grid of it.
        unknown: Its name.

    Returns:
        Solution; reference, error and log10 of its size where there is a reference; what a second
        network's solution differs by where there is one.
    """
    on_grid = _layers(field, grid, unknown)
    return (
        on_grid
        if field.mesh is None
        else _on_mesh(on_grid, _layers(field, field.mesh.fields, unknown))
    )


def _layers(field: Field, grid: FieldOnGrid, unknown: str) -> list[Layer]:
    named = grid.named
    label = axis_label(field, unknown)
    layers = [Layer(unknown, "solution", label, named[unknown], Kind.FIELD, "field")]
    if unknown in grid.references:
        name, error = f"{unknown}_error", named[f"{unknown}_error"]
        reference = named[f"{unknown}_reference"]
        unit = unit_of(field, unknown)
        told = axis_label(field, unknown, ", error")
        size = "log10 |error|" if unit == "-" else f"log10 |error in {unit}|"
        size = f"{drawable(field.long_names.get(unknown, unknown))}, {size}"
        layers += [
            Layer(f"{unknown}_reference", "reference", label, reference, Kind.FIELD, "field"),
            Layer(name, "error", told, error, Kind.SIGNED, "error"),
            Layer(f"{unknown}_log_error", "log10 |error|", size, log_size(error), Kind.LOGARITHM,
                  "logarithm", marks_largest=True),
        ]  # fmt: skip
    if unknown in grid.disagreements:
        name = f"{unknown}_disagreement"
        told = axis_label(field, unknown, ", disagreement")
        layers.append(Layer(name, "disagreement", told, named[name], Kind.DISTANCE, "disagreement"))
    return layers


def residual_layers(field: Field, grid: FieldOnGrid) -> list[Layer]:
    """The residual of each equation.

    Args:
        field: What is drawn.
        grid: The drawn grid of it.

    Returns:
        A layer for each.
    """
    on_grid = _residuals(grid)
    return on_grid if field.mesh is None else _on_mesh(on_grid, _residuals(field.mesh.fields))


def _on_mesh(on_grid: Sequence[Layer], on_mesh: Sequence[Layer]) -> list[Layer]:
    """Layers that are known at the vertices of a mesh, too."""
    found = {layer.name: layer.values for layer in on_mesh}
    return [replace(layer, at_vertices=found[layer.name]) for layer in on_grid]


def _residuals(grid: FieldOnGrid) -> list[Layer]:
    return [
        Layer(
            f"residual_{term}", f"residual of {term}", "", values, Kind.SIGNED, term, may_spike=True
        )
        for term, values in grid.residuals.items()
    ]


def log_size(values: Array) -> Array:
    """log10 of the absolute value; of zero, that of a number below all rounding."""
    size = np.abs(values)
    return np.log10(np.where(size == 0, NO_ERROR, size))


def leading(layers: Sequence[Layer]) -> Array:
    """The field whose largest value is looked for: the error, or what stands for it.

    Args:
        layers: What is drawn.

    Returns:
        The error; without a reference the disagreement, or the first residual, or zeros.
    """
    for title in ("error", "disagreement", "residual"):
        for layer in layers:
            if layer.title.startswith(title):
                return layer.values
    return np.zeros_like(layers[0].values)
