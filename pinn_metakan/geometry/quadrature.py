r"""Quadrature over a domain: nodes x_q and weights w_q with \int f dx = sum_q w_q f(x_q), about."""

import math
from itertools import combinations_with_replacement

import numpy as np
import torch
from torch import Generator, Tensor

from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.sampling import sample_interior

# All of these: docs/decisions/0020-integrals.md.
#: Nodes of a rule, at most, and of a rule along one coordinate.
_NODES, _NODES_PER_AXIS = 512, 128
#: Coordinates of a box up to which the rule is a product of Gauss-Legendre rules.
_PRODUCT_AXES = 3
#: Polynomials that other rules integrate as well as so many points do.
_MOMENTS, _MOMENT_POINTS = 70, 2**14


def quadrature_rule(domain: Domain) -> tuple[Tensor, Tensor]:
    """Make the rule of a domain: always the same one.

    Args:
        domain: The domain, without time.

    Returns:
        Nodes (Q, d) and weights (Q,) [unit of volume], float64: products of Gauss-Legendre rules
        on a box of at most three coordinates; elsewhere a Sobol sequence inside.

    Raises:
        ValueError: If points of the domain cannot be drawn, or its volume is not known.
    """
    if domain.is_bounded_by_faces and domain.dimension <= _PRODUCT_AXES:
        return _product_rule(domain)
    volume = domain.volume
    if not 0 < volume < math.inf:
        raise ValueError(f"the volume of {domain!r} must be above 0 and finite, got {volume!r}")
    return _scattered_rule(domain, volume)


def _product_rule(domain: Domain) -> tuple[Tensor, Tensor]:
    # The root is rounded: 512 ** (1 / 3) is just below 8.
    count = min(_NODES_PER_AXIS, int(round(_NODES ** (1 / domain.dimension), 6)))
    places, shares = (torch.from_numpy(part) for part in np.polynomial.legendre.leggauss(count))
    low, high = torch.tensor(domain.bounds, dtype=torch.float64).T
    unit = torch.cartesian_prod(*[(places + 1) / 2] * domain.dimension).view(-1, domain.dimension)
    weights = torch.cartesian_prod(*[shares / 2] * domain.dimension).view(-1, domain.dimension)
    return low + unit * (high - low), weights.prod(dim=1) * (high - low).prod()


def _scattered_rule(domain: Domain, volume: float) -> tuple[Tensor, Tensor]:
    """Weights nearest to equal ones that give polynomials the mean that many points give them."""
    points = sample_interior(domain, _MOMENT_POINTS, "sobol", Generator().manual_seed(0)).points
    nodes = points[:_NODES]
    polynomials = _polynomials(nodes, domain)  # (K, Q)
    missing = _polynomials(points, domain).mean(dim=1) - polynomials.mean(dim=1)  # (K,)
    shares = 1 / _NODES + torch.linalg.pinv(polynomials) @ missing
    return nodes, volume * shares


def _polynomials(points: Tensor, domain: Domain) -> Tensor:
    """Products of coordinates of the highest total degree of which there are few enough, (K, N)."""
    low, high = torch.tensor(domain.bounds, dtype=torch.float64).T
    scaled = 2 * (points - low) / (high - low) - 1
    found, degree = [torch.ones(len(points), dtype=torch.float64)], 1
    while math.comb(domain.dimension + degree, degree) <= _MOMENTS:
        products = combinations_with_replacement(range(domain.dimension), degree)
        found += [scaled[:, list(axes)].prod(dim=1) for axes in products]
        degree += 1
    return torch.stack(found)
