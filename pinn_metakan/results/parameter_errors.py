"""Errors of a solution for each value of a parameter that is a coordinate of it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pinn_metakan.results.field import Field
from pinn_metakan.results.metrics import Array, relative_l2


@dataclass(frozen=True)
class ParameterErrors:
    """Errors over a parameter.

    Args:
        parameter: Its name.
        values: Its values on the grid, (n,) [unit of the parameter].
        relative_l2: By unknown the relative L2 error over all other coordinates, (n,).
    """

    parameter: str
    values: Array
    relative_l2: dict[str, Array]

    @property
    def is_logarithmic(self) -> bool:
        """Whether the values are equally spaced on a logarithmic scale, and on no linear one."""
        steps = np.diff(self.values)
        if self.values[0] <= 0 or np.allclose(steps, steps[0]):
            return False
        ratios = np.diff(np.log(self.values))
        return bool(np.allclose(ratios, ratios[0]))

    def worst(self, unknown: str) -> tuple[float, float] | None:
        """The value of the parameter where an unknown's error is largest, and that error.

        Args:
            unknown: Its name.

        Returns:
            Both; None where no error is finite, as of a reference that is zero.
        """
        return self._extreme(unknown, np.nanargmax)

    def as_dict(self) -> dict[str, object]:
        """What JSON can hold; numbers that are not finite are None."""
        errors = {
            name: [float(e) if np.isfinite(e) else None for e in column]
            for name, column in self.relative_l2.items()
        }
        worst = {name: self.worst(name) for name in errors}
        return {
            "values": self.values.tolist(),
            "relative_l2": errors,
            "worst": {
                name: None if found is None else {"value": found[0], "relative_l2": found[1]}
                for name, found in worst.items()
            },
        }

    def lines(self) -> list[str]:
        """Tell the smallest and the largest error of each unknown, and where they are."""
        told, name = [], self.parameter
        for unknown in self.relative_l2:
            least, most = self._extreme(unknown, np.nanargmin), self.worst(unknown)
            if least is not None and most is not None:
                told.append(
                    f"relative L2 error of {unknown} over {name}: from {least[1]:.1e} at {name} = "
                    f"{least[0]:.3g} to {most[1]:.1e} at {name} = {most[0]:.3g}"
                )
        return told

    def _extreme(
        self, unknown: str, chosen: Callable[[Array], np.intp]
    ) -> tuple[float, float] | None:
        column = self.relative_l2[unknown]
        known = np.where(np.isfinite(column), column, np.nan)
        if np.isnan(known).all():
            return None
        place = int(chosen(known))
        return float(self.values[place]), float(known[place])


def parameter_errors(field: Field) -> list[ParameterErrors]:
    """Compute the errors over each parameter.

    Args:
        field: What was computed.

    Returns:
        One for each parameter; none without a reference or a product grid.
    """
    names, found = list(field.grid.axes), []
    for parameter in field.solution_parameters:
        if parameter not in names or not field.grid.references:
            continue
        axis = names.index(parameter)
        errors = {
            unknown: np.array(
                [
                    relative_l2(value, expected)
                    for value, expected in zip(
                        np.moveaxis(field.grid.values[unknown], axis, 0),
                        np.moveaxis(reference, axis, 0),
                        strict=True,
                    )
                ]
            )
            for unknown, reference in field.grid.references.items()
        }
        found.append(ParameterErrors(parameter, field.grid.axes[parameter], errors))
    return found
