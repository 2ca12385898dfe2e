"""An unknown function as it was found: its values, how sure they are, and its formula."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import CubicSpline, RegularGridInterpolator

from pinn_metakan.results.formula import Formula
from pinn_metakan.results.metrics import Array

#: Standard deviations that a band of 95 % reaches to both sides.
_BAND = 1.959964


@dataclass(frozen=True)
class FoundFunction:
    """An unknown function over the values of its arguments that the field visits.

    Args:
        name: Its name.
        of: Names of its arguments.
        unit: Its unit.
        arguments: Shape (M, a), M places of the a arguments [their units].
        values: Shape (M,) [unit].
        standard_errors: Shape (M,) [unit]; NaN where they are not known.
        true: Shape (M,); NaN where it is not known.
        formula: The best of the formulas within the band, see `find_formula`, or the nearest one.
    """

    name: str
    of: tuple[str, ...]
    unit: str
    arguments: Array
    values: Array
    standard_errors: Array
    true: Array
    formula: Formula | None = None

    def __call__(self, *arguments: ArrayLike) -> Array:
        """Evaluate it by cubic splines through the places where it was stored.

        Args:
            *arguments: Values of each argument [its unit], of any shape.

        Returns:
            The function there, of that shape [unit].

        Raises:
            ValueError: If there are not as many arguments, or a value lies beyond the places.
        """
        if len(arguments) != len(self.of):
            raise ValueError(f"{self.call} has {len(self.of)} arguments, got {len(arguments)}")
        values = np.broadcast_arrays(*(np.asarray(a, dtype=np.float64) for a in arguments))
        for name, value, column in zip(self.of, values, self.arguments.T, strict=True):
            low, high = float(column.min()), float(column.max())
            room = 1e-9 * (high - low)
            if value.size and not (low - room <= value.min() and value.max() <= high + room):
                raise ValueError(
                    f"{self.call} is known for {name} from {low:.6g} to {high:.6g}, what the field "
                    f"visits; got {float(value.min()):.6g} to {float(value.max()):.6g}"
                )
        if len(values) == 1:
            return np.asarray(CubicSpline(self.arguments[:, 0], self.values)(values[0]))
        axes = [np.unique(column) for column in self.arguments.T]
        grid = self.values.reshape([len(axis) for axis in axes])
        within = [np.clip(v, a[0], a[-1]) for v, a in zip(values, axes, strict=True)]
        spline = RegularGridInterpolator(axes, grid, method="cubic")
        return np.asarray(spline(np.stack(within, axis=-1)))

    @property
    def call(self) -> str:
        """How it is written: ``k(u)``."""
        return f"{self.name}({', '.join(self.of)})"

    @property
    def low(self) -> Array:
        """Lower end of the band that holds each value with 95 % [unit]."""
        return self.values - _BAND * self.standard_errors

    @property
    def high(self) -> Array:
        """Upper end of the band [unit]."""
        return self.values + _BAND * self.standard_errors

    @property
    def relative_l2(self) -> float:
        """L2 error over these places, relative to the true function; NaN if that is not known."""
        return float(np.linalg.norm(self.values - self.true) / np.linalg.norm(self.true))

    @property
    def covered(self) -> float:
        """Part of the places where the band holds the true value; NaN if that is not known."""
        if not np.isfinite(self.true).all():
            return float("nan")
        return float(((self.low <= self.true) & (self.true <= self.high)).mean())

    def line(self) -> str:
        """Range, band and formula, for people."""
        ranges = " and ".join(
            f"{name} from {column.min():.3g} to {column.max():.3g}"
            for name, column in zip(self.of, self.arguments.T, strict=True)
        )
        unit = "" if self.unit == "-" else f" {self.unit}"
        text = f"{self.call} for {ranges}: {self.values.min():.4g} to {self.values.max():.4g}{unit}"
        if np.isfinite(self.standard_errors).all():
            text += f", +- {float(np.median(self.high - self.values)):.2g} (95 %, median)"
        if np.isfinite(self.true).all():
            text += f", relative L2 error {self.relative_l2:.1e}"
        return text if self.formula is None else f"{text}; {self.formula.sentence(self.call)}"

    def report(self) -> dict[str, object]:
        """What report.json has of it."""
        error = self.relative_l2
        known = bool(np.isfinite(self.standard_errors).all())
        return {
            "of": list(self.of),
            "unit": self.unit,
            "range": [[float(c.min()), float(c.max())] for c in self.arguments.T],
            "relative_l2": error if np.isfinite(error) else None,
            "largest_standard_error": float(self.standard_errors.max()) if known else None,
            "covered": self.covered if known and np.isfinite(error) else None,
            "formula": None if self.formula is None else self.formula.report(),
        }
