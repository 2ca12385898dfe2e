"""A smooth function in the unit ball of any dimension, zero on its surface, with its Laplacian."""

import torch
from torch import Generator, Tensor


class InteractingSines:
    r"""A solution that couples neighboring coordinates, for equations in many dimensions.

    .. math:: u(x) = (1 - |x|^2) S(x), \qquad
        S(x) = \sum_{i<d} c_i \sin(x_i + \cos x_{i+1} + x_{i+1} \cos x_i)

    The c_i are drawn from N(0, 1) by a generator of their own.

    Args:
        dimension: d [-].
        seed: Seed of the c_i.

    Raises:
        ValueError: If there are fewer than 2 dimensions: no coordinate would have a neighbor.

    Source: Hu, Shukla, Karniadakis, Kawaguchi, Tackling the curse of dimensionality with
    physics-informed neural networks, Neural Networks 176 (2024) 106369.
    """

    def __init__(self, dimension: int, seed: int = 0):
        if dimension < 2:
            raise ValueError(f"interacting sines need at least 2 dimensions, got {dimension}")
        generator = Generator().manual_seed(seed)
        self._c = torch.randn(dimension - 1, generator=generator, dtype=torch.float64)

    def value(self, x: Tensor) -> Tensor:
        """Evaluate u at points (N, d): (N,)."""
        return (1 - x.square().sum(dim=1)) * self._waves(x[:, :-1], x[:, 1:]).sum(dim=1)

    def laplacian(self, x: Tensor) -> Tensor:
        r"""Evaluate the Laplacian of u.

        Each wave depends on two coordinates, so that two backward passes give all derivatives of S,

        .. math:: \Delta u = (1 - |x|^2) \Delta S - 4 x \cdot \nabla S - 2 d S

        Args:
            x: Points, shape (N, d).

        Returns:
            Shape (N,).
        """
        with torch.enable_grad():
            own = x[:, :-1].detach().clone().requires_grad_()
            neighbor = x[:, 1:].detach().clone().requires_grad_()
            waves = self._waves(own, neighbor)  # (N, d - 1)
            slopes = torch.autograd.grad(waves.sum(), (own, neighbor), create_graph=True)
            curvatures = [
                torch.autograd.grad(slope.sum(), inputs, retain_graph=True)[0]
                for slope, inputs in zip(slopes, (own, neighbor), strict=True)
            ]
        radial = sum(
            (slope.detach() * inputs.detach()).sum(dim=1)
            for slope, inputs in zip(slopes, (own, neighbor), strict=True)
        )
        curvature = curvatures[0].sum(dim=1) + curvatures[1].sum(dim=1)
        inside = 1 - x.square().sum(dim=1)
        return inside * curvature - 4 * radial - 2 * x.shape[1] * waves.detach().sum(dim=1)

    def _waves(self, own: Tensor, neighbor: Tensor) -> Tensor:
        phase = own + torch.cos(neighbor) + neighbor * torch.cos(own)
        return self._c.to(own) * torch.sin(phase)
