"""Whether the value of a function at a point depends on the other points it is evaluated with."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

#: Two evaluations that differ by more than this, relative to their largest number, are different:
#: rounding makes much smaller differences, and the influence of other points much larger ones
#: (docs/decisions/0016-scales.md).
_AGREEMENT = 1e-6

#: Evaluates a function at a part of its points: named tensors (N,).
EvaluateAt = Callable[[slice], Mapping[str, Tensor]]


def first_difference(found: Mapping[str, Tensor], expected: Mapping[str, Tensor]) -> str | None:
    """Name a value that differs from what is expected by more than rounding; None if none does.

    Args:
        found: Named tensors (N,).
        expected: What they should be.

    Returns:
        Its name. NaN equals NaN.
    """
    for name, values in expected.items():
        scale = float(values.abs().nan_to_num(0.0, 0.0, 0.0).max()) if len(values) else 0.0
        if not torch.allclose(
            found[name], values, rtol=_AGREEMENT, atol=_AGREEMENT * scale, equal_nan=True
        ):
            return name
    return None


def first_coupled(evaluate: EvaluateAt, whole: Mapping[str, Tensor]) -> str | None:
    """Name a value that changes at some points where another point is left out; None if none does.

    Args:
        evaluate: Evaluates the function at a part of its points.
        whole: Its values at all of them, (N,) each.

    Returns:
        The name of a value that is a mean, a sum or a maximum over the points, or random.
    """
    for part in (slice(1, None), slice(None, -1)):
        kept = {name: values[part] for name, values in whole.items()}
        name = first_difference(evaluate(part), kept)
        if name is not None:
            return name
    return None
