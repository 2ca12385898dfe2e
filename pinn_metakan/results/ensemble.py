"""Fits to data whose noise was drawn again and again: how far numbers and functions scatter."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pinn_metakan.results.estimates import Estimate
from pinn_metakan.results.found_function import FoundFunction
from pinn_metakan.results.json_numbers import without_nan
from pinn_metakan.results.metrics import Array
from pinn_metakan.results.table import table_text

#: Parts of the distribution below the ends of 95 %, and below the middle.
_QUANTILES = (0.025, 0.5, 0.975)


@dataclass(frozen=True)
class Scatter:
    """How a number, or a function at one place or several, scatters over the fits.

    Args:
        standard_deviation: Of the fits [unit], (M,) for a function.
        low: Their 2.5 % quantile [unit].
        middle: Their median [unit].
        high: Their 97.5 % quantile [unit].
    """

    standard_deviation: Array
    low: Array
    middle: Array
    high: Array

    @classmethod
    def of(cls, fits: Array) -> "Scatter":
        """Find it from fits, one per row: (S,) or (S, M); NaN for fewer than two."""
        if len(fits) < 2:
            nothing = np.full(fits.shape[1:], np.nan)
            return cls(nothing, nothing, nothing, nothing)
        low, middle, high = (np.asarray(part) for part in np.quantile(fits, _QUANTILES, axis=0))
        return cls(np.asarray(fits.std(axis=0, ddof=1)), low, middle, high)


@dataclass(frozen=True)
class Ensemble:
    """Estimates from data whose noise was drawn again, beside those of the linear analysis.

    Args:
        seeds: Of the noise of each fit, (S,).
        numbers: By unknown number the estimates, (S,) [unit of each].
        functions: By unknown function its values at its places, (S, M) [unit of each].
        chi_square: Of each fit, (S,) [-].
        linear: The estimates of the run by name.
        found: The functions of the run by name, with their places.
        problem: Name of the problem.
        notes: What is to be known of it.
    """

    seeds: tuple[int, ...]
    numbers: Mapping[str, Array]
    functions: Mapping[str, Array]
    chi_square: Array
    linear: Mapping[str, Estimate]
    found: Mapping[str, FoundFunction]
    problem: str
    notes: tuple[str, ...] = ()

    def scatter(self, name: str) -> Scatter:
        """How a number or a function scatters.

        Args:
            name: Of a number or a function.

        Returns:
            Its standard deviation and quantiles.

        Raises:
            LookupError: If there is none of this name.
        """
        every = {**self.numbers, **self.functions}
        if name not in every:
            raise LookupError(f"no unknown {name!r}; there are {', '.join(every)}")
        return Scatter.of(every[name])

    def lines(self) -> Iterator[str]:
        """Everything, one sentence a line, for people."""
        yield f"{len(self.seeds)} fits to data whose noise was drawn again"
        for name in self.numbers:
            scatter, linear = self.scatter(name), self.linear[name]
            unit = "" if linear.unit == "-" else f" {linear.unit}"
            yield (
                f"{name}: standard deviation {float(scatter.standard_deviation):.3g}{unit} (linear "
                f"{linear.standard_error:.3g}), 95 % {float(scatter.low):.6g} to "
                f"{float(scatter.high):.6g} (linear {linear.low:.6g} to {linear.high:.6g})"
            )
        for name in self.functions:
            errors = self.found[name].standard_errors
            ratio = self.scatter(name).standard_deviation / np.where(errors > 0, errors, np.nan)
            told = ratio[np.isfinite(ratio)]
            if len(told):
                yield (
                    f"{self.found[name].call}: standard deviation over that of the linear band "
                    f"{np.median(told):.2f} in the median of places, {told.min():.2f} to "
                    f"{told.max():.2f}"
                )
        yield from (f"note: {note}" for note in self.notes)

    def as_csv(self) -> str:
        """One row per fit: its seed, the numbers, chi-square."""
        columns: dict[str, Array] = {"seed": np.array(self.seeds, dtype=np.float64), **self.numbers}
        return table_text({**columns, "chi_square": self.chi_square})

    def as_json(self) -> str:
        """Everything as JSON; numbers that are not finite are null."""
        told = {
            "problem": self.problem,
            "count": len(self.seeds),
            "seeds": list(self.seeds),
            "numbers": {
                name: {
                    **_listed(self.scatter(name)),
                    "fits": self.numbers[name].tolist(),
                    "linear": without_nan(vars(linear)),
                }
                for name, linear in self.linear.items()
                if name in self.numbers
            },
            "functions": {
                name: {
                    "of": list(self.found[name].of),
                    "arguments": self.found[name].arguments.tolist(),
                    "linear_standard_error": _each(self.found[name].standard_errors),
                    **_listed(self.scatter(name)),
                }
                for name in self.functions
            },
            "chi_square": self.chi_square.tolist(),
            "notes": list(self.notes),
        }
        return json.dumps(told, indent=2) + "\n"


def _listed(scatter: Scatter) -> dict[str, object]:
    return {name: _each(values) for name, values in vars(scatter).items()}


def _each(values: Array) -> object:
    if np.ndim(values) == 0:
        return without_nan(float(values))
    return without_nan(_as_list(values))


def _as_list(values: Array) -> Sequence[float]:
    return [float(value) for value in values]
