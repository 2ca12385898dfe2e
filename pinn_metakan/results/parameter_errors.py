"""Errors of a solution for each value of a parameter that is a coordinate of it."""

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

    def as_dict(self) -> dict[str, object]:
        """What JSON can hold; numbers that are not finite are None."""
        errors = {
            name: [float(e) if np.isfinite(e) else None for e in column]
            for name, column in self.relative_l2.items()
        }
        return {"values": self.values.tolist(), "relative_l2": errors}

    def lines(self) -> list[str]:
        """Tell the smallest and the largest error of each unknown, and where they are."""
        told = []
        for unknown, errors in self.relative_l2.items():
            least, most = int(np.argmin(errors)), int(np.argmax(errors))
            told.append(
                f"relative L2 error of {unknown} over {self.parameter}: from {errors[least]:.1e} "
                f"at {self.parameter} = {self.values[least]:.3g} to {errors[most]:.1e} at "
                f"{self.parameter} = {self.values[most]:.3g}"
            )
        return told


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
