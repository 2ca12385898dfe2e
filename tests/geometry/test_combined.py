"""Combined domains in space, of a user's own, and what is refused."""

import math

import pytest
import torch
from own_domains import Annulus, Ellipse
from torch import Generator, Tensor

from pinn_metakan.geometry.ball import Ball, Disk
from pinn_metakan.geometry.box import Box, Interval
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.polygon import Polygon
from pinn_metakan.geometry.product import Cylinder, Product
from pinn_metakan.geometry.sampling import sample_boundary, sample_interior, sample_parts
from pinn_metakan.geometry.space_time import SpaceTime
from pinn_metakan.geometry.spherical_shell import SphericalShell
from pinn_metakan.pde.domain_check import check_domain

SQUARE = Box((-1.0, 1.0), (-1.0, 1.0))
CUBE = Box((-1.0, 1.0), (-1.0, 1.0), (-1.0, 1.0))
CAP = 2 * math.pi * 0.5 * 0.25  # of the sphere of radius 1/2 beyond a plane at 1/4


@pytest.mark.parametrize(
    ("domain", "volume", "sizes"),
    [
        (
            CUBE - Ball(3, 0.5).named("cave"),
            8 - math.pi / 6,
            {**{f"x{k}={v}": 4.0 for k in (1, 2, 3) for v in (-1, 1)}, "cave": math.pi},
        ),
        (
            Ball(3, 0.5) & Box((-1.0, 0.25), (-1.0, 1.0), (-1.0, 1.0)),
            math.pi / 6 - math.pi * 0.0625 * (1.5 - 0.25) / 3,
            {"surface": math.pi - CAP, "x1=0.25": math.pi * (0.25 - 0.0625)},
        ),
        (
            Ball(3, 0.5) | Cylinder(0.2, 1.0),
            math.pi / 6
            + math.pi * 0.04 * (1 - math.sqrt(0.21))
            - (math.pi * (0.5 - math.sqrt(0.21)) ** 2 * (1 + math.sqrt(0.21)) / 3),
            {
                "surface": math.pi - math.pi * (0.5 - math.sqrt(0.21)),
                "side": 0.4 * math.pi * (1 - math.sqrt(0.21)),
                "top": 0.04 * math.pi,
            },
        ),
        (SQUARE - Ellipse(0.5, 0.25), 4 - math.pi / 8, {"x1=-1": 2.0}),
        (
            Annulus() - Box((0.0, 2.0), (-2.0, 2.0)),
            math.pi * 0.42,
            {"annulus": 1.4 * math.pi, "x1=0": 1.2},
        ),
        (Box((0.0, 1.0), (0.0, 1.0)) - Box((0.0, 1.0), (0.5, 1.0)), 0.5, {"x2=0.5": 1.0}),
        (Disk(1.0) | Disk(0.5), math.pi, {"rim": 2 * math.pi}),
    ],
    ids=["cave", "cut ball", "pin", "own hole", "half annulus", "half a box", "disk in a disk"],
)
def test_what_is_left_has_the_volume_and_the_parts_in_closed_form(
    domain: Domain, volume: float, sizes: dict[str, float]
) -> None:
    assert domain.volume == pytest.approx(volume, rel=2e-3)
    assert set(sizes) <= set(domain.parts)
    for part, size in sizes.items():
        assert domain.part_size(part) == pytest.approx(size, rel=1e-2)
    check_domain(domain)
    at = sample_boundary(domain, 2000, "sobol", Generator().manual_seed(0))
    assert at.normals is not None
    assert domain.contains(at.points).double().mean() > 0.995
    assert not domain.contains(at.points + 1e-5 * at.normals).any()
    total = sum(domain.part_size(part) for part in domain.parts)
    flux = total * float((at.points * at.normals).sum(dim=1).mean())
    assert flux == pytest.approx(domain.dimension * domain.volume, rel=0.05)


