r"""Layers: what diffusion makes of a step and of a bend from the first moment on.

With the distance y to the place, the time t since then and the diffusivity kappa,

.. math::
    M_0 = \operatorname{erfc} z, \qquad
    M_1 = 2 \sqrt{\kappa t / \pi} \, e^{-z^2} - y \operatorname{erfc} z, \qquad
    z = \frac{y}{2 \sqrt{\kappa t}},

satisfy u_t = kappa u_yy and vanish at t = 0 for y > 0. M_0 is 1 at y = 0: a wall whose value is
another than that at the start. M_1 has the slope -1 there: a flux that is another. Half of them, at
-y, is what becomes of a step and of a bend in the middle.

Source: Carslaw, Jaeger, Conduction of Heat in Solids, 2nd ed. 1959, sections 2.4 to 2.9.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from pinn_metakan.ansatz.hard.transfinite import Field, on_face
from pinn_metakan.geometry.domain import Face

# Both: docs/decisions/0025-layers.md.
#: The least time, in parts of the whole: at the first time there is no square root to divide by.
_LEAST_TIME = 1e-14
#: erfc of this, and e to minus its square, are below all rounding.
_FAR = 30.0


@dataclass(frozen=True)
class Diffusion:
    """How long and how fast layers have spread.

    Args:
        kappa: Diffusivity [square of a unit of length over unit of time].
        time: When they begin, the first or the last time.
        other: The other end of time.
    """

    kappa: float
    time: float
    other: float

    @property
    def formula(self) -> str:
        """How the layer of a step looks, for people."""
        return f"erfc(y / 2 sqrt(k t)), k = {self.kappa:.3g},"

    @property
    def widest(self) -> float:
        """2 sqrt(kappa t) at the other end of time [unit of length]."""
        return 2 * math.sqrt(self.kappa * abs(self.other - self.time))

    def width(self, points: Tensor) -> Tensor:
        """2 sqrt(kappa t) at points (N, d): (N,)."""
        passed = (points[:, -1] - self.time) / (self.other - self.time)  # 0 to 1
        return self.widest * passed.clamp(min=_LEAST_TIME).sqrt()


def step_layer(y: Tensor, width: Tensor) -> Tensor:
    """M_0 at distances y (N,): (N,)."""
    return torch.erfc((y / width).clamp(-_FAR, _FAR))


def bend_layer(y: Tensor, width: Tensor) -> Tensor:
    """M_1 at distances y (N,), [unit of y], (N,)."""
    z = (y / width).clamp(-_FAR, _FAR)
    return width / math.sqrt(math.pi) * torch.exp(-z.square()) - y * torch.erfc(z)


def distance(points: Tensor, face: Face) -> Tensor:
    """How far points (N, d) are from a flat face, (N,)."""
    return (face.value - points[:, face.axis]) * face.sign


def add_step_layers(
    field: Field, data: Mapping[Face, Field], layers: Mapping[Face, Diffusion]
) -> Field:
    """Correct a field by layers along the faces whose data are not those at the start.

    On a face it takes the data then, but for the layer of the opposite face. Several axes are
    corrected one after the other: along an edge their layers multiply.

    Args:
        field: The field g so far.
        data: What it shall be on each face.
        layers: What spreads from which faces.

    Returns:
        The corrected field.
    """
    for axis in sorted({face.axis for face in layers}):
        ends = {face: layers[face] for face in layers if face.axis == axis}
        field = _add_axis(field, data, ends)
    return field


def _add_axis(field: Field, data: Mapping[Face, Field], layers: Mapping[Face, Diffusion]) -> Field:
    def corrected(points: Tensor) -> Tensor:
        values = field(points)
        for face, diffusion in layers.items():
            at_face = on_face(points, face)
            missing = data[face](at_face) - field(at_face)
            layer = step_layer(distance(points, face), diffusion.width(points))
            values = values + missing * layer
        return values

    return corrected
