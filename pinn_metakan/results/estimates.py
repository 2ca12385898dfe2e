"""Unknown numbers as they were found, with how sure they are, and how well data are met."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pinn_metakan.results.json_numbers import without_nan

#: Attribute of a solution that has them.
ATTRIBUTE = "estimates"


@dataclass(frozen=True)
class Estimate:
    """An unknown number.

    Args:
        value: What was found [unit].
        standard_error: Its standard deviation [unit]; NaN where it is not known.
        low: Lower end of the interval that holds the true value with 95 % [unit].
        high: Upper end [unit].
        unit: Its unit.
        start: First value [unit].
        true: The true value where the problem states it [unit], else NaN.
    """

    value: float
    standard_error: float
    low: float
    high: float
    unit: str
    start: float
    true: float = math.nan

    def line(self, name: str) -> str:
        """Tell value, standard error and interval.

        Args:
            name: Of the number.

        Returns:
            A line for people.

        >>> Estimate(0.5, 0.01, 0.48, 0.52, "m", 1.0).line("D")
        'D = 0.5 +- 0.01 m (95 %: 0.48 to 0.52)'
        """
        unit = "" if self.unit == "-" else f" {self.unit}"
        if not math.isfinite(self.standard_error):
            return f"{name} = {self.value:.8g}{unit}"
        digits = _digits(self.value, self.standard_error)
        shown = (f"{number:.{digits}g}" for number in (self.value, self.low, self.high))
        value, low, high = shown
        return f"{name} = {value} +- {self.standard_error:.2g}{unit} (95 %: {low} to {high})"


@dataclass(frozen=True)
class DataFit:
    """How well the data of a term are met.

    Args:
        count: Number of values.
        chi_square: Mean of the squares of the deviations over sigma [-]: about 1 where sigma is
            right, NaN where it is not known. With ``huber`` the squares are Huber's function.
        sigma: Standard deviation of the noise, as it was given or estimated [unit of the values].
        is_estimated: Whether that was estimated from the deviations.
        freedom: Degrees of freedom that these values leave [-].
    """

    count: int
    chi_square: float
    sigma: float
    is_estimated: bool
    freedom: float

    def line(self, term: str) -> str:
        """Count and deviations, for people."""
        if self.is_estimated:
            return f"{term}: {self.count} values, noise {self.sigma:.3g} (estimated)"
        return (
            f"{term}: {self.count} values, chi-square {self.chi_square:.3g} for each, with noise "
            f"{self.sigma:.3g}"
        )


@dataclass(frozen=True)
class EquationFit:
    """How well an equation with a model error is met.

    Args:
        size: Root mean square of its residual [its unit].
        sigma: Standard deviation of the model error, as it was stated [its unit].
        cells: In how many cells of the domain that has values of its own [-].
    """

    size: float
    sigma: float
    cells: float

    @property
    def chi_square(self) -> float:
        """Mean square of the residual over sigma [-], for each cell; above 1 it holds worse."""
        return (self.size / self.sigma) ** 2

    def line(self, term: str) -> str:
        """Residual and model error, for people."""
        return (
            f"{term}: residual {self.size:.3g}, with a model error of {self.sigma:.3g} in "
            f"{self.cells:.3g} cells (chi-square {self.chi_square:.3g} for each)"
        )


@dataclass(frozen=True)
class Estimates:
    """All that a run tells of its unknown numbers.

    Args:
        numbers: The unknown numbers by name.
        correlation: By name and name the correlation of their errors [-].
        data: By term how well data are met.
        flat: What data do not tell, one sentence each.
        equations: How well equations with a model error are met, by name.
    """

    numbers: Mapping[str, Estimate] = field(default_factory=dict)
    correlation: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    data: Mapping[str, DataFit] = field(default_factory=dict)
    flat: tuple[str, ...] = ()
    equations: Mapping[str, EquationFit] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not self.numbers and not self.data

    def as_json(self) -> str:
        """Text that `estimates_of` reads; numbers that are not finite are null."""
        return json.dumps(without_nan(asdict(self)))

    def report(self) -> dict[str, object]:
        """What report.json has: ``estimates``, ``correlation`` and ``data`` where there are any."""
        told: dict[str, object] = {}
        if self.numbers:
            told["estimates"] = {
                name: {
                    key: getattr(number, key)
                    for key in ("value", "standard_error", "low", "high", "unit", "start", "true")
                }
                for name, number in self.numbers.items()
            }
        if len(self.numbers) > 1:
            told["correlation"] = self.correlation
        if self.data:
            told["data"] = {term: asdict(fit) for term, fit in self.data.items()}
        if self.equations:
            told["model_errors"] = {
                term: asdict(fit) | {"chi_square": fit.chi_square}
                for term, fit in self.equations.items()
            }
        found = without_nan(told)
        assert isinstance(found, dict)
        return found

    def lines(self) -> Iterator[str]:
        """Everything, one sentence a line, for people."""
        for name, number in self.numbers.items():
            yield number.line(name)
        yield from self.told()
        yield from self.flat

    def told(self) -> Iterator[str]:
        """Correlations, and how well data are met, one sentence a line."""
        for first, row in self.correlation.items():
            for second, value in row.items():
                if list(self.numbers).index(first) < list(self.numbers).index(second):
                    yield f"correlation of {first} and {second}: {value:.2f}"
        for term, fit in self.data.items():
            yield fit.line(term)
        for term, equation in self.equations.items():
            yield equation.line(term)


def estimates_of(attributes: Mapping[str, str | int | float]) -> Estimates:
    """Read the estimates that a solution was stored with; none where there are none.

    Args:
        attributes: Facts of a run.

    Returns:
        The estimates.
    """
    recorded = json.loads(str(attributes.get(ATTRIBUTE, "{}")))
    numbers = recorded.get("numbers", {})
    return Estimates(
        {name: Estimate(**_numbers(told)) for name, told in numbers.items()},
        {name: _numbers(row) for name, row in recorded.get("correlation", {}).items()},
        {term: DataFit(**_numbers(told)) for term, told in recorded.get("data", {}).items()},
        tuple(recorded.get("flat", ())),
        {term: EquationFit(**_numbers(t)) for term, t in recorded.get("equations", {}).items()},
    )


def _numbers(told: Mapping[str, Any]) -> dict[str, Any]:
    return {key: math.nan if value is None else value for key, value in told.items()}


def _digits(value: float, error: float) -> int:
    """Significant digits of a value that has an error: down to two digits of the error."""
    if not (math.isfinite(value) and value and error > 0):
        return 6
    return min(max(math.floor(math.log10(abs(value) / error)) + 3, 3), 12)
