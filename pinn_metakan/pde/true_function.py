"""The true function that a problem states for an unknown one, evaluated and checked."""

from collections.abc import Sequence

import torch
from torch import Tensor

from pinn_metakan.errors import ProblemError
from pinn_metakan.pde.unknown_function import UnknownFunction
from pinn_metakan.pde.user_code import call_user


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
    return values
