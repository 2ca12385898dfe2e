"""Jets of functions without trained parameters, such as constraints."""

from collections.abc import Callable

import torch
from torch import Tensor

from pinn_metakan.derivatives.autograd import evaluate_by_autograd
from pinn_metakan.derivatives.taylor import JetSpace


def constant_jets(
    function: Callable[[Tensor], Tensor], count: int, points: Tensor, space: JetSpace
) -> Tensor:
    """Differentiate a function by `torch.autograd`.

    Args:
        function: Takes points (N, d), returns (N, count).
        count: Number of its outputs.
        points: Shape (N, d).
        space: Which derivatives are carried.

    Returns:
        Its jets, shape (J, N, count), without a graph.
    """
    asked = [quantity for k in range(count) for quantity in space.quantities(k)]
    values = evaluate_by_autograd(function, points, asked)
    columns = [torch.stack([values[q] for q in space.quantities(k)]) for k in range(count)]
    return torch.stack(columns, dim=2).detach()
