"""All unknown functions of a run: kept as an attribute of a solution, and written as a table."""

import json
from collections.abc import Mapping, Sequence

import numpy as np

from pinn_metakan.results.formula import Formula
from pinn_metakan.results.found_function import FoundFunction
from pinn_metakan.results.metrics import Array

#: Attribute of a solution that has them.
ATTRIBUTE = "functions"


def functions_as_json(functions: Sequence[FoundFunction]) -> str:
    """Text that `functions_of` reads; numbers that are not finite are null."""
    return json.dumps(
        [
            {
                "name": found.name,
                "of": list(found.of),
                "unit": found.unit,
                "arguments": [_listed(column) for column in found.arguments.T],
                "values": _listed(found.values),
                "standard_errors": _listed(found.standard_errors),
                "true": _listed(found.true),
                "formula": None if found.formula is None else vars(found.formula),
            }
            for found in functions
        ]
    )


def functions_of(attributes: Mapping[str, str | int | float]) -> dict[str, FoundFunction]:
    """Read the functions that a solution was stored with, by name; none where there are none."""
    return {
        told["name"]: FoundFunction(
            told["name"],
            tuple(told["of"]),
            told["unit"],
            np.stack([_array(column) for column in told["arguments"]], axis=1),
            _array(told["values"]),
            _array(told["standard_errors"]),
            _array(told["true"]),
            None if told["formula"] is None else Formula(**told["formula"]),
        )
        for told in json.loads(str(attributes.get(ATTRIBUTE, "[]")))
    }


def functions_table(functions: Mapping[str, FoundFunction]) -> str:
    """A table in CSV: one line for each function and place, with value, band and true value."""
    width = max(len(found.of) for found in functions.values())
    arguments = [f"argument_{number + 1}" for number in range(width)]
    lines = [",".join(["function", *arguments, "value", "standard_error", "low", "high", "true"])]
    for found in functions.values():
        columns = (found.values, found.standard_errors, found.low, found.high, found.true)
        for at, *numbers in zip(found.arguments, *columns, strict=True):
            places = [f"{value:.12g}" for value in at] + [""] * (width - len(at))
            shown = [f"{value:.12g}" if np.isfinite(value) else "" for value in numbers]
            lines.append(",".join([found.name, *places, *shown]))
    return "\n".join(lines) + "\n"


def _listed(values: Array) -> list[float | None]:
    return [float(value) if np.isfinite(value) else None for value in values]


def _array(values: Sequence[float | None]) -> Array:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
