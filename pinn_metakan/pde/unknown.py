"""An unknown number of a problem, such as a diffusivity that data shall tell."""

import math
import operator
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import torch
from torch import Tensor, nn

from pinn_metakan.errors import ProblemError
from pinn_metakan.pde.labels import refuse_label
from pinn_metakan.pde.stated import attributes_of, finite_number

#: Gives an unknown its present value, while a problem is evaluated.
Lookup = Callable[["Unknown"], Tensor]
#: Free number of a value as near to a bound as another run begins: by 2e-9 of the distance of the
#: start, or of the other bound (docs/decisions/0046-how-sure.md).
_NEAR = 20.0
_LOOKUP: ContextVar[Lookup | None] = ContextVar("lookup", default=None)


class Unknown:
    r"""A number that is trained with the field: ``self.D = Unknown(start=1.0, low=0)``.

    Stated as an attribute of a problem, it is used in the residual, in conditions and in data as
    a number is, ``self.D * u_xx``, or by its name, ``jet("D")``. What is trained is a free number
    p that begins at 0 where there is no bound on both sides, and keeps the value within its bounds:

    .. math:: \text{start} + s p, \qquad \text{low} + (\text{start} - \text{low}) e^p, \qquad
        \text{low} + (\text{high} - \text{low}) / (1 + e^{-p}),

    s being the size of the start, or 1. A positive number is so trained by its logarithm.

    Args:
        start: First value [unit].
        low: What it stays above [unit]; None for no bound.
        high: What it stays below [unit]; None for no bound.
        unit: Its unit, "-" (dimensionless) unless given.
        true: The true value [unit] where it is known, for figures; it is never trained on.

    Raises:
        ProblemError: If a number is not finite, or the start is not between the bounds.
    """

    def __init__(
        self,
        start: float,
        low: float | None = None,
        high: float | None = None,
        unit: str = "-",
        true: float | None = None,
    ):
        self.start, self.unit = finite_number("Unknown: start", start), unit
        self.low = None if low is None else finite_number("Unknown: low", low)
        self.high = None if high is None else finite_number("Unknown: high", high)
        self.true = None if true is None else finite_number("Unknown: true", true)
        refuse_label("Unknown: unit", unit)
        if not self.allows(self.start):
            raise ProblemError(
                f"Unknown: start = {self.start:g} must lie between its bounds, {self.bounds}, and "
                "not on them"
            )
        if self.true is not None and not self.allows(self.true):
            raise ProblemError(f"Unknown: true = {self.true:g} lies outside {self.bounds}")

    def __repr__(self) -> str:
        given = {"low": self.low, "high": self.high}
        bounds = "".join(f", {name}={v:g}" for name, v in given.items() if v is not None)
        unit = "" if self.unit == "-" else f", unit={self.unit!r}"
        return f"Unknown(start={self.start:g}{bounds}{unit})"

    @property
    def bounds(self) -> str:
        """Its bounds, for people."""
        low = "-inf" if self.low is None else f"{self.low:g}"
        high = "inf" if self.high is None else f"{self.high:g}"
        return f"({low}, {high})"

    @property
    def likely(self) -> float:
        """What it is likely to be [unit], before training: the true value where that is known."""
        return self.start if self.true is None else self.true

    def numbers(self) -> Tensor:
        """Start and bounds, infinite where there is none, (3,)."""
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        return torch.tensor([self.start, low, high], dtype=torch.float64)

    def of_free(self, free: Tensor) -> Tensor:
        """Value [unit] for a free number p, of any shape."""
        if self.low is not None and self.high is not None:
            return self.low + (self.high - self.low) * torch.sigmoid(free)
        if self.low is not None:
            return self.low + (self.start - self.low) * torch.exp(free)
        if self.high is not None:
            return self.high - (self.high - self.start) * torch.exp(free)
        return self.start + (abs(self.start) or 1.0) * free

    def allows(self, value: float) -> bool:
        """Whether a value [unit] lies between the bounds, and not on one."""
        is_above = self.low is None or value > self.low
        return is_above and (self.high is None or value < self.high)

    def to_free(self, value: float) -> float:
        """Free number p that has a value [unit].

        Args:
            value: Between the bounds.

        Returns:
            p.

        Raises:
            ProblemError: If it is not.
        """
        if not self.allows(value):
            raise ProblemError(f"{value:g} lies outside the bounds {self.bounds}")
        if self.low is not None and self.high is not None:
            return math.log((value - self.low) / (self.high - value))
        if self.low is not None:
            return math.log((value - self.low) / (self.start - self.low))
        if self.high is not None:
            return math.log((self.high - value) / (self.high - self.start))
        return (value - self.start) / (abs(self.start) or 1.0)

    def inside(self, value: float) -> float:
        """Find a value between the bounds in place of one that was rounded onto a bound.

        Args:
            value: Of a run [unit].

        Returns:
            The value, or what `_NEAR` as a free number stands for.
        """
        near = torch.tensor(-_NEAR, dtype=torch.float64)
        if value == self.low:
            return float(self.of_free(near))
        if value == self.high:
            return float(self.of_free(near if self.low is None else -near))
        return value

    def tensor(self) -> Tensor:
        """Present value, 0-d: where a problem is evaluated that which is trained, else `start`."""
        lookup = _LOOKUP.get()
        if lookup is None:
            return torch.tensor(self.start, dtype=torch.float64)
        return lookup(self)

    def __float__(self) -> float:
        return float(self.tensor().detach())

    def __getattr__(self, name: str) -> Any:  # what a tensor can: D.sqrt(), D.exp()
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.tensor(), name)

    @classmethod
    def __torch_function__(
        cls,
        function: Callable[..., Any],
        types: object,
        arguments: tuple[Any, ...] = (),
        options: Mapping[str, Any] | None = None,
    ) -> Any:
        """Let functions of torch take its value."""
        named = {name: _plain(value) for name, value in (options or {}).items()}
        return function(*map(_plain, arguments), **named)

    def __neg__(self) -> Tensor:
        return -self.tensor()

    def __pos__(self) -> Tensor:
        return self.tensor()

    def __abs__(self) -> Tensor:
        return self.tensor().abs()

    def __add__(self, other: Any) -> Tensor:
        return operator.add(self.tensor(), _plain(other))

    def __radd__(self, other: Any) -> Tensor:
        return operator.add(_plain(other), self.tensor())

    def __sub__(self, other: Any) -> Tensor:
        return operator.sub(self.tensor(), _plain(other))

    def __rsub__(self, other: Any) -> Tensor:
        return operator.sub(_plain(other), self.tensor())

    def __mul__(self, other: Any) -> Tensor:
        return operator.mul(self.tensor(), _plain(other))

    def __rmul__(self, other: Any) -> Tensor:
        return operator.mul(_plain(other), self.tensor())

    def __truediv__(self, other: Any) -> Tensor:
        return operator.truediv(self.tensor(), _plain(other))

    def __rtruediv__(self, other: Any) -> Tensor:
        return operator.truediv(_plain(other), self.tensor())

    def __pow__(self, other: Any) -> Tensor:
        return operator.pow(self.tensor(), _plain(other))

    def __rpow__(self, other: Any) -> Tensor:
        return operator.pow(_plain(other), self.tensor())


