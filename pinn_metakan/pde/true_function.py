"""The true function that a problem states for an unknown one, evaluated and checked."""

from collections.abc import Sequence

import torch
from torch import Tensor

from pinn_metakan.errors import ProblemError
from pinn_metakan.pde.unknown_function import UnknownFunction
from pinn_metakan.pde.user_code import call_user

#: What a monotone function may go the wrong way by, as part of its largest value.
_ROUNDING = 1e-12


def true_values(
    function: UnknownFunction, arguments: Sequence[Tensor], label: str
) -> Tensor | None:
    """Evaluate the true function of an unknown one.

    Args:
        function: The unknown function.
        arguments: One tensor (N,) for each argument [its unit].
        label: What messages call it.

    Returns:
        Shape (N,) [unit]; None where it is not known.

    Raises:
        ProblemError: If it fails, or gives something else than N finite numbers, above 0 for a
            positive function.
    """
    if function.true is None:
        return None
    values = call_user(function.true, arguments, label)
    of = ", ".join(function.of)
    if isinstance(values, int | float) and not isinstance(values, bool):
        values = torch.tensor(float(values), dtype=torch.float64)
    shape = arguments[0].shape
    if not isinstance(values, Tensor) or values.shape not in ((), shape):
        got = tuple(values.shape) if isinstance(values, Tensor) else repr(values)
        raise ProblemError(
            f"{label} must give a tensor of shape {tuple(shape)}, one value for each {of}; "
            f"got {got}"
        )
    values = values.detach().to(arguments[0]).expand(shape)
    if not torch.isfinite(values).all():
        where = ", ".join(f"{float(a[~torch.isfinite(values)][0]):.4g}" for a in arguments)
        raise ProblemError(
            f"{label} is not finite at {of} = {where}; give low= and high= within which it is"
        )
    if function.positive and not (values > 0).all():
        where = ", ".join(f"{float(a[values <= 0][0]):.4g}" for a in arguments)
        raise ProblemError(
            f"{label} is {float(values[values <= 0][0]):.4g} at {of} = {where}, but "
            "positive=True; leave that out, or state a function above 0"
        )
    if len(arguments) == 1 and function.trend:
        _refuse_other_trend(function, arguments[0], values, label)
    return values


def _refuse_other_trend(
    function: UnknownFunction, argument: Tensor, values: Tensor, label: str
) -> None:
    """Refuse the values of a function that is said to be monotone and is not."""
    places, order = argument.sort()
    rises = function.trend * values[order].diff()
    wrong = rises < -_ROUNDING * float(values.abs().max())
    if wrong.any():
        first = int(wrong.nonzero()[0])
        falls, said = ("falls", "increasing") if function.trend > 0 else ("rises", "decreasing")
        raise ProblemError(
            f"{label} {falls} from {function.of[0]} = {float(places[first]):.4g} to "
            f"{float(places[first + 1]):.4g}, but monotone={said!r}; leave that out, or state "
            "another function"
        )
