"""The error of the reference itself, and whether the solution comes near it."""

from collections.abc import Iterator

from pinn_metakan.results.field import Field

#: What attributes of a file call the error of the reference of an unknown.
PREFIX = "reference_error_"
#: An error below so many times that of the reference says little more of the solution
#: (docs/decisions/0037-references.md).
_NEAR = 10.0


def reference_errors(field: Field) -> dict[str, float]:
    """Estimated relative L2 error of the reference of each unknown.

    Args:
        field: A solution.

    Returns:
        By unknown; empty if the reference is exact to rounding, is missing, or the file is of a
        version that did not keep it.
    """
    names = {unknown: f"{PREFIX}{unknown}" for unknown in field.grid.values}
    told = field.attributes
    return {unknown: float(told[name]) for unknown, name in names.items() if name in told}


def near_reference(field: Field) -> dict[str, float]:
    """The error of the reference of those unknowns whose own error is less than ten times it."""
    return {
        unknown: error
        for unknown, error in reference_errors(field).items()
        if field.relative_l2.get(unknown, 0.0) < _NEAR * error
    }


def near_lines(field: Field) -> Iterator[str]:
    """Tell of each unknown that comes near the error of its reference."""
    for unknown, error in near_reference(field).items():
        found = field.relative_l2.get(unknown)
        if found is not None:
            yield (
                f"the error of {unknown}, {found:.1e}, is near that of the reference, {error:.1e}: "
                "the solution may be better than this says"
            )