@pytest.mark.parametrize(
    "domain",
    [
        CUBE - Ball(3, 0.5),
        Ball(3, 0.5) & Box((-1.0, 0.25), (-1.0, 1.0), (-1.0, 1.0)),
        Ball(3, 0.5) | Cylinder(0.2, 1.0),
        SQUARE - Ellipse(0.5, 0.25),
        CUBE - Box((-0.5, 0.5), (-0.5, 0.5), (-0.5, 0.5)),
        CUBE - Cylinder(0.3, 3.0, (0.0, 0.0, -1.5)).rotated(0.5, axis=(1, 0, 0)),
        Product(SQUARE - Disk(0.5).named("hole"), Interval(0.0, 1.0)),
    ],
    ids=["cave", "cut ball", "pin", "own hole", "cube in a cube", "drilled cube", "washer"],
)
def test_factors_in_space_vanish_on_their_parts_alone(domain: Domain) -> None:
    inside = sample_interior(domain, 200, "sobol", Generator().manual_seed(0)).points
    for part in domain.parts:
        at = sample_parts(domain, [part], 300, "sobol", Generator().manual_seed(0))
        points = at.points.clone().requires_grad_()
        values = domain.part_factor(points, [part])
        assert values is not None
        assert values.abs().max() < 1e-6
        (slopes,) = torch.autograd.grad(values.sum(), points)
        assert torch.isfinite(slopes).all()
        assert ((slopes * at.normals).sum(dim=1) < 0).double().mean() > 0.99
        elsewhere = domain.part_factor(inside, [part])
        assert elsewhere is not None
        assert elsewhere.min() > 0
        points = inside.clone().requires_grad_()
        values = domain.part_factor(points, [part])
        for _ in range(3):
            assert values is not None
            (slopes,) = torch.autograd.grad(values.sum(), points, create_graph=True)
            assert torch.isfinite(slopes).all()
            values = slopes.sum(dim=1)
            if not values.requires_grad:
                break


def test_a_hole_of_a_domain_whose_factor_has_no_sign_outside_is_soft() -> None:
    class Unsigned(Domain):
        bounds = ((-0.5, 0.5), (-0.5, 0.5))

        def contains(self, points: Tensor) -> Tensor:
            return points.norm(dim=1) <= 0.5 + 1e-9

        def boundary(self, unit: Tensor) -> tuple[Tensor, Tensor]:
            angle = 2 * math.pi * unit[:, 0]
            normals = torch.stack([angle.cos(), angle.sin()], dim=1)
            return 0.5 * normals, normals

        def factor(self, points: Tensor) -> Tensor:
            return (0.25 - points.square().sum(dim=1)).abs()

    domain = SQUARE - Unsigned()
    points = torch.tensor([[0.9, 0.9]], dtype=torch.float64)
    assert domain.part_factor(points, ["unsigned"]) is None
    assert domain.factor(points) is None
    assert domain.part_factor(points, ["x1=-1"]) is not None


def test_faces_of_a_box_stay_faces_where_something_is_left_of_them() -> None:
    bitten = SQUARE - Disk(0.5, (1.0, 0.0))
    assert {face.name for face in bitten.faces} == {"x1=-1", "x1=1", "x2=-1", "x2=1"}
    assert bitten.part_size("x1=1") == pytest.approx(1.0, rel=1e-8)
    cut = SQUARE - Box((0.0, 1.0), (-1.0, 1.0))
    assert {face.name for face in cut.faces} == {"x1=-1", "x2=-1", "x2=1"}
    assert cut.part_size("x1=0") == pytest.approx(2.0)


def test_names_that_both_have_are_numbered() -> None:
    three = SQUARE - Disk(0.1) - Disk(0.1, (0.5, 0.5)) - Disk(0.1, (-0.5, 0.5))
    assert three.parts[-3:] == ("rim", "rim2", "rim3")
    two = SQUARE - Disk(0.1).named("hole") - Disk(0.1, (0.5, 0.5)).named("hole")
    assert two.parts[-2:] == ("hole", "hole2")


def test_a_hole_along_an_edge_leaves_the_factor_its_order() -> None:
    """Its side lies on an edge of the first domain for a while, and cuts off more."""
    step = Box((0.0, 1.0), (0.0, 1.0)) | Box((1.0, 2.0), (-1.0, 1.0))
    domain = step - Box((0.5, 1.5), (-1.0, 0.0))
    at = sample_parts(domain, ["x2=0"], 500, "sobol", Generator().manual_seed(0))
    points = at.points.clone().requires_grad_()
    values = domain.part_factor(points, ["x2=0"])
    assert values is not None
    (slopes,) = torch.autograd.grad(values.sum(), points)
    assert domain.part_size("x2=0") == pytest.approx(1.5)
    assert at.normals is not None
    assert ((slopes * at.normals).sum(dim=1) < -0.01).double().mean() > 0.98


