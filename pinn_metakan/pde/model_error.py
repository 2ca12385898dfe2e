"""How exactly an equation holds: the error of the model, as a user states it."""

import math
from collections.abc import Collection, Mapping

from pinn_metakan.derivatives.request import Variables
from pinn_metakan.errors import ProblemError
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.pde.stated import finite_number


class ModelError:
    r"""An equation that holds up to an error of known size: F = e, in place of F = 0.

    The error e has the standard deviation sigma at each point. A standard deviation alone says
    nothing of a continuous residual, as an error of both signs averages out; it needs lengths over
    which the error keeps its value. The domain, of volume V, is thought of as N cells of these
    lengths, in each of which e is another number, and the equation adds

    .. math:: \chi_F^2 = N \, \langle F^2 \rangle / \sigma^2, \qquad N = V / \prod_k l_k

    to the chi-square of the data. For a stationary error of the correlation rho(h), the length that
    stands for it is the integral of rho over all h, of both signs: 2.5 times the standard deviation
    of a Gaussian, twice the decay length of an exponential.

    Args:
        sigma: Standard deviation of e [unit of the residual].
        **lengths: By coordinate the length over which e keeps its value [unit of the coordinate];
            the whole range of a coordinate that is not given, which allows most.

    Raises:
        ProblemError: If a number is not positive and finite.

    >>> ModelError(0.05, x=0.1, t=0.2)
    ModelError(0.05, x=0.1, t=0.2)
    """

    def __init__(self, sigma: float, /, **lengths: float):
        self.sigma = _positive("sigma", sigma)
        self.lengths = {name: _positive(name, length) for name, length in lengths.items()}

    def __repr__(self) -> str:
        lengths = "".join(f", {name}={length:g}" for name, length in self.lengths.items())
        return f"ModelError({self.sigma:g}{lengths})"

    def cells(self, variables: Variables, domain: Domain) -> float:
        """Number N of cells of the domain with errors of their own, at least 1 [-].

        Args:
            variables: Names of the coordinates.
            domain: Where the equation holds.

        Returns:
            N.

        Raises:
            ValueError: If a length belongs to no coordinate.
        """
        names = variables.column_names()
        ranges = dict(zip(names, domain.bounds, strict=True))
        count = domain.volume / math.prod(high - low for low, high in ranges.values())
        for name, length in self.lengths.items():
            if name not in ranges:
                raise ValueError(
                    f"a length over {name!r}, which is no coordinate; there are {', '.join(names)}"
                )
            low, high = ranges[name]
            count *= max((high - low) / length, 1.0)
        return max(count, 1.0)


def stated_errors(
    stated: object,
    equations: Collection[str],
    has_noise: bool,
    variables: Variables,
    domain: Domain,
) -> dict[str, ModelError]:
    """Check the model errors of a problem.

    Args:
        stated: Its ``model_errors``: by equation a standard deviation, or a `ModelError`.
        equations: Names of its equations.
        has_noise: Whether it has data with a known sigma.
        variables: Names of the coordinates.
        domain: Where the equations hold.

    Returns:
        The errors by equation.

    Raises:
        ProblemError: If an equation is not known, a number is not positive, or there are no data
            that the errors could count beside.
    """
    if not isinstance(stated, Mapping):
        raise ProblemError("model_errors must be a dict such as {'heat': 0.05}")
    found = {}
    for term, error in stated.items():
        if term not in equations:
            known = ", ".join(equations)
            raise ProblemError(f"model_errors: {term!r} is no equation; there are {known}")
        try:
            found[term] = error if isinstance(error, ModelError) else ModelError(error)
            found[term].cells(variables, domain)
        except (ProblemError, ValueError) as wrong:
            raise ProblemError(f"model_errors: {term!r}: {wrong}") from wrong
    if found and not has_noise:
        raise ProblemError(
            "model_errors count beside data whose sigma is known, and this problem has none; give "
            "Observed(points, ..., sigma=...), or leave model_errors out"
        )
    return found


def _positive(what: str, value: object) -> float:
    number = finite_number(f"ModelError: {what}", value)
    if number <= 0:
        raise ProblemError(f"ModelError: {what} must be positive, got {number:g}")
    return number
