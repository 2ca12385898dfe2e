"""Points of conditions that disagree count for less the nearer they are to where they meet."""

import pytest
import torch
from torch import Generator, Tensor

from pinn_metakan.ansatz.hard.constraints import build_constraints
from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.geometry.box import Box
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.losses.build import build_collocation
from pinn_metakan.pde.boundary_conditions import Dirichlet
from pinn_metakan.pde.corner_weights import Meeting, corner_weights
from pinn_metakan.pde.formulation import formulate
from pinn_metakan.pde.problem import Problem
from pinn_metakan.settings.sections import PointSettings

RECTANGLE = Box((0.0, 4.0), (0.0, 1.0))


class Lid(Problem):
    """A warm lid between cold sides."""

    coordinates, unknowns = ("x", "y"), ("u",)
    domain: Domain = RECTANGLE
    conditions = {  # noqa: RUF012
        "lid": Dirichlet(u=1.0, where="y=1"),
        "side": Dirichlet(u=0.0, where="x=0"),
        "floor": Dirichlet(u=0.0, where="y=0"),
    }

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        return {"laplace": jet("laplacian_u")}


def test_a_weight_is_the_distance_in_parts_of_the_domain() -> None:
    corner, other = Meeting((0, 1), (0.0, 1.0)), Meeting((0, 1), (4.0, 1.0))
    points = torch.tensor([[0.0, 1.0], [1.0, 1.0], [2.0, 1.0], [3.0, 1.0]], dtype=torch.float64)
    weights = corner_weights(points, [corner], RECTANGLE)
    torch.testing.assert_close(weights, torch.tensor([0.0, 1.0, 2.0, 3.0]).double() / 1.5)
    weights = corner_weights(points, [corner, other], RECTANGLE)
    torch.testing.assert_close(weights, torch.tensor([0.0, 1.0, 2.0, 1.0]).double())
    assert corner_weights(points[:1], [corner], RECTANGLE).tolist() == [1.0]


def test_conditions_that_disagree_are_weighed_and_others_are_not() -> None:
    formulation = formulate(Lid())
    constraints = build_constraints(formulation)
    assert set(constraints.meetings) == {"lid_u", "side_u"}
    assert any(
        "both become soft, and count for nothing at that place" in n for n in constraints.notes
    )
    settings = PointSettings(interior=20, first=0, boundary=16)
    collocation = build_collocation(
        formulation,
        settings,
        Generator().manual_seed(0),
        torch.device("cpu"),
        torch.float64,
        constraints.meetings,
    )
    _, lid, side, floor = collocation.groups
    assert floor.at.weights is None
    for group, axis, far in ((lid, 0, 0.0), (side, 1, 1.0)):
        weights = group.at.weights
        assert weights is not None
        assert float(weights.mean()) == pytest.approx(1.0)
        distance = (group.at.points[:, axis] - far).abs()
        assert torch.equal(weights.argsort(), distance.argsort())
    before = lid.at.weights
    collocation.redraw(lambda points: points)
    assert lid.at.weights is not None
    assert before is not None
    assert not torch.equal(lid.at.weights, before)
