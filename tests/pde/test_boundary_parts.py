"""Conditions on parts of a boundary that have names."""

import pytest
import torch
from torch import Generator

from pinn_metakan import (
    Boundary,
    BoundaryPart,
    Box,
    Condition,
    Dirichlet,
    Disk,
    Domain,
    Interval,
    Jet,
    Neumann,
    Polygon,
    Problem,
    ProblemError,
    Robin,
    SpaceTime,
)
from pinn_metakan.derivatives.request import Variables
from pinn_metakan.pde.description import description
from pinn_metakan.pde.formulation import formulate

TRIANGLE = [(0.5, 0.25), (0.75, 0.25), (0.5, 0.5)]
PLATE = Polygon([(0, 0), (1, 0), (1, 1), (0, 1)], {"hole": TRIANGLE}, {"inlet": 3, "outlet": 1})
XY = Variables(("x", "y"), ("u",), 2, None)


class Harmonic(Problem):
    """laplacian u = 0."""

    coordinates, unknowns = ("x", "y"), ("u",)

    def __init__(self, domain: Domain, **conditions: Condition):
        self.domain = domain
        if domain.time_axis is not None:
            self.coordinates = ("x", "y", "t")
        self.conditions = conditions

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        return {"harmonic": jet("laplacian_u")}


@pytest.mark.parametrize("domain", [PLATE, SpaceTime(PLATE, 0.0, 1.0)], ids=["steady", "in time"])
@pytest.mark.parametrize(
    "condition",
    [
        Dirichlet(u=0.0, where="hole"),
        Neumann(u=0.0, where="hole"),
        Robin(1.0, 1.0, 0.0, where="hole"),
        Boundary("u_xx", 0.0, where="hole"),
    ],
    ids=lambda condition: type(condition).__name__,
)
def test_points_of_a_condition_lie_on_the_part_that_it_names(
    domain: Domain, condition: Condition
) -> None:
    at = formulate(Harmonic(domain, edge=condition)).conditions["edge"].at
    assert domain.on_part(at.points, "hole").all()
    assert at.normals is not None


def test_several_parts_share_points_by_their_lengths() -> None:
    part = BoundaryPart(("inlet", "hole"))
    generator = Generator().manual_seed(0)
    points = part.sample(XY, PLATE, 2000, "sobol", generator).points
    share = float(PLATE.on_part(points, "inlet").double().mean())
    assert share == pytest.approx(1 / (1 + PLATE.part_size("hole")), abs=2e-3)
    assert (PLATE.on_part(points, "inlet") | PLATE.on_part(points, "hole")).all()


def test_several_faces_of_a_box_are_one_part() -> None:
    box = Box((0.0, 1.0), (0.0, 3.0))
    part = BoundaryPart(["x=0", "y=3"])
    assert part.parts(XY, box) == ("x1=0", "x2=3")
    assert part.faces(XY, box) == (box.faces[0], box.faces[3])
    points = part.sample(XY, box, 1000, "sobol", Generator().manual_seed(0)).points
    assert ((points[:, 0] == 0) | (points[:, 1] == 3)).all()
    assert float((points[:, 0] == 0).double().mean()) == pytest.approx(0.75, abs=0.01)


def test_parts_get_points_by_their_sizes() -> None:
    total = sum(PLATE.part_size(part) for part in PLATE.parts)
    for names in ("inlet", "hole", ("inlet", "hole")):
        size = sum(PLATE.part_size(part) for part in ([names] if isinstance(names, str) else names))
        share = BoundaryPart(names).relative_size(XY, PLATE)
        assert share == pytest.approx(4 * size / total)
    assert BoundaryPart().relative_size(XY, PLATE) == 1
    assert BoundaryPart("x=0").relative_size(XY, Box((0.0, 1.0), (0.0, 9.0))) == 1
    many = Box((0.0, 1.0), (0.0, 1.0)) - Disk(0.01, (0.5, 0.5))
    assert BoundaryPart("rim").relative_size(XY, many) == 0.25


def test_an_edge_is_selected_by_its_number() -> None:
    points = BoundaryPart("hole[0]").sample(XY, PLATE, 50, "sobol", Generator()).points
    assert (points[:, 1] == 0.25).all()


@pytest.mark.parametrize(
    ("domain", "where", "message"),
    [
        (PLATE, "rim", "no part 'rim'; the domain has outer, outlet, inlet, hole"),
        (PLATE, ("hole", "rim"), "no part 'rim'; the domain has outer"),
        (PLATE, (), "where must name a part of the boundary, got none"),
        (PLATE, ("hole", 3), r"names of parts .* got \('hole', 3\)"),
        (Box((0.0, 1.0), (0.0, 1.0)), "x=3", "no face 'x=3'; the domain has x=0, x=1, y=0, y=1"),
        (SpaceTime(PLATE, 0.0, 1.0), "t=0", "no part 't=0'; the domain has outer"),
    ],
)
def test_a_part_that_is_not_there_is_refused(domain: Domain, where: str, message: str) -> None:
    with pytest.raises(ProblemError, match=message):
        formulate(Harmonic(domain, edge=Dirichlet(u=0.0, where=where)))


def test_several_parts_need_a_boundary_that_has_parts() -> None:
    class Half(Domain):
        bounds = ((0.0, 1.0), (0.0, 1.0))
        faces = Box(*bounds).faces[:2]

        def contains(self, points: torch.Tensor) -> torch.Tensor:
            return (points >= 0).all(dim=1) & (points <= 1).all(dim=1)

    with pytest.raises(ValueError, match="has no parts; write a condition for each"):
        BoundaryPart(("x=0", "x=1")).check(XY, Half())
    assert BoundaryPart("x=0").parts(XY, Half()) == ()


def test_a_vector_coordinate_has_faces_by_number() -> None:
    variables = Variables(("x",), ("u",), 5, None)
    box = Box(*[(0.0, 1.0)] * 5)
    points = BoundaryPart("x3=1").sample(variables, box, 20, "sobol", Generator()).points
    assert (points[:, 2] == 1.0).all()


def test_the_time_of_an_interval_is_no_part_of_it() -> None:
    domain = SpaceTime(Interval(0.0, 1.0), 0.0, 1.0)
    assert domain.parts == ("x1=0", "x1=1")


def test_a_description_lists_parts_that_are_no_faces() -> None:
    facts = description(Harmonic(Box((-1.0, 1.0), (-1.0, 1.0)) - Disk(0.1).named("hole")))
    assert ("parts", "hole") in facts
    assert "parts" not in dict(description(Harmonic(Box((-1.0, 1.0), (-1.0, 1.0)))))
