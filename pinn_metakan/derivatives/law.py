"""A law: a function of quantities that is known but for its coefficients."""

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence

from torch import Tensor

#: ``k(u)``, ``k'(u)``, ``f(x, t)``: name, primes, arguments.
_CALL = re.compile(r"\s*(\w+)('*)\(([^()]*)\)\s*")


class Law(ABC):
    """A function of several arguments with trained coefficients.

    Attributes:
        of: Names of the arguments.
        ranges: Lowest and highest value of each argument [its unit].
        first: Coefficients before training.
        likely: Coefficients that stand for it where none are trained, such as those of the true
            function where the problem states it.
    """

    of: tuple[str, ...]
    ranges: tuple[tuple[float, float], ...]
    first: tuple[float, ...]
    likely: tuple[float, ...]

    @abstractmethod
    def derivative(
        self, coefficients: Tensor, arguments: Sequence[Tensor], axes: tuple[int, ...] = ()
    ) -> Tensor:
        """Evaluate the function or a partial derivative of it.

        Args:
            coefficients: Shape (K,).
            arguments: One tensor (N,) for each argument [its unit].
            axes: Numbers of the arguments that it is differentiated in; none for the value.

        Returns:
            Shape (N,); it can be differentiated in coefficients and arguments.
        """


def is_call(name: str) -> bool:
    """Whether a name asks for a function, as ``k(u)`` does."""
    return "(" in name


def parse_call(name: str) -> tuple[str, int, tuple[str, ...]]:
    """Read the call of a function.

    Args:
        name: Such as ``k(u)`` or ``k'(u)``.

    Returns:
        Name of the function, order of the derivative, names of the arguments.

    Raises:
        LookupError: If it is no such call.

    >>> parse_call("k''(u)")
    ('k', 2, ('u',))
    """
    match = _CALL.fullmatch(name)
    if match is None:
        raise LookupError(f"{name!r} cannot be read; a function is asked for as k(u) or k'(u)")
    arguments = tuple(argument.strip() for argument in match[3].split(","))
    return match[1], len(match[2]), arguments