def as_unknown(name: str, value: object) -> object:
    """Turn a trainable number into an `Unknown`; anything else stays as it is.

    Args:
        name: What messages call it.
        value: An attribute of a problem.

    Returns:
        The attribute.

    Raises:
        ProblemError: If it is a trainable tensor of several numbers.
    """
    if not isinstance(value, nn.Parameter):
        return value
    if value.numel() != 1 or not value.is_floating_point():
        raise ProblemError(
            f"{name!r} is a trainable tensor of shape {tuple(value.shape)}; state each of its "
            f"numbers by itself, such as self.{name}_1 = Unknown(start=1.0)"
        )
    return Unknown(float(value.detach()))


def find_unknowns(problem: object) -> dict[str, Unknown]:
    """Find the unknown numbers among the attributes of a problem, by name."""
    return attributes_of(problem, Unknown)


@contextmanager
def looked_up(lookup: Lookup) -> Iterator[None]:
    """Let unknown numbers be the values of a function within the block."""
    token = _LOOKUP.set(lookup)
    try:
        yield
    finally:
        _LOOKUP.reset(token)


def _plain(value: Any) -> Any:
    """The present value in place of an unknown number, also inside lists and tuples."""
    if isinstance(value, Unknown):
        return value.tensor()
    if isinstance(value, list | tuple) and any(isinstance(part, Unknown) for part in value):
        return type(value)(_plain(part) for part in value)
    return value
