r"""Stokes flows in the corner between a lid that moves and a wall at rest."""

import math
from abc import ABC, abstractmethod

import torch
from torch import Tensor

#: A pressure that is infinite in a corner is told so far from it [unit of length].
_NEAREST = 1e-4
#: A point in a corner is evaluated so far from it, where slopes are finite.
_OFF_CORNER = 1e-60


class CornerFlow(ABC):
    r"""A biharmonic streamfunction psi in a corner, with u = psi_y and v = -psi_x.

    Coordinates are X along the lid and Y into the fluid, both from the corner.
    """

    @abstractmethod
    def streamfunction(self, along: Tensor, inward: Tensor) -> Tensor:
        """Evaluate psi: (N,)."""

    @abstractmethod
    def slopes(self, along: Tensor, inward: Tensor) -> tuple[Tensor, Tensor]:
        """Evaluate psi_X and psi_Y: (N,) each."""

    @abstractmethod
    def laplacian(self, along: Tensor, inward: Tensor) -> Tensor:
        """Evaluate the Laplacian of psi: (N,)."""

    @abstractmethod
    def pressure(self, along: Tensor, inward: Tensor) -> Tensor:
        """Evaluate the pressure over the viscosity where X points as x does: (N,)."""


class JumpingLid(CornerFlow):
    r"""The lid has velocity 1 up to the corner, where the pressure is as 1/r.

    .. math:: \psi = B Y + C \theta X + D \theta Y, \quad C = \frac{4}{\pi^2 - 4}, \quad
        B = -\frac{\pi^2}{4} C, \quad D = \frac{\pi}{2} C

    Source: Taylor, On scraping viscous fluid from a plane surface, 1962; Batchelor, An Introduction
    to Fluid Dynamics, Cambridge 1967, section 4.8.
    """

    def __init__(self) -> None:
        self._c = 4 / (math.pi**2 - 4)
        self._b, self._d = -self._c * math.pi**2 / 4, self._c * math.pi / 2

    def streamfunction(self, along: Tensor, inward: Tensor) -> Tensor:
        """Evaluate psi: (N,)."""
        angle, _ = _polar(along, inward)
        return self._b * inward + angle * (self._c * along + self._d * inward)

    def slopes(self, along: Tensor, inward: Tensor) -> tuple[Tensor, Tensor]:
        """Evaluate them: (N,) each."""
        angle, radius = _polar(along, inward)
        turned = (self._c * along + self._d * inward) / radius.square()
        return self._c * angle - inward * turned, self._b + self._d * angle + along * turned

    def laplacian(self, along: Tensor, inward: Tensor) -> Tensor:
        """Evaluate it: (N,)."""
        _, radius = _polar(along, inward)
        return 2 * (self._d * along - self._c * inward) / radius.square()

    def pressure(self, along: Tensor, inward: Tensor) -> Tensor:
        """Evaluate it: (N,)."""
        _, radius = _polar(along, inward)
        square = radius.clamp(min=_NEAREST).square()
        return -2 * (self._c * along + self._d * inward) / square


class RisingLid(CornerFlow):
    r"""The velocity of the lid rises as k X from the corner, where the pressure is as log r.

    .. math:: \psi = A (X^2 - Y^2) + 2 B X Y + (C + D \theta) (X^2 + Y^2), \quad
        D = -\frac{k}{2}, \quad B = \frac{D}{2}, \quad C = -\frac{\pi}{4} D = -A

    Args:
        slope: k [velocity over length].
    """

    def __init__(self, slope: float):
        self._d = -slope / 2
        self._b, self._c = self._d / 2, -self._d * math.pi / 4

    def streamfunction(self, along: Tensor, inward: Tensor) -> Tensor:
        """Evaluate psi: (N,)."""
        angle, _ = _polar(along, inward)
        x, y = along.square(), inward.square()
        harmonic = -self._c * (x - y) + 2 * self._b * along * inward
        return harmonic + (self._c + self._d * angle) * (x + y)

    def slopes(self, along: Tensor, inward: Tensor) -> tuple[Tensor, Tensor]:
        """Evaluate them: (N,) each."""
        angle, _ = _polar(along, inward)
        toward = 2 * self._d * (along + angle * inward) + 4 * self._c * inward
        return 2 * self._d * angle * along, toward

    def laplacian(self, along: Tensor, inward: Tensor) -> Tensor:
        """Evaluate it: (N,)."""
        angle, _ = _polar(along, inward)
        return 4 * (self._c + self._d * angle)

    def pressure(self, along: Tensor, inward: Tensor) -> Tensor:
        """Evaluate it: (N,)."""
        _, radius = _polar(along, inward)
        return -4 * self._d * torch.log(radius.clamp(min=_NEAREST))


class UpperCorners:
    """The same corner flow in both upper corners of the unit square, added up.

    Args:
        flow: In the left corner; it is mirrored in the right one.
    """

    def __init__(self, flow: CornerFlow):
        self._flow = flow

    def streamfunction(self, x: Tensor, y: Tensor) -> Tensor:
        """Evaluate psi: (N,)."""
        return self._flow.streamfunction(x, 1 - y) + self._flow.streamfunction(1 - x, 1 - y)

    def slopes(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Evaluate psi_x and psi_y: (N,) each."""
        left_along, left_inward = self._flow.slopes(x, 1 - y)
        right_along, right_inward = self._flow.slopes(1 - x, 1 - y)
        return left_along - right_along, -left_inward - right_inward

    def laplacian(self, x: Tensor, y: Tensor) -> Tensor:
        """Evaluate the Laplacian of psi: (N,)."""
        return self._flow.laplacian(x, 1 - y) + self._flow.laplacian(1 - x, 1 - y)

    def pressure(self, x: Tensor, y: Tensor) -> Tensor:
        """Evaluate the pressure over the viscosity, of mean 0: (N,)."""
        return self._flow.pressure(x, 1 - y) - self._flow.pressure(1 - x, 1 - y)


def _polar(along: Tensor, inward: Tensor) -> tuple[Tensor, Tensor]:
    """Angle from the lid, and radius; beside the corner in place of there."""
    along = torch.where((along == 0) & (inward == 0), along + _OFF_CORNER, along)
    return torch.atan2(inward, along), (along.square() + inward.square()).sqrt()
