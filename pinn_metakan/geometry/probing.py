"""What is found out about a domain by asking which points it contains."""

from collections.abc import Callable, Sequence

import torch
from torch import Generator, Tensor

from pinn_metakan.geometry.sequences import draw_unit

#: Points in the bounds that a volume is estimated by (docs/decisions/0020-integrals.md).
_VOLUME_POINTS = 2**16

Contains = Callable[[Tensor], Tensor]


def size_of(bounds: Sequence[tuple[float, float]]) -> float:
    """The longest side of bounds."""
    return max(high - low for low, high in bounds)


def estimated_volume(contains: Contains, bounds: Sequence[tuple[float, float]]) -> float:
    """Estimate a volume by the share of points in the bounds that are inside."""
    unit = draw_unit("sobol", _VOLUME_POINTS, len(bounds), Generator().manual_seed(0))
    low, high = torch.tensor(bounds, dtype=unit.dtype).T
    share = contains(low + unit * (high - low)).double().mean()
    return float(share * (high - low).prod())


def surrounded(contains: Contains, points: Tensor, step: float) -> Tensor:
    """Tell which points have only points that lie in a domain around them.

    Args:
        contains: Whether points (N, d) lie in it.
        points: Shape (N, d).
        step: How far around.

    Returns:
        Booleans (N,).
    """
    signs = torch.cartesian_prod(*[torch.tensor([-1.0, 0.0, 1.0])] * points.shape[1])
    is_inside = torch.ones(len(points), dtype=torch.bool, device=points.device)
    for sign in signs.view(-1, points.shape[1]).to(points):
        is_inside = is_inside & contains(points + step * sign)
    return is_inside
