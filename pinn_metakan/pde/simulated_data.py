"""Data that a problem makes itself: its reference at random points, with normal noise."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from pinn_metakan.geometry.domain import Domain
from pinn_metakan.pde.observed import Observed

#: Draws of as many points as are asked for; fewer than one in so many lie in no domain.
_MOST_DRAWS = 1000


def simulated_data(
    reference: Callable[[Tensor], Mapping[str, Tensor]],
    domain: Domain,
    *unknowns: str,
    count: int,
    noise: float = 0.0,
    largest: float = 1.0,
    seed: int = 0,
) -> Observed:
    r"""Values of a known solution at random points of the domain, as they would be measured.

    .. math:: u_i = u(x_i) + \sigma e_i, \qquad \sigma = \text{noise} \cdot \text{largest},
        \quad e_i \sim N(0, 1)

    The same seed gives the same points, whatever the noise is.

    Args:
        reference: Takes points (N, d), returns (N,) for each unknown; as `Problem.reference`.
        domain: The points are spread evenly over it.
        *unknowns: Names of what is measured.
        count: How many points.
        noise: Standard deviation of the noise [-], as part of `largest`.
        largest: Largest absolute value of the unknowns [unit of the unknowns].
        seed: Seed of points and noise.

    Returns:
        The condition; without noise it has no sigma, so that the values are taken as exact.

    Raises:
        ValueError: If the count is not positive, the noise is negative, nothing is measured, or
            hardly any point of the bounds of the domain lies in it.

    >>> from pinn_metakan.geometry.box import Interval
    >>> simulated_data(lambda x: {"u": x[:, 0] ** 2}, Interval(0, 1), "u", count=5, noise=0.1)
    Observed(u=<5 values>, sigma=0.1)
    """
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise ValueError(f"simulated_data: count must be a number from 1 on, got {count!r}")
    if not 0 <= noise < math.inf:
        raise ValueError(f"simulated_data: noise must be 0 or positive, got {noise!r}")
    if not unknowns:
        raise ValueError("simulated_data: name what is measured, such as 'u'")
    generator = torch.Generator().manual_seed(seed)
    points = _drawn(domain, count, generator)
    exact = reference(points)
    sigma = noise * largest
    values: dict[str, Any] = {}  # mypy takes them for the other arguments of Observed
    for name in unknowns:
        error = sigma * torch.randn(count, generator=generator, dtype=torch.float64)
        values[name] = exact[name] + error
    return Observed(points, sigma=sigma or None, **values)


def _drawn(domain: Domain, count: int, generator: torch.Generator) -> Tensor:
    """Points that are spread evenly over a domain, (count, d)."""
    low, high = torch.tensor(domain.bounds, dtype=torch.float64).unbind(1)  # (d,) each
    kept: list[Tensor] = []
    for _ in range(_MOST_DRAWS):
        unit = torch.rand(count, len(low), generator=generator, dtype=torch.float64)
        points = low + (high - low) * unit
        kept.append(points[domain.contains(points)])
        if sum(map(len, kept)) >= count:
            return torch.cat(kept)[:count]
    raise ValueError(f"simulated_data: hardly any point of the bounds lies in {domain!r}")
