"""Domains of every kind, with volumes and sizes of parts in closed form."""

import math
from dataclasses import dataclass, field

from pinn_metakan.geometry.ball import Ball, Disk
from pinn_metakan.geometry.box import Box
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.ellipse import Ellipse
from pinn_metakan.geometry.polygon import Polygon


@dataclass(frozen=True)
class Shape:
    """A domain and what is known of it.

    Args:
        domain: The domain.
        volume: Its area or volume.
        sizes: Length or area of each part.
        vertices: Points at which second derivatives of factors may grow.
    """

    domain: Domain
    volume: float
    sizes: dict[str, float]
    vertices: list[tuple[float, ...]] = field(default_factory=list)


L_SHAPE = [(0.0, 0.0), (2.0, 0.0), (2.0, 1.0), (1.0, 1.0), (1.0, 2.0), (0.0, 2.0)]
SQUARE = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
TRIANGLE = [(0.5, 0.25), (0.75, 0.25), (0.5, 0.5)]
PERIMETER_OF_ELLIPSE = 4.8442241102738  # half axes 1 and 1/2: 4 E(3/4)

SHAPES = {
    "box": Shape(
        Box((0.0, 1.0), (0.0, 3.0)), 3.0, {"x1=0": 3.0, "x1=1": 3.0, "x2=0": 1.0, "x2=3": 1.0}
    ),
    "disk": Shape(Disk(0.5, (1.0, 0.0)), math.pi / 4, {"rim": math.pi}),
    "ball": Shape(Ball(3, 2.0), 32 / 3 * math.pi, {"surface": 16 * math.pi}),
    "ellipse": Shape(
        Ellipse((1.0, 0.5), (0.3, 0.1), 0.7), math.pi / 2, {"rim": PERIMETER_OF_ELLIPSE}
    ),
    "triangle": Shape(
        Polygon([(0.0, 0.0), (0.0, 1.0), (2.0, 0.0)], names={"cut": 1}),
        1.0,
        {"outer": 3.0, "cut": math.sqrt(5)},
        [(0.0, 0.0), (0.0, 1.0), (2.0, 0.0)],
    ),
    "flat vertex": Shape(
        Polygon([*SQUARE[:3], (0.5, 1.0), SQUARE[3]], names={"inlet": 3, "top": 2}),
        1.0,
        {"outer": 3.0, "top": 0.5, "inlet": 0.5},
        [*SQUARE, (0.5, 1.0)],
    ),
    "L": Shape(Polygon(L_SHAPE), 3.0, {"outer": 8.0}, [*L_SHAPE]),
    "square with a hole": Shape(
        Polygon(SQUARE, {"hole": TRIANGLE}, {"inlet": 3}),
        1 - 1 / 32,
        {"outer": 3.0, "inlet": 1.0, "hole": 0.5 + math.sqrt(2) / 4},
        [*SQUARE, *TRIANGLE],
    ),
}
