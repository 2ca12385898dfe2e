"""The exact solution of Burgers' equation that starts as a sine."""

import math

import torch
from scipy.special import roots_hermite
from torch import Tensor

#: Values of the integrand that are in memory at once (docs/decisions/0015-bounded-memory.md).
_CHUNK_VALUES = 4_000_000


def cole_hopf(points: Tensor, viscosity: float | Tensor, nodes: int = 128) -> Tensor:
    r"""Solve u_t + u u_x = nu u_xx, u(x, 0) = -sin(pi x), u(-1, t) = u(1, t) = 0 exactly.

    .. math::
        u(x, t) = -\frac{\int \sin(\pi y) f(y) e^{-z^2} dz}{\int f(y) e^{-z^2} dz}, \qquad
        f(y) = e^{-\cos(\pi y) / (2 \pi \nu)}, \quad y = x - z \sqrt{4 \nu t}

    by Gauss-Hermite quadrature. The exponents are shifted by their largest value, so that nothing
    overflows; t = 0 is treated separately.

    Args:
        points: Columns x and t, shape (N, 2), float64, dimensionless.
        viscosity: nu [-], one for all points or one per point, shape (N,).
        nodes: Number of quadrature nodes. With the default, the absolute error is below 1e-12 on
            [-1, 1] x [0, 1] for nu from 0.01 / pi to 0.1.

    Returns:
        u, shape (N,), float64. Can be differentiated, except at t = 0.

    Raises:
        ValueError: If a viscosity is not positive, or there is not one per point.

    Source: Hopf, Comm. Pure Appl. Math. 3 (1950) 201-230; Cole, Quart. Appl. Math. 9 (1951)
    225-236; Basdevant et al., Comput. Fluids 14 (1986) 23-41.
    """
    column = torch.as_tensor(viscosity, dtype=points.dtype, device=points.device)
    if column.dim() and column.shape != points.shape[:1]:
        raise ValueError(
            f"cole_hopf needs one viscosity or one per point, shape ({len(points)},), "
            f"got shape {tuple(column.shape)}"
        )
    if not (column > 0).all():
        raise ValueError(f"cole_hopf needs a positive viscosity, got {float(column.min())}")
    abscissas, weights = (torch.from_numpy(a).to(points) for a in roots_hermite(nodes))
    log_weights = torch.log(weights.clamp(min=torch.finfo(weights.dtype).tiny))
    size = max(1, _CHUNK_VALUES // nodes)
    chunks = zip(points.split(size), column.expand(len(points)).split(size), strict=True)
    return torch.cat([_quadrature(*chunk, abscissas, log_weights) for chunk in chunks])


def _quadrature(points: Tensor, nu: Tensor, abscissas: Tensor, log_weights: Tensor) -> Tensor:
    x, t = points.unbind(1)
    started = torch.where(t > 0, t, torch.ones_like(t))
    y = x[:, None] - abscissas * torch.sqrt(4 * nu * started)[:, None]  # (N, nodes)
    exponents = log_weights - torch.cos(math.pi * y) / (2 * math.pi * nu)[:, None]
    shares = torch.softmax(exponents, dim=1)  # shifts by the largest exponent
    moving = -(shares * torch.sin(math.pi * y)).sum(dim=1)
    return torch.where(t > 0, moving, -torch.sin(math.pi * x))
