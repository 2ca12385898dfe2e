"""What points of the equations count for near vertices."""

import pytest
import torch
from own_domains import Ellipse, Harmonic
from torch import Generator, Tensor

from pinn_metakan.ansatz.ansatz import Ansatz
from pinn_metakan.ansatz.build import build_ansatz
from pinn_metakan.geometry.box import Box
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.polygon import Polygon
from pinn_metakan.losses.build import build_collocation
from pinn_metakan.losses.vertex_weights import VertexWeights, vertex_weights
from pinn_metakan.networks.mlp import MLP
from pinn_metakan.pde.boundary_conditions import Dirichlet
from pinn_metakan.pde.condition import Condition
from pinn_metakan.pde.formulation import Formulation, formulate
from pinn_metakan.settings.sections import PointSettings

PLACE = (torch.device("cpu"), torch.float64)
L_SHAPE = Polygon([(0, 0), (1, 0), (1, 1), (-1, 1), (-1, -1), (0, -1)])
SQUARE = Polygon([(0, 0), (1, 0), (1, 1), (0, 1)], names={"lid": 2})


def ansatz_of(domain: Domain, **conditions: Condition) -> tuple[Ansatz, Formulation]:
    formulation = formulate(Harmonic(domain, **conditions))
    network = lambda i, o: MLP([i, 4, o], Generator().manual_seed(0))  # noqa: E731
    return build_ansatz(formulation, True, network, *PLACE).ansatz, formulation


def weights_of(domain: Domain, **conditions: Condition) -> VertexWeights | None:
    ansatz, formulation = ansatz_of(domain, **conditions)
    return vertex_weights(ansatz, domain, formulation.equations.quantities)


def towards(vertex: tuple[float, float], direction: tuple[float, float]) -> Tensor:
    """Points at the distances 1e-1, 1e-2, ... from a vertex, and many elsewhere."""
    ray = torch.tensor([direction], dtype=torch.float64) * 10.0 ** -torch.arange(1, 5)[:, None]
    return torch.tensor([vertex], dtype=torch.float64) + ray


def test_points_near_an_inner_corner_count_for_less_the_nearer_they_are() -> None:
    weights = weights_of(L_SHAPE, rim=Dirichlet(u=0.0))
    assert weights is not None
    found = weights.at(towards((0.0, 0.0), (-0.3, 0.9)))
    ratios = (found[1:] / found[:-1]).tolist()
    assert ratios[-1] == pytest.approx(10 ** (-8 / 3), rel=0.1)  # derivatives of r^(2/3), squared


def test_points_near_values_that_jump_count_for_the_fourth_power() -> None:
    lid, others = Dirichlet(u=1.0, where="lid"), Dirichlet(u=0.0, where="outer")
    weights = weights_of(SQUARE, lid=lid, others=others)
    assert weights is not None
    found = weights.at(towards((0.0, 1.0), (0.6, -0.8)))
    assert float(found[-1] / found[-2]) == pytest.approx(1e-4, rel=0.1)


@pytest.mark.parametrize("domain", [Box((0.0, 1.0), (0.0, 1.0)), Ellipse(2.0, 1.0)])
def test_points_count_the_same_where_derivatives_do_not_grow(domain: Domain) -> None:
    assert weights_of(domain, rim=Dirichlet(u=1.0)) is None


def test_weights_are_one_in_the_mean_and_finite_on_vertices(generator: Generator) -> None:
    weights = weights_of(L_SHAPE, rim=Dirichlet(u=0.0))
    assert weights is not None
    points = torch.cat(
        [torch.rand(50, 2, generator=generator).double(), torch.zeros(1, 2).double()]
    )
    found = weights.at(points)
    assert float(found.mean()) == pytest.approx(1.0)
    assert bool((found >= 0).all())


@pytest.mark.parametrize("adaptive", [0.0, 0.5])
def test_points_that_are_drawn_anew_are_weighed_anew(adaptive: float) -> None:
    ansatz, formulation = ansatz_of(L_SHAPE, rim=Dirichlet(u=0.0))
    weights = vertex_weights(ansatz, L_SHAPE, formulation.equations.quantities)
    settings = PointSettings(interior=64, adaptive=adaptive)
    generator = Generator().manual_seed(0)
    collocation = build_collocation(formulation, settings, generator, *PLACE, vertices=weights)
    before = collocation.equations.at.weights
    collocation.redraw(lambda points: torch.ones(len(points), 2, dtype=torch.float64))
    after = collocation.equations.at.weights
    assert before is not None
    assert after is not None
    assert weights is not None
    assert not torch.equal(before, after)
    torch.testing.assert_close(after, weights.at(collocation.equations.at.points))
