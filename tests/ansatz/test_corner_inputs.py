"""Inputs of the network at inner corners: what they are, and which problems have them."""

import math
from collections.abc import Mapping

import pytest
import torch
from torch import Tensor

from pinn_metakan import Box, Dirichlet, Jet, Neumann, Polygon, Problem
from pinn_metakan.ansatz.build import build_ansatz
from pinn_metakan.ansatz.corner_inputs import corner_inputs
from pinn_metakan.errors import SettingsError
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.networks.mlp import MLP
from pinn_metakan.networks.network import Network
from pinn_metakan.pde.condition import Condition
from pinn_metakan.pde.formulation import formulate

L_SHAPE = Polygon(
    [(0, 0), (1, 0), (1, 1), (-1, 1), (-1, -1), (0, -1)],
    names={"notch": [0, 5], "rim": [1, 2, 3, 4]},
)


class Laplace(Problem):
    """u_xx + u_yy = 0."""

    coordinates, unknowns = ("x", "y"), ("u",)

    def __init__(self, domain: Domain, conditions: Mapping[str, Condition]):
        self.domain, self.conditions = domain, conditions

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        return {"laplace": jet("laplacian_u")}


class WithProduct(Laplace):
    """Likewise, with an input of its own."""

    def features(self, *coordinates: Tensor) -> Tensor:
        return coordinates[0] * coordinates[1]


def network(inputs: int, outputs: int) -> Network:
    return MLP([inputs, 4, outputs], torch.Generator().manual_seed(0))


def inputs_of(problem: Problem, is_hard: bool = True) -> int:
    cpu = torch.device("cpu")
    built = build_ansatz(formulate(problem), is_hard, network, cpu, torch.float64)
    return built.ansatz.features.size


def test_both_grow_like_the_first_singular_function() -> None:
    found = corner_inputs(L_SHAPE, ["notch"])
    assert found is not None
    angle = torch.tensor([0.3, -1.1, 2.0], dtype=torch.float64)
    middle, r = 3 * math.pi / 4, 1e-4
    places = [torch.cos(middle + angle), torch.sin(middle + angle)]
    near, nearer = (found.function(size * torch.stack(places, dim=1)) for size in (r, r / 8))
    assert torch.allclose(near / nearer, torch.full_like(near, 4.0), rtol=1e-6)  # 8^(2/3)
    assert torch.allclose(near[:, 0] / near[:, 1], torch.tan(2 * angle / 3))


def test_they_are_at_most_one_and_zero_away_from_the_corner() -> None:
    found = corner_inputs(L_SHAPE, ["notch"])
    assert found is not None
    line = torch.linspace(0.0, 1.0, 2001, dtype=torch.float64)
    ahead = found.function(torch.stack([-line, line], dim=1))  # on the middle
    assert float(ahead[:, 1].max()) == pytest.approx(1.0, abs=1e-5)
    assert torch.equal(ahead[0], torch.zeros(2, dtype=torch.float64))
    assert torch.equal(ahead[-1], torch.zeros(2, dtype=torch.float64))


def test_a_corner_between_values_adds_two_inputs() -> None:
    assert inputs_of(Laplace(L_SHAPE, {"all": Dirichlet(u=0.0)})) == 4
    walls = {"notch": Dirichlet(u=0.0, where="notch"), "rim": Neumann(u=1.0, where="rim")}
    assert inputs_of(Laplace(L_SHAPE, walls)) == 4


def test_other_corners_and_soft_values_add_none() -> None:
    assert inputs_of(Laplace(Box((0.0, 1.0), (0.0, 1.0)), {"all": Dirichlet(u=0.0)})) == 2
    assert inputs_of(Laplace(L_SHAPE, {"all": Dirichlet(u=0.0)}), is_hard=False) == 2
    rim = {"rim": Dirichlet(u=0.0, where="rim"), "notch": Neumann(u=1.0, where="notch")}
    assert inputs_of(Laplace(L_SHAPE, rim)) == 2


def test_features_of_the_problem_take_their_place() -> None:
    assert inputs_of(WithProduct(L_SHAPE, {"all": Dirichlet(u=0.0)})) == 3


def test_a_network_of_two_inputs_is_told_of_the_corners() -> None:
    formulation = formulate(Laplace(L_SHAPE, {"all": Dirichlet(u=0.0)}))
    with pytest.raises(SettingsError, match=r"must map 4 features .*; inner corners of the domain"):
        build_ansatz(
            formulation, True, lambda _, out: network(2, out), torch.device("cpu"), torch.float64
        )