def test_what_selects_patches_of_both_is_no_name() -> None:
    assert "outer" in (SQUARE - Disk(0.1)).aliases
    domain = SQUARE - Polygon([(0, 0), (0.5, 0), (0, 0.5)])
    assert "outer" in domain.parts
    assert domain.part_size("outer") == pytest.approx(1 + math.sqrt(0.5))
    assert "outer" not in (SQUARE - Box((-0.5, 0.5), (-0.5, 0.5))).aliases


def test_parts_that_get_one_name_are_one_part() -> None:
    holes = Disk(0.1).named("holes") | Disk(0.1, (0.5, 0.5)).named("holes")
    merged = holes.named("holes")
    assert (SQUARE - merged).parts[-1] == "holes"
    assert (SQUARE - merged).part_size("holes") == pytest.approx(0.4 * math.pi)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: SQUARE - Disk(3.0), ValueError, "nothing is left of"),
        (lambda: SQUARE & Disk(0.5, (3.0, 0.0)), ValueError, "nothing is left of"),
        (lambda: SQUARE | CUBE, ValueError, "as many as each other; got 2 and 3"),
        (lambda: SQUARE - 3, TypeError, "a Domain is combined with a Domain, got 3"),  # type: ignore[operator]
        (lambda: SpaceTime(SQUARE, 0.0, 1.0) - Disk(0.1), ValueError, "make a SpaceTime of the"),
        (lambda: Interval(0.0, 1.0) | Interval(2.0, 3.0), ValueError, "2 or more coordinates"),
        (lambda: SQUARE.translated((1.0,)), ValueError, "offset must be 2 finite numbers"),
        (lambda: SQUARE.rotated(1.0, axis=(0, 0, 1)), ValueError, "and none in two"),
        (lambda: CUBE.rotated(1.0), ValueError, r"needs axis=\(x, y, z\) in three"),
        (lambda: CUBE.rotated(1.0, axis=(0, 0, 0)), ValueError, "axis of a rotation must not be"),
        (lambda: Ball(5).rotated(1.0), ValueError, "2 or 3 coordinates can be rotated"),
        (lambda: SQUARE.named({"rim": "a"}), ValueError, "no part 'rim'; the boundary has x1=-1"),
        (lambda: SQUARE.named(3), TypeError, "named expects a name"),  # type: ignore[arg-type]
        (lambda: Cylinder(1.0, -1.0), ValueError, "positive height"),
        (lambda: Cylinder(1.0, 1.0, (0.0, 0.0)), ValueError, "three numbers"),
        (lambda: Product(SQUARE, SQUARE), ValueError, "a Product is over an Interval"),
        (lambda: Product(Disk(), Interval(0, 1), ("rim", "top")), ValueError, "need names that"),
        (lambda: SphericalShell(1.0, 0.5), ValueError, "0 < inner < outer"),
        (lambda: SphericalShell(0.5, 1.0, (0.0,)), ValueError, "has 3 numbers"),
        (lambda: Polygon([(0, 0), (1, 1)]), ValueError, "at least three vertices"),
        (
            lambda: Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]),
            ValueError,
            r"outer\[0\] meets outer\[2\]",
        ),
        (
            lambda: Polygon([(0, 0), (1, 0), (0, 1)], [[(2, 2), (3, 2), (2, 3)]]),
            ValueError,
            "inside",
        ),
        (lambda: Polygon([(0, 0), (1, 0), (0, 1)], names={"a": 3}), ValueError, "edges are 0 to 2"),
        (lambda: Polygon([(0, 0), (1, 0), (0, 1)], names={"a": 1, "b": 1}), ValueError, "is both"),
        (lambda: Polygon([(0, 0), (1, 0, 2), (0, 1)]), ValueError, "two numbers each"),
    ],
)
def test_what_is_not_possible_is_refused(make: object, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        make()  # type: ignore[operator]
