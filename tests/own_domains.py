"""Domains as users write them, in one file of their own."""

import math

import torch
from torch import Tensor

from pinn_metakan import Condition, Dirichlet, Domain, Jet, Problem


class Ellipse(Domain):
    """(x / a)^2 + (y / b)^2 <= 1.

    Args:
        a: Half axis along x.
        b: Half axis along y.
    """

    def __init__(self, a: float, b: float):
        self.a, self.b = a, b
        self.bounds = ((-a, a), (-b, b))

    def contains(self, points: Tensor) -> Tensor:
        """Compare the level with zero."""
        return self.factor(points) >= -1e-9

    def boundary(self, unit: Tensor) -> tuple[Tensor, Tensor]:
        """Walk around by the angle."""
        angle = 2 * math.pi * unit[:, 0]
        points = torch.stack([self.a * angle.cos(), self.b * angle.sin()], dim=1)
        normals = points / torch.tensor([self.a**2, self.b**2], dtype=unit.dtype)
        return points, normals / normals.norm(dim=1, keepdim=True)

    def factor(self, points: Tensor) -> Tensor:
        """Evaluate 1 - (x / a)^2 - (y / b)^2."""
        x, y = points.unbind(1)
        return 1 - (x / self.a) ** 2 - (y / self.b) ** 2


class Annulus(Domain):
    """inner <= |x| <= 1: the inner circle is the rim of a hole."""

    bounds = ((-1.0, 1.0), (-1.0, 1.0))
    inner = 0.4

    def contains(self, points: Tensor) -> Tensor:
        """Compare the radius."""
        radius = points.norm(dim=1)
        return (radius <= 1 + 1e-9) & (radius >= self.inner - 1e-9)

    def boundary(self, unit: Tensor) -> tuple[Tensor, Tensor]:
        """Choose a circle by its length with the first number, an angle with the second."""
        is_outer = unit[:, :1] * (1 + self.inner) < 1
        angle = 2 * math.pi * unit[:, 1]
        out = torch.stack([angle.cos(), angle.sin()], dim=1)
        return torch.where(is_outer, out, self.inner * out), torch.where(is_outer, out, -out)

    def factor(self, points: Tensor) -> Tensor:
        """Multiply what vanishes on each circle."""
        square = points.square().sum(dim=1)
        return 4 * (1 - square) * (square - self.inner**2) / (1 - self.inner**2) ** 2


class Harmonic(Problem):
    """laplacian u = 0."""

    coordinates, unknowns = ("x", "y"), ("u",)

    def __init__(self, domain: Domain, **conditions: Condition):
        self.domain = domain
        if domain.time_axis is not None:
            self.coordinates = ("x", "y", "t")
        self.conditions = conditions or {"rim": Dirichlet(u=0.0)}

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        return {"harmonic": jet("laplacian_u")}


def changed(**parts: object) -> Domain:
    """A ring of which some parts are replaced."""
    return type("Mine", (Domain,), dict(vars(Annulus)) | parts)()  # type: ignore[no-any-return]
