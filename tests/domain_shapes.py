"""Domains of every kind, with volumes and sizes of parts in closed form."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pinn_metakan.geometry.ball import Ball, Disk
from pinn_metakan.geometry.box import Box, Interval
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.ellipse import Ellipse
from pinn_metakan.geometry.polygon import Polygon
from pinn_metakan.geometry.product import Cylinder, Product
from pinn_metakan.geometry.spherical_shell import SphericalShell


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
    vertices: Sequence[tuple[float, ...]] = ()


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
    "box without disks": Shape(
        Box((-0.5, 0.5), (-0.5, 0.5)) - Disk(0.1, (0.3, 0.3)) - Disk(0.2, (-0.2, -0.2)),
        1 - 0.05 * math.pi,
        {
            **dict.fromkeys(("x1=-0.5", "x1=0.5", "x2=-0.5", "x2=0.5"), 1.0),
            "rim": 0.2 * math.pi,
            "rim2": 0.4 * math.pi,
        },
    ),
    "L of boxes": Shape(
        Box((0.0, 2.0), (0.0, 2.0)) - Box((1.0, 2.0), (1.0, 2.0)),
        3.0,
        {"x1=0": 2.0, "x1=2": 1.0, "x2=0": 2.0, "x2=2": 1.0, "x1=1": 1.0, "x2=1": 1.0},
        [*L_SHAPE],
    ),
    "T of boxes": Shape(
        Box((0.0, 3.0), (2.0, 3.0)) | Box((1.0, 2.0), (0.0, 2.5)),
        5.0,
        {"x1=0": 1.0, "x1=3": 1.0, "x2=2": 2.0, "x2=3": 3.0, "x1=1": 2.0, "x1=2": 2.0, "x2=0": 1.0},
        [(x, y) for x in (0.0, 3.0) for y in (2.0, 3.0)]
        + [(x, y) for x in (1.0, 2.0) for y in (0.0, 2.0)],
    ),
    "stadium": Shape(
        Box((0.0, 2.0), (-1.0, 1.0)) | Disk(1.0) | Disk(1.0, (2.0, 0.0)),
        4 + math.pi,
        {"x2=-1": 2.0, "x2=1": 2.0, "rim": math.pi, "rim2": math.pi},
        [(0.0, -1.0), (0.0, 1.0), (2.0, 1.0), (2.0, -1.0)],
    ),
    "lens": Shape(
        Disk(1.0) & Disk(1.0, (1.0, 0.0)),
        2 * math.pi / 3 - math.sqrt(3) / 2,
        {"rim": 2 * math.pi / 3, "rim2": 2 * math.pi / 3},
        [(0.5, -math.sqrt(0.75)), (0.5, math.sqrt(0.75))],
    ),
    "bitten": Shape(
        Box((0.0, 2.0), (0.0, 1.0)) - Disk(0.5, (1.0, 1.0)),
        2 - math.pi / 8,
        {"x1=0": 1.0, "x1=2": 1.0, "x2=0": 2.0, "x2=1": 1.0, "rim": math.pi / 2},
        [(0.0, 0.0), (2.0, 0.0), (0.0, 1.0), (2.0, 1.0), (0.5, 1.0), (1.5, 1.0)],
    ),
    "turned": Shape(
        (Box((0.0, 2.0), (0.0, 1.0)) - Disk(0.2, (0.5, 0.5)).named("hole"))
        .rotated(0.3, about=(1.0, 0.0))
        .translated((0.2, 0.0)),
        2 - 0.04 * math.pi,
        {"side1": 1.0, "side2": 1.0, "side3": 2.0, "side4": 2.0, "hole": 0.4 * math.pi},
    ),
    "shifted and named": Shape(
        Box((0.0, 2.0), (0.0, 1.0)).translated((0.5, 0.0)).named({"x1=0.5": "in", "x1=2.5": "in"}),
        2.0,
        {"in": 2.0, "x2=0": 2.0, "x2=1": 2.0},
    ),
    "ring": Shape(
        SphericalShell(0.5, 1.0, (0.2, 0.0), dimension=2),
        0.75 * math.pi,
        {"outer": 2 * math.pi, "inner": math.pi},
    ),
    "shell": Shape(
        SphericalShell(0.5, 1.0), 7 / 6 * math.pi, {"outer": 4 * math.pi, "inner": math.pi}
    ),
    "cylinder": Shape(
        Cylinder(0.5, 2.0, (1.0, 0.0, -1.0)),
        math.pi / 2,
        {"side": 2 * math.pi, "bottom": math.pi / 4, "top": math.pi / 4},
    ),
    "prism": Shape(
        Product(
            Polygon([(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)], names={"cut": 1}), Interval(0.0, 1.0)
        ),
        0.5,
        {"outer": 2.0, "cut": math.sqrt(2), "low": 0.5, "high": 0.5},
    ),
    "square with a hole": Shape(
        Polygon(SQUARE, {"hole": TRIANGLE}, {"inlet": 3}),
        1 - 1 / 32,
        {"outer": 3.0, "inlet": 1.0, "hole": 0.5 + math.sqrt(2) / 4},
        [*SQUARE, *TRIANGLE],
    ),
}
