"""Ranges of the arguments of unknown functions: given, of a coordinate, or of the data."""

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from pinn_metakan.derivatives.law import Law
from pinn_metakan.derivatives.request import Coordinate, Derivative, Laplacian, Variables
from pinn_metakan.errors import ProblemError
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.pde.condition import Condition
from pinn_metakan.pde.true_function import true_values
from pinn_metakan.pde.unknown_function import UnknownFunction

#: What a range goes on beyond the data on both sides, as part of its length
#: (docs/decisions/0045-unknown-functions.md).
_BEYOND = 0.05
#: Places that a true function is tried at.
_TRIED = 33


def laws_of(
    functions: Mapping[str, UnknownFunction],
    variables: Variables,
    domain: Domain,
    conditions: Mapping[str, Condition],
) -> dict[str, Law]:
    """Find the ranges of all arguments and make the laws.

    Args:
        functions: Unknown functions of a problem by name.
        variables: What names of arguments mean.
        domain: It has the ranges of coordinates.
        conditions: Those that are data have the ranges of unknowns.

    Returns:
        The laws by name.

    Raises:
        ProblemError: If an argument is no coordinate, unknown or derivative, or its range is not
            known or has nothing to do with the data, or a true function cannot be evaluated there.
    """
    laws = {}
    for name, function in functions.items():
        label = f"the unknown function {name}({', '.join(function.of)})"
        ranges = [
            _range(label, argument, (low, high), variables, domain, conditions)
            for argument, low, high in zip(function.of, function.low, function.high, strict=True)
        ]
        true = _checked(label, function)
        if true is not None:
            _refuse_true(true, ranges)
        laws[name] = function.law(ranges, true)
    return laws


def _checked(label: str, function: UnknownFunction) -> Callable[..., Tensor] | None:
    """The true function, whose values are checked; None where it is not known."""
    if function.true is None:
        return None

    def true(*arguments: Tensor) -> Tensor:
        values = true_values(function, arguments, f"{label}: true")
        assert values is not None, "it is known"
        return values

    return true


def _refuse_true(true: Callable[..., Tensor], ranges: Sequence[tuple[float, float]]) -> None:
    """Refuse a true function that cannot be evaluated on the ranges."""
    unit = torch.quasirandom.SobolEngine(len(ranges)).draw(_TRIED).double()
    unit = torch.cat([unit, torch.zeros_like(unit[:1]), torch.ones_like(unit[:1])])
    low, high = torch.tensor(ranges, dtype=torch.float64).unbind(1)
    true(*(low + unit * (high - low)).unbind(1))


def _range(
    label: str,
    argument: str,
    given: tuple[float | None, float | None],
    variables: Variables,
    domain: Domain,
    conditions: Mapping[str, Condition],
) -> tuple[float, float]:
    try:
        quantity = variables.parse(argument)
    except (LookupError, ValueError) as error:
        raise ProblemError(f"{label}: {error}") from None
    low, high = given
    match quantity:
        case Coordinate(columns, is_vector):
            if is_vector:
                raise ProblemError(f"{label}: {argument!r} is a vector; name its components")
            found = domain.bounds[columns[0]]
        case Derivative() | Laplacian():
            given_data = [c.observed() for c in conditions.values() if isinstance(c, Condition)]
            data = [values[argument] for values in given_data if argument in values]
            if not data and (low is None or high is None):
                raise ProblemError(
                    f"{label}: its range is not known, as there are no data of {argument!r}; give "
                    "low= and high=, or data as Observed(points, ...)"
                )
            if not data:
                assert low is not None
                assert high is not None
                return low, high
            found = _of_data(data)
            _refuse_outside(label, argument, given, found)
        case _:
            raise ProblemError(
                f"{label}: {argument!r} cannot be an argument; take a coordinate, an unknown or a "
                "derivative"
            )
    ends = (found[0] if low is None else low, found[1] if high is None else high)
    if not ends[0] < ends[1]:
        raise ProblemError(
            f"{label}: its range in {argument!r} is empty, {ends[0]:g} to {ends[1]:g}; give low= "
            "and high="
        )
    return ends


def _of_data(data: list[Tensor]) -> tuple[float, float]:
    low = min(float(values.min()) for values in data)
    high = max(float(values.max()) for values in data)
    beyond = _BEYOND * (high - low)
    return low - beyond, high + beyond


def _refuse_outside(
    label: str,
    argument: str,
    given: tuple[float | None, float | None],
    data: tuple[float, float],
) -> None:
    low, high = given
    is_above = low is not None and low >= data[1]
    if is_above or (high is not None and high <= data[0]):
        ends = ", ".join(
            f"{what} = {end:g}" for what, end in (("low", low), ("high", high)) if end is not None
        )
        raise ProblemError(
            f"{label}: {ends} leaves out all data of {argument!r}, which lie from {data[0]:.4g} to "
            f"{data[1]:.4g}"
        )
