"""Values on several parts of a boundary that hold by construction."""

import math

import pytest
import torch
from torch import Generator, Tensor

from pinn_metakan.ansatz.hard.constraints import build_constraints
from pinn_metakan.ansatz.hard.part_data import meeting_points, overlap
from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.polygon import Polygon
from pinn_metakan.geometry.space_time import SpaceTime
from pinn_metakan.pde.boundary_conditions import Dirichlet, Neumann
from pinn_metakan.pde.condition import Condition
from pinn_metakan.pde.formulation import Formulation, formulate
from pinn_metakan.pde.initial import Initial
from pinn_metakan.pde.problem import Problem

SIDES = {"bottom": 0, "right": 1, "top": 2, "left": 3}
SQUARE = Polygon([(0, 0), (2, 0), (2, 1), (0, 1)], names=SIDES)
PLATE = Polygon(
    [(0, 0), (4, 0), (4, 3), (0, 3)],
    holes={"slot": [(1, 1), (2, 1), (2, 2), (1, 2)], "hole": [(3, 1), (3.5, 2), (3, 2)]},
    names={"inlet": 3},
)


class Heat(Problem):
    """u_t = laplacian u, or laplacian u = 0."""

    unknowns = ("u",)

    def __init__(self, domain: Domain, **conditions: Condition):
        self.domain, self.conditions = domain, conditions
        self.coordinates = ("x", "y") if domain.time_axis is None else ("x", "y", "t")

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        rate = jet("u_t") if len(self.coordinates) == 3 else 0.0
        return {"heat": jet("laplacian_u") - rate}


def field_on(formulation: Formulation, name: str) -> tuple[Tensor, Tensor, Tensor]:
    """Points of a condition, g and B there."""
    condition = formulation.problem.conditions[name]
    generator = Generator().manual_seed(1)
    at = condition.sample(formulation.variables, formulation.domain, 200, "sobol", generator)
    (constraint,) = build_constraints(formulation).constraints
    assert constraint.data is not None
    assert constraint.factor is not None
    return at.points, constraint.data(at.points), constraint.factor(at.points)


def test_each_part_has_its_own_value() -> None:
    formulation = formulate(
        Heat(
            PLATE,
            rim=Dirichlet(u=lambda x, y: x * y, where="outer"),
            inlet=Dirichlet(u=lambda x, y: torch.sin(y), where="inlet"),
            slot=Dirichlet(u=2.0, where="slot"),
            hole=Dirichlet(u=-3.0, where="hole"),
        )
    )
    built = build_constraints(formulation)
    assert built.satisfied == {"rim_u", "inlet_u", "slot_u", "hole_u"}
    for name, value in (("slot", 2.0), ("hole", -3.0)):
        _, data, factor = field_on(formulation, name)
        torch.testing.assert_close(data, torch.full_like(data, value), rtol=0, atol=1e-11)
        assert factor.abs().max() < 1e-9
    points, data, factor = field_on(formulation, "rim")
    torch.testing.assert_close(data, points.prod(dim=1), rtol=0, atol=1e-9)
    points, data, _ = field_on(formulation, "inlet")
    torch.testing.assert_close(data, torch.sin(points[:, 1]), rtol=0, atol=1e-9)


def test_parts_without_a_condition_are_free_and_slopes_stay_soft() -> None:
    formulation = formulate(
        Heat(
            PLATE,
            slot=Dirichlet(u=1.0, where="slot"),
            hole=Dirichlet(u=0.0, where="hole"),
            rim=Neumann(u=0.0, where="outer"),
        )
    )
    assert build_constraints(formulation).satisfied == {"slot_u", "hole_u"}
    _, _, factor = field_on(formulation, "rim")
    assert factor.min() > 0.05


def test_equal_numbers_are_not_blended() -> None:
    formulation = formulate(
        Heat(
            PLATE,
            slot=Dirichlet(u=1.5, where="slot"),
            rest=Dirichlet(u=1.5, where=["outer", "inlet"]),
        )
    )
    (constraint,) = build_constraints(formulation).constraints
    assert constraint.data is not None
    inside = PLATE.interior(torch.rand(20, 2, dtype=torch.float64))
    assert set(constraint.data(inside).tolist()) == {1.5}


def test_values_hold_at_the_start_and_on_parts() -> None:
    decay = lambda x, y, t: torch.exp(-t) * x * y  # noqa: E731
    formulation = formulate(
        Heat(
            SpaceTime(PLATE, 0.0, 1.0),
            start=Initial(u=lambda x, y: x * y),
            rim=Dirichlet(u=decay, where=("outer", "inlet")),
            slot=Dirichlet(u=lambda x, y, t: x * y * torch.cos(t), where="slot"),
        )
    )
    assert build_constraints(formulation).satisfied == {"start_u", "rim_u", "slot_u"}
    points, data, factor = field_on(formulation, "start")
    torch.testing.assert_close(data, points[:, 0] * points[:, 1])
    assert factor.abs().max() == 0
    points, data, _ = field_on(formulation, "rim")
    torch.testing.assert_close(data, decay(*points.unbind(1)), rtol=0, atol=1e-9)
    points, data, _ = field_on(formulation, "slot")
    expected = points[:, 0] * points[:, 1] * torch.cos(points[:, 2])
    torch.testing.assert_close(data, expected, rtol=0, atol=1e-9)


