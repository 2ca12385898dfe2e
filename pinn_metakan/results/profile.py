"""A profile likelihood: how much worse data are met where numbers are held at other values."""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline, PchipInterpolator
from scipy.optimize import brentq

from pinn_metakan.results.json_numbers import without_nan
from pinn_metakan.results.metrics import Array
from pinn_metakan.results.table import table_text

#: Rise of chi-square up to which 95 % of the distribution lie, by the count of numbers: quantiles
#: of the chi-square distribution of so many degrees of freedom.
RISE = {1: 3.841459, 2: 5.991465}
#: Places on a region that is drawn.
_AROUND = 121


@dataclass(frozen=True)
class ProfiledNumber:
    """A number of a profile.

    Args:
        name: Its name.
        unit: Its unit.
        value: What the fit found [unit].
        standard_error: Its standard deviation by the linear analysis [unit]; NaN if not known.
        low: Where the profile rises to 3.84 below the value [unit]; NaN where it does not, within
            what was looked at.
        high: The same above it.
        true: The true value where the problem states it [unit], else NaN.
    """

    name: str
    unit: str
    value: float
    standard_error: float
    low: float
    high: float
    true: float = math.nan

    def line(self) -> str:
        """Tell the interval, for people."""
        unit = "" if self.unit == "-" else f" {self.unit}"
        ends = [_end(self.low, "no lower end"), _end(self.high, "no upper end")]
        linear = ""
        if math.isfinite(self.standard_error):
            reach = 1.959964 * self.standard_error
            linear = f"; linear {self.value - reach:.6g} to {self.value + reach:.6g}"
        return (
            f"{self.name} = {self.value:.6g}{unit} (95 % by profile: {' to '.join(ends)}{linear})"
        )


@dataclass(frozen=True)
class Profile:
    r"""The profile likelihood of one number or of two.

    .. math:: \Delta\chi^2(p) = \min_w \chi^2(w, p) - \min_{w, p} \chi^2(w, p)

    Args:
        numbers: What is profiled, one or two.
        places: Values of the numbers, (M, k) [unit of each].
        rise: Rise of chi-square there, (M,) [-].
        rays: Which ray from the estimate each place is on, (M,), and -1 for the estimate.
        region: Closed curve on which the rise is 5.99, (A, 2); empty where it is not known.
        correlation: Of the errors of two numbers by the linear analysis [-]; NaN if not known.
        problem: Name of the problem.
    """

    numbers: tuple[ProfiledNumber, ...]
    places: Array
    rise: Array
    rays: Array
    region: Array
    correlation: float
    problem: str

    def lines(self) -> Iterator[str]:
        """Everything, one sentence a line, for people."""
        for number in self.numbers:
            yield number.line()
            for end, word in ((number.low, "below"), (number.high, "above")):
                if not math.isfinite(end):
                    yield (
                        f"note: {number.name} has no end {word}: chi-square rises by less than "
                        f"{RISE[1]:.2f} as far as it was held, {self._reach(number.name, word):.6g}"
                    )
        yield f"{len(self.rise)} fits"

    def table(self) -> dict[str, Array]:
        """Columns: values of the numbers, and the rise of chi-square."""
        columns = {n.name: self.places[:, k] for k, n in enumerate(self.numbers)}
        return columns | {"chi_square_rise": self.rise, "ray": self.rays.astype(np.float64)}

    def as_csv(self) -> str:
        """The table as comma-separated values."""
        return table_text(self.table())

    def as_json(self) -> str:
        """Everything as JSON; numbers that are not finite are null."""
        told = {
            "problem": self.problem,
            "numbers": [without_nan(vars(number)) for number in self.numbers],
            "correlation": without_nan(self.correlation),
            "rise_of_95_percent": RISE[1],
            "rise_of_region": RISE[2] if len(self.numbers) > 1 else None,
            "places": self.places.tolist(),
            "rise": self.rise.tolist(),
            "rays": self.rays.tolist(),
            "region": self.region.tolist(),
        }
        return json.dumps(told, indent=2) + "\n"

    def _reach(self, name: str, word: str) -> float:
        column = self.table()[name]
        return float(column.min() if word == "below" else column.max())


def crossing(radii: Sequence[float], rises: Sequence[float], level: float) -> float:
    """Find the distance from the estimate at which chi-square has risen to a level.

    The square root of the rise is interpolated, which is a straight line for a quadratic rise.

    Args:
        radii: Distances of the places on a ray, increasing, without that of the estimate, 0.
        rises: Rise of chi-square at each.
        level: The level.

    Returns:
        The distance; NaN where the rise stays below the level.
    """
    roots = np.sqrt(np.maximum(np.asarray([0.0, *rises]), 0.0))
    goal = math.sqrt(level)
    beyond = np.flatnonzero(roots >= goal)
    if not len(beyond):
        return math.nan
    last = int(beyond[0])
    curve = PchipInterpolator(np.asarray([0.0, *radii]), roots)
    low, high = float([0.0, *radii][last - 1]), float(radii[last - 1])
    return float(brentq(lambda radius: float(curve(radius)) - goal, low, high))


def closed_curve(angles: Sequence[float], radii: Sequence[float]) -> Array:
    """Draw a smooth closed curve about the origin through a radius for each angle.

    Args:
        angles: Increasing, from 0 to less than 2 pi, evenly.
        radii: One for each.

    Returns:
        Shape (A, 2); empty where a radius is not known.
    """
    if not np.isfinite(radii).all():
        return np.zeros((0, 2))
    logarithms = np.log([*radii, radii[0]])  # a radius stays positive between two others
    curve = CubicSpline([*angles, 2 * math.pi], logarithms, bc_type="periodic")
    around = np.linspace(0.0, 2 * math.pi, _AROUND)
    directions = np.stack([np.cos(around), np.sin(around)], axis=1)
    return np.asarray(directions * np.exp(curve(around))[:, None])


def _end(value: float, otherwise: str) -> str:
    return f"{value:.6g}" if math.isfinite(value) else otherwise
