r"""A formula for a function that is known by its values and their standard errors.

Each of a short list of forms is fitted by weighted least squares; of those within the band the one
with the smallest Bayesian information criterion is taken,

.. math:: \mathrm{BIC} = n \langle r^2 \rangle + p \ln n,

of the misfits r over the standard errors, for p numbers and n independent values: a curve of a few
coefficients has a few, however many places it is drawn at. It says how far a formula is from what
was found, not that it is the law of nature.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from pinn_metakan.results.metrics import Array

# All: docs/decisions/0045-unknown-functions.md.
#: A function that is known better than this part of its size is fitted to that part.
_SMALLEST = 1e-6
#: Independent values of a curve.
_INDEPENDENT = 10
#: Numbers below this part of the largest one are roundings.
_ROUNDING = 1e-9
#: A formula fits within the band if no misfit is larger than this many standard errors.
_WITHIN = 1.96


@dataclass(frozen=True)
class Formula:
    """A formula that was fitted.

    Args:
        kind: Such as ``exponential``.
        text: The formula with its numbers, in the name of the argument.
        misfit: Root mean square of the misfits over the standard errors [-].
        largest: The largest of them [-].
        relative: Root mean square of the misfits over that of the function [-].
        has_band: Whether standard errors were known; if not, 1e-6 of the size stands for them.
    """

    kind: str
    text: str
    misfit: float
    largest: float
    relative: float
    has_band: bool = True

    @property
    def is_within(self) -> bool:
        """Whether it lies within the band everywhere."""
        return self.largest <= _WITHIN

    @property
    def fit(self) -> str:
        """How it fits, for people: ``within the band``."""
        if self.has_band:
            return "within the band" if self.is_within else "not within the band"
        return f"off by {self.relative:.1e}, of no known band"

    def sentence(self, call: str) -> str:
        """Formula and misfit, for people."""
        if not self.has_band:
            return (
                f"the nearest of the simple forms, {self.kind}, {call} = {self.text}, is off by "
                f"{self.relative:.1e}; no band is known"
            )
        if self.is_within:
            return f"{call} = {self.text} lies within the band (misfit {self.relative:.1e})"
        return (
            f"none of the simple forms fits within the band; the nearest, {self.kind}, "
            f"{self.text}, is off by {self.relative:.1e}"
        )

    def report(self) -> dict[str, object]:
        """What report.json has of it."""
        return {
            "kind": self.kind,
            "text": self.text,
            "misfit_over_band": self.misfit,
            "relative_misfit": self.relative,
            "is_within_band": self.is_within if self.has_band else None,
        }


@dataclass(frozen=True)
class _Form:
    kind: str
    evaluate: Callable[[Array, Array], Array]  # numbers (p,), x (n,) -> (n,)
    starts: tuple[tuple[float, ...], ...]
    template: str  # of the numbers a, b, ... and x
    powers: tuple[int, ...]  # of x that each number multiplies
    n_rates: int = 1  # numbers at the end that are no sizes of the function
    needs_positive: bool = False  # arguments, to a power that is the last number

    def in_units(self, numbers: Array, unit: float) -> Array:
        """Numbers of x (p,) from those of x over a unit."""
        powers = np.array(self.powers, dtype=np.float64)
        if self.needs_positive:  # a (x / unit)^b
            powers[-2] = numbers[-1]
        with np.errstate(all="ignore"):  # exponents of poor fits
            return np.asarray(numbers / unit**powers)

    def without_roundings(self, numbers: Array) -> Array:
        """Numbers of x over its unit (p,), 0 where they are roundings of sizes or beside 1."""
        sizes, rates = np.split(numbers, [len(numbers) - self.n_rates])
        least = [_ROUNDING * np.abs(sizes).max(), _ROUNDING]
        kept = [np.where(np.abs(n) < m, 0.0, n) for n, m in zip((sizes, rates), least, strict=True)]
        return np.concatenate(kept)


def _polynomial(degree: int) -> _Form:
    terms = ["{a}", "{b} {x}", "{c} {x}^2", "{d} {x}^3"]
    return _Form(
        ("constant", "linear", "quadratic", "cubic")[degree],
        lambda p, x: np.asarray(np.polynomial.polynomial.polyval(x, p), dtype=np.float64),
        ((1.0,) + (0.0,) * degree,),
        " + ".join(terms[: degree + 1]),
        tuple(range(degree + 1)),
        0,
    )


_FORMS = (
    *(_polynomial(degree) for degree in range(4)),
    _Form(
        "exponential", lambda p, x: p[0] * np.exp(p[1] * x), ((1.0, 0.1), (1.0, -0.1)),
        "{a} exp({b} {x})", (0, 1),
    ),
    _Form(
        "exponential with offset", lambda p, x: p[0] + p[1] * np.exp(p[2] * x),
        ((0.0, 1.0, 1.0), (0.0, 1.0, -1.0)), "{a} + {b} exp({c} {x})", (0, 0, 1),
    ),
    _Form(
        "power", lambda p, x: p[0] * x ** p[1], ((1.0, 1.0), (1.0, -1.0)), "{a} {x}^{b}",
        (0, 0), 1, True,
    ),
    _Form(
        "power with offset", lambda p, x: p[0] + p[1] * x ** p[2],
        ((0.0, 1.0, 1.0), (0.0, 1.0, 2.0)), "{a} + {b} {x}^{c}", (0, 0, 0), 1, True,
    ),
    _Form(
        "rational", lambda p, x: (p[0] + p[1] * x) / (1 + p[2] * x),
        ((1.0, 0.0, 0.1), (1.0, 0.0, -0.1)), "({a} + {b} {x}) / (1 + {c} {x})", (0, 1, 1),
    ),
    _Form(
        "rational with square", lambda p, x: p[0] / (1 + p[1] * x + p[2] * x**2),
        ((1.0, 0.0, 0.1),), "{a} / (1 + {b} {x} + {c} {x}^2)", (0, 1, 2), 2,
    ),
)  # fmt: skip


def find_formula(name: str, x: Array, values: Array, standard_errors: Array) -> Formula | None:
    """Find the formula that serves best.

    Args:
        name: Of the argument.
        x: Values of the argument, (n,).
        values: Those of the function, (n,).
        standard_errors: Of these, (n,); not finite where they are not known.

    Returns:
        The best within the band; the nearest one where none is; None if nothing could be fitted.
    """
    size = float(np.abs(values).max())
    if not (np.isfinite(values).all() and size > 0):
        return None
    known = np.where(np.isfinite(standard_errors), standard_errors, 0.0)
    band = np.maximum(known, _SMALLEST * size)
    has_band = bool(np.isfinite(standard_errors).all())
    unit = float(np.abs(x).max()) or 1.0
    scaled, found = x / unit, []
    for form in _FORMS:
        if form.needs_positive and float(x.min()) <= 0:
            continue
        numbers = _fitted(form, scaled, values, band)
        if numbers is None:
            continue
        misfits = form.evaluate(numbers, scaled) - values
        square = float(np.mean((misfits / band) ** 2))
        criterion = _INDEPENDENT * square + len(numbers) * math.log(_INDEPENDENT)
        rms = float(np.sqrt(np.mean(misfits**2)) / np.sqrt(np.mean(values**2)))
        largest = float(np.abs(misfits / band).max())
        text = _text(form, name, form.in_units(form.without_roundings(numbers), unit))
        formula = Formula(form.kind, text, square**0.5, largest, rms, has_band)
        found.append((criterion, formula))
    if not found:
        return None
    within = [pair for pair in found if pair[1].is_within]
    return min(within or found, key=lambda pair: pair[0])[1]


def _fitted(form: _Form, x: Array, values: Array, band: Array) -> Array | None:
    """Numbers of a form, by least squares from several starts."""
    scale = float(np.abs(values).max())
    best, least = None, math.inf
    for start in form.starts:

        def misfit(p: Array) -> Array:
            return (form.evaluate(p, x) - values) / band

        first = np.array(start)
        first[0] = first[0] * float(np.mean(values)) if first[0] else 0.0
        if len(first) > 1 and first[0] == 0.0 and "offset" in form.kind:
            first[1] = scale
        with np.errstate(all="ignore"):
            try:
                result = least_squares(misfit, first, x_scale="jac", max_nfev=400)
            except ValueError:  # a value that is not finite
                continue
        if np.isfinite(result.cost) and result.cost < least:
            best, least = result.x, float(result.cost)
    return best


def _text(form: _Form, name: str, numbers: Array) -> str:
    letters = dict(zip("abcd", (f"{number:.5g}" for number in numbers), strict=False))
    text = form.template.format(x=name, **letters)
    return text.replace("+ -", "- ")