def test_a_start_that_contradicts_a_part_leaves_both_soft() -> None:
    formulation = formulate(
        Heat(
            SpaceTime(PLATE, 0.0, 1.0),
            start=Initial(u=0.0),
            slot=Dirichlet(u=1.0, where="slot"),
            hole=Dirichlet(u=0.0, where="hole"),
        )
    )
    built = build_constraints(formulation)
    assert built.satisfied == {"hole_u"}
    assert any("slot_u and start_u contradict each other" in note for note in built.notes)


def test_values_that_jump_at_a_vertex_hold_on_both_sides_of_it() -> None:
    lid = Dirichlet(u=1.0, where="top")
    others = Dirichlet(u=0.0, where=("bottom", "left", "right"))
    formulation = formulate(Heat(SQUARE, lid=lid, others=others))
    built = build_constraints(formulation)
    assert built.satisfied == {"lid_u", "others_u"}
    (constraint,) = built.constraints
    assert constraint.data is not None
    at = [[0.0, 1.0], [1e-6, 1.0], [0.0, 1 - 1e-6], [1e-6, 1 - 1e-6]]
    mean, top, left, between = constraint.data(torch.tensor(at, dtype=torch.float64)).tolist()
    assert (mean, top, left) == pytest.approx((0.5, 1.0, 0.0))
    assert 0.2 < between < 0.8
    assert any("jump where they meet at (" in note for note in built.notes)


def test_values_that_agree_at_a_vertex_are_not_noted() -> None:
    parts = {side: Dirichlet(u=lambda x, y: x + y * y, where=side) for side in SIDES}
    built = build_constraints(formulate(Heat(SQUARE, **parts)))
    assert built.notes == ()
    assert len(built.satisfied) == 4


def test_a_second_condition_on_a_part_stays_soft() -> None:
    formulation = formulate(
        Heat(SQUARE, all=Dirichlet(u=1.0, where="top"), again=Dirichlet(u=1.0, where="outer[2]"))
    )
    built = build_constraints(formulation)
    assert built.satisfied == {"all_u"}
    assert "again: its part of the boundary has a condition already; stays soft" in built.notes


def test_parts_overlap_where_they_share_an_edge_but_not_a_vertex() -> None:
    assert overlap(SQUARE, ["top"], ["outer[2]"])
    assert not overlap(SQUARE, ["top"], ["left", "right"])
    assert not overlap(SQUARE, [], ["left"])


def test_parts_meet_at_their_vertices() -> None:
    found = meeting_points(SQUARE, ["top"], ["left", "right"])
    assert sorted(found.tolist()) == [[0.0, 1.0], [2.0, 1.0]]
    assert len(meeting_points(SQUARE, ["top"], ["bottom"])) == 0
    times = meeting_points(SpaceTime(SQUARE, 0.0, 3.0), ["top"], ["left"])
    assert times[:, :2].tolist() == [[0.0, 1.0]] * len(times)


@pytest.mark.parametrize("distance", [1e-2, 1e-3])
def test_derivatives_of_data_are_those_of_differences_near_a_vertex(distance: float) -> None:
    parts = {
        "top": Dirichlet(u=lambda x, y: torch.sin(x), where="top"),
        "left": Dirichlet(u=lambda x, y: y - 1, where="left"),
    }
    (constraint,) = build_constraints(formulate(Heat(SQUARE, **parts))).constraints
    assert constraint.data is not None
    assert constraint.factor is not None
    step = 1e-3 * distance
    at = torch.tensor([[distance * math.cos(1.0), 1 - distance * math.sin(1.0)]]).double()
    for field in (constraint.data, constraint.factor):
        place = at.clone().requires_grad_()
        (slopes,) = torch.autograd.grad(field(place).sum(), place, create_graph=True)
        (second,) = torch.autograd.grad(slopes[0, 0], place)
        moved = torch.tensor([[step, 0.0]]).double()
        ahead, here, behind = field(at + moved), field(at), field(at - moved)
        first = float((ahead - behind) / (2 * step))
        twice = float((ahead - 2 * here + behind) / step**2)
        assert float(slopes[0, 0].detach()) == pytest.approx(first, rel=1e-4)
        assert float(second[0, 0]) == pytest.approx(twice, rel=1e-2, abs=1e-2)


def test_second_derivatives_on_a_part_are_those_beside_it() -> None:
    """Where a factor is zero or rounding, no derivative divides by it."""
    parts = {
        "one": Dirichlet(u=1.0, where="inlet"),
        "two": Dirichlet(u=2.0, where="slot"),
        "none": Dirichlet(u=0.0, where="hole"),
    }
    (constraint,) = build_constraints(formulate(Heat(PLATE, **parts))).constraints
    unit = torch.linspace(0.01, 0.99, 41, dtype=torch.float64)[:, None]
    points, normals = PLATE.part_boundary(["inlet", "slot", "hole"], unit)
    vertices = torch.tensor([v for ring in PLATE.rings for v in ring.vertices]).double()
    is_clear = torch.cdist(points, vertices).min(dim=1).values > 0.02
    points, normals = points[is_clear], normals[is_clear]
    for field in (constraint.data, constraint.factor):
        assert field is not None
        found = []
        for step in (0.0, 1e-17, 1e-7):
            place = (points - step * normals).requires_grad_()
            (slopes,) = torch.autograd.grad(field(place).sum(), place, create_graph=True)
            found.append(torch.autograd.grad(slopes[:, 0].sum(), place)[0][:, 0])
        for on_part in found[:2]:
            assert (on_part - found[2]).abs().max() < 1e-3 * (1 + found[2].abs().max())
