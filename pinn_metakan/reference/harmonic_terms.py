r"""Functions that solve Laplace's equation in the plane, to be added up.

Each kind is a row of functions of z = x + i y, evaluated in real arithmetic that torch can
differentiate as often as asked.
"""

import math
from abc import ABC, abstractmethod

import torch
from torch import Tensor

#: A point on a vertex is evaluated so far from it [unit of length], where derivatives are finite.
_OFF_VERTEX = 1e-60


class HarmonicTerms(ABC):
    """Several harmonic functions of one kind."""

    @abstractmethod
    def __call__(self, points: Tensor) -> Tensor:
        """Evaluate the functions: (N, 2) -> (N, n)."""


class Polynomials(HarmonicTerms):
    r"""Real and imaginary parts of :math:`((z - z_0) / s)^k`, k = 0 ... degree.

    Args:
        degree: Highest power [-].
        center: z_0 [unit of length].
        scale: s [unit of length]; about the distance of the farthest point.
    """

    def __init__(self, degree: int, center: tuple[float, float], scale: float):
        self.degree, self.center, self.scale = degree, center, scale

    def __call__(self, points: Tensor) -> Tensor:
        """Evaluate them: (N, 2) -> (N, 2 degree + 1)."""
        x, y = ((points - points.new_tensor(self.center)) / self.scale).unbind(1)
        return torch.cat([torch.ones_like(x)[:, None], *_powers(x, y, self.degree)], dim=1)


class Multipoles(HarmonicTerms):
    r"""A logarithm and the parts of :math:`(R / (z - z_0))^k`, k = 1 ... order.

    Args:
        order: Highest power [-].
        center: z_0 [unit of length], outside the domain.
        radius: R [unit of length]; about the distance of the nearest point.
    """

    def __init__(self, order: int, center: tuple[float, float], radius: float):
        self.order, self.center, self.radius = order, center, radius

    def __call__(self, points: Tensor) -> Tensor:
        """Evaluate them: (N, 2) -> (N, 2 order + 1)."""
        x, y = ((points - points.new_tensor(self.center)) / self.radius).unbind(1)
        square = x.square() + y.square()
        inverse = _powers(x / square, -y / square, self.order)
        return torch.cat([torch.log(square)[:, None] / 2, *inverse], dim=1)


class VertexPowers(HarmonicTerms):
    r"""What vanishes on both sides of a vertex, :math:`r^{k \pi / \alpha} \sin(k \pi \theta / \alpha)`.

    Args:
        count: Functions, k = 1 ... count.
        vertex: Where r = 0 [unit of length].
        direction: Angle from the x axis to the side where theta is 0 [rad].
        opening: alpha, the angle inside the domain, counterclockwise from that side [rad].
    """  # noqa: E501

    def __init__(self, count: int, vertex: tuple[float, float], direction: float, opening: float):
        self.count = count
        self.vertex, self.direction, self.opening = vertex, direction, opening

    def __call__(self, points: Tensor) -> Tensor:
        """Evaluate them: (N, 2) -> (N, count)."""
        radius, angle = polar(points, self.vertex, self.direction, self.opening)
        exponent = math.pi / self.opening
        size = radius**exponent
        real, imaginary = size * torch.cos(exponent * angle), size * torch.sin(exponent * angle)
        return _powers(real, imaginary, self.count)[1]


class VertexLogarithm(HarmonicTerms):
    r"""The function :math:`r^2 (\log r \sin 2 \theta + \theta \cos 2 \theta)`.

    It is what a right angle adds to a solution of Poisson's equation. The arguments are those of
    `VertexPowers`.
    """

    def __init__(self, vertex: tuple[float, float], direction: float, opening: float):
        self.vertex, self.direction, self.opening = vertex, direction, opening

    def __call__(self, points: Tensor) -> Tensor:
        """Evaluate it: (N, 2) -> (N, 1)."""
        radius, angle = polar(points, self.vertex, self.direction, self.opening)
        waves = torch.log(radius) * torch.sin(2 * angle) + angle * torch.cos(2 * angle)
        return (radius.square() * waves)[:, None]


def polar(
    points: Tensor, vertex: tuple[float, float], direction: float, opening: float
) -> tuple[Tensor, Tensor]:
    """Polar coordinates at a vertex, continuous but on the outward bisector of its angle.

    Args:
        points: Shape (N, 2).
        vertex: Where the radius is 0.
        direction: Angle from the x axis to where the angle is 0 [rad].
        opening: Angle inside the domain [rad].

    Returns:
        Radius [unit of length] and angle [rad], between opening/2 - pi and opening/2 + pi: (N,).
    """
    x, y = (points - points.new_tensor(vertex)).unbind(1)
    middle = direction + opening / 2
    along = x * math.cos(middle) + y * math.sin(middle)
    across = y * math.cos(middle) - x * math.sin(middle)
    along = torch.where((along == 0) & (across == 0), along + _OFF_VERTEX, along)
    radius = (along.square() + across.square()).sqrt()
    return radius, opening / 2 + torch.atan2(across, along)


def _powers(real: Tensor, imaginary: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Real and imaginary parts of the first powers of complex numbers: (N,) -> (N, count) each."""
    reals, imaginaries = [real], [imaginary]
    while len(reals) < count:
        a, b = reals[-1], imaginaries[-1]
        reals.append(a * real - b * imaginary)
        imaginaries.append(a * imaginary + b * real)
    return torch.stack(reals, dim=1), torch.stack(imaginaries, dim=1)
