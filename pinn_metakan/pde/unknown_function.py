"""An unknown function inside a problem, such as a conductivity k(u) that data shall tell."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal

import torch
from torch import Tensor

from pinn_metakan.derivatives.law import Law
from pinn_metakan.errors import ProblemError
from pinn_metakan.families.family import Family
from pinn_metakan.families.table import family_maker
from pinn_metakan.pde.labels import refuse_label
from pinn_metakan.pde.law_edges import LawEdges, Monotone, OfFamily, Polynomials
from pinn_metakan.pde.small_kan import SmallKAN
from pinn_metakan.pde.stated import attributes_of, finite_number

#: Tells how an unknown function is evaluated now: the law and its coefficients.
Lookup = Callable[["UnknownFunction"], tuple[Law, Tensor]]
_LOOKUP: ContextVar[Lookup | None] = ContextVar("lookup of functions", default=None)
#: The name of a family of plain polynomials, beside those of networks.
_POLYNOMIALS = "chebyshev"
#: What `monotone` is for each trend.
_TRENDS = {1: "increasing", -1: "decreasing"}
#: Width of the hidden layer of a function of several arguments
#: (docs/decisions/0045-unknown-functions.md).
_HIDDEN = 4


class UnknownFunction:
    r"""A function that is trained with the field: ``self.k = UnknownFunction("u", positive=True)``.

    Stated as an attribute of a problem, it is called in the residual, in conditions and in data,
    ``self.k(u)`` and ``self.k.derivative(u)``, or by name, ``jet("k(u)", "k'(u)")``. It is a small
    KAN; that of one argument is one edge function,

    .. math:: f(u) = S \Big(b + \sum_{k=1}^n c_k T_k(s)\Big), \qquad
        s = \frac{2 (u - \text{low})}{\text{high} - \text{low}} - 1,

    with Chebyshev polynomials; S is the size of the start. Beyond the range this one goes on
    straight (positive ones as the exponential of a straight line). A monotone one has the slope

    .. math:: f'(u) = \pm S \Big(\sum_{k=0}^{n-1} c_k T_k(s)\Big)^2 \frac{ds}{du},

    and begins as a straight line that rises by S, or by a factor of e if it is positive.

    Args:
        of: Its argument, or a tuple of several: names of coordinates, unknowns or derivatives.
        start: Its value before training [unit], the same everywhere (monotone: in the middle).
        low: Lowest value of each argument [its unit]; None for that of the coordinate or the data.
        high: Highest value of each.
        degree: Degree n of the polynomials, for several arguments of each edge.
        widths: Widths of hidden layers; none for one argument, one layer of 4 for several.
        family: Edge functions: ``"chebyshev"`` polynomials, or a family that networks have.
        positive: Whether it is the exponential of the above, and so above 0.
        monotone: ``"increasing"`` (or True) or ``"decreasing"``, in each argument; False for any.
        unit: Its unit, "-" (dimensionless) unless given.
        true: The true function of tensors (N,), for figures and errors; it is never trained on.

    Raises:
        ProblemError: If something of this cannot be.
    """

    def __init__(
        self,
        of: str | tuple[str, ...],
        start: float = 1.0,
        low: float | Sequence[float] | None = None,
        high: float | Sequence[float] | None = None,
        degree: int = 6,
        widths: Sequence[int] | None = None,
        family: str = _POLYNOMIALS,
        positive: bool = False,
        monotone: bool | Literal["increasing", "decreasing"] = False,
        unit: str = "-",
        true: Callable[..., Tensor] | None = None,
    ):
        self.of = (of,) if isinstance(of, str) else tuple(of)
        if not self.of or not all(isinstance(name, str) for name in self.of):
            raise ProblemError(f"UnknownFunction: of must be names such as 'u', got {of!r}")
        self.start = finite_number("UnknownFunction: start", start)
        self.low, self.high = self._ends("low", low), self._ends("high", high)
        for name, first, last in zip(self.of, self.low, self.high, strict=True):
            if first is not None and last is not None and not first < last:
                raise ProblemError(
                    f"UnknownFunction: low must be below high, got {first:g} and {last:g} for "
                    f"{name!r}"
                )
        if isinstance(degree, bool) or not isinstance(degree, int) or degree < 1:
            raise ProblemError(f"UnknownFunction: degree must be a number from 1 on, got {degree}")
        self.degree = degree
        several = () if len(self.of) == 1 else (_HIDDEN,)
        self.widths = several if widths is None else tuple(widths)
        if not all(isinstance(width, int) and width > 0 for width in self.widths):
            raise ProblemError(
                f"UnknownFunction: widths must be positive numbers, got {list(self.widths)}"
            )
        if positive and self.start <= 0:
            raise ProblemError(
                f"UnknownFunction: a positive function needs a start above 0, got {self.start:g}"
            )
        if true is not None and not callable(true):
            raise ProblemError(f"UnknownFunction: true must be a function, got {true!r}")
        refuse_label("UnknownFunction: unit", unit)
        self.positive, self.unit, self.true = positive, unit, true
        if not (isinstance(monotone, bool) or monotone in ("increasing", "decreasing")):
            raise ProblemError(
                "UnknownFunction: monotone must be True, False, 'increasing' or 'decreasing', got "
                f"{monotone!r}"
            )
        #: 1 where it increases in each argument, -1 where it decreases, 0 for any.
        self.trend = 0 if monotone is False else -1 if monotone == "decreasing" else 1
        self.family_name = family
        self._edges = self._made_edges(family)

    def __repr__(self) -> str:
        names = self.of[0] if len(self.of) == 1 else self.of
        more = ", positive=True" if self.positive else ""
        more += f", monotone={_TRENDS[self.trend]!r}" if self.trend else ""
        return f"UnknownFunction({names!r}, start={self.start:g}, degree={self.degree}{more})"

    def __call__(self, *arguments: Tensor) -> Tensor:
        """Evaluate it.

        Args:
            *arguments: One tensor (N,) for each argument [its unit].

        Returns:
            Shape (N,) [unit].
        """
        return self._evaluated(arguments, ())

    def derivative(self, *arguments: Tensor, along: str | None = None, order: int = 1) -> Tensor:
        """Evaluate a derivative of it.

        Args:
            *arguments: One tensor (N,) for each argument [its unit].
            along: Name of the argument that it is differentiated in; the first unless given.
            order: Of the derivative, 1 to 3.

        Returns:
            Shape (N,) [unit over that of the argument].

        Raises:
            ProblemError: If there is no such argument or order.
        """
        name = self.of[0] if along is None else along
        if name not in self.of:
            raise ProblemError(f"{self!r}: along must be one of {', '.join(self.of)}, got {name!r}")
        if order not in (1, 2, 3):
            raise ProblemError(f"{self!r}: order must be 1, 2 or 3, got {order!r}")
        return self._evaluated(arguments, (self.of.index(name),) * order)

    @property
    def is_straight_beyond(self) -> bool:
        """Whether it, or the logarithm of a positive one, goes on straight beyond its range."""
        is_polynomial = self.family_name == _POLYNOMIALS
        return len(self.of) == 1 and not self.widths and is_polynomial

    def law(
        self,
        ranges: Sequence[tuple[float, float]],
        true: Callable[..., Tensor] | None = None,
    ) -> Law:
        """Make its small KAN.

        Args:
            ranges: Lowest and highest value of each argument [its unit].
            true: Evaluates `true` and checks what it gives; None if it is not known.

        Returns:
            The law.
        """
        size = abs(self.start) or 1.0
        return SmallKAN(
            self.of, ranges, self.widths, self._edges, size, self.positive, self.start, true
        )  # fmt: skip

    def numbers(self, law: Law) -> Tensor:
        """What tells it from others, float64.

        Args:
            law: What it is made of.

        Returns:
            Start, degree, positivity, widths, ranges, the trend of a monotone one, and the code
            points of the names of the arguments and of the family.
        """
        facts = [self.start, self.degree, float(self.positive), *self.widths]
        facts += [self.trend] if self.trend else []
        facts += [end for ends in law.ranges for end in ends]
        facts += map(ord, ",".join((*self.of, self.family_name)))
        return torch.tensor(facts, dtype=torch.float64)

    def _evaluated(self, arguments: tuple[Tensor, ...], axes: tuple[int, ...]) -> Tensor:
        lookup = _LOOKUP.get()
        if lookup is None:
            raise ProblemError(
                f"{self!r} has values only where a residual, a condition or data are evaluated; "
                "a solution has it as solution.functions['name']"
            )
        if len(arguments) != len(self.of):
            raise ProblemError(
                f"{self!r} has {len(self.of)} arguments, {', '.join(self.of)}; got {len(arguments)}"
            )
        for argument in arguments:
            if not isinstance(argument, Tensor):
                raise ProblemError(f"{self!r} is called with tensors (N,), got {argument!r}")
        law, coefficients = lookup(self)
        values = torch.broadcast_tensors(*arguments)
        return law.derivative(coefficients, values, axes).reshape(values[0].shape)

    def _ends(self, what: str, given: float | Sequence[float] | None) -> tuple[float | None, ...]:
        if given is None:
            return (None,) * len(self.of)
        ends = tuple(given) if isinstance(given, Sequence) else (given,)
        if len(ends) != len(self.of):
            raise ProblemError(
                f"UnknownFunction: {what} must have one value for each of {', '.join(self.of)}, "
                f"got {given!r}"
            )
        return tuple(finite_number(f"UnknownFunction: {what}", end) for end in ends)

    def _made_edges(self, name: str) -> LawEdges:
        if name == _POLYNOMIALS:
            return Monotone(self.degree, self.trend) if self.trend else Polynomials(self.degree)
        if self.trend:
            raise ProblemError(
                f"UnknownFunction: a monotone function is made of {_POLYNOMIALS!r}, got family "
                f"{name!r}"
            )
        try:
            family = family_maker(name, {})()
        except LookupError as error:
            raise ProblemError(f"UnknownFunction: {error}") from None
        if not isinstance(family, Family):
            raise ProblemError(
                f"UnknownFunction: {name!r} is not linear in its coefficients; take another family"
            )
        return OfFamily(family.double())


def find_functions(problem: object) -> dict[str, UnknownFunction]:
    """Find the unknown functions among the attributes of a problem, by name."""
    return attributes_of(problem, UnknownFunction)


@contextmanager
def functions_looked_up(lookup: Lookup) -> Iterator[None]:
    """Let unknown functions be evaluated as a lookup tells within the block."""
    token = _LOOKUP.set(lookup)
    try:
        yield
    finally:
        _LOOKUP.reset(token)


def lookup_by_name(
    functions: Mapping[str, UnknownFunction],
    laws: Mapping[str, Law],
    coefficients: Callable[[str], Tensor],
) -> Lookup:
    """A lookup that finds functions of a problem by their names.

    Args:
        functions: By name.
        laws: By name.
        coefficients: Gives those of a name, (K,).

    Returns:
        The lookup; it refuses functions that are no attributes of the problem.
    """
    names = {id(function): name for name, function in functions.items()}

    def lookup(function: UnknownFunction) -> tuple[Law, Tensor]:
        if id(function) not in names:
            raise ProblemError(
                f"{function!r} is no attribute of the problem, so that nothing trains it; state it "
                "in the constructor, such as self.k = UnknownFunction('u')"
            )
        name = names[id(function)]
        return laws[name], coefficients(name)

    return lookup
