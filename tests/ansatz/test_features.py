"""Inputs of the network: where slopes may jump."""

import pytest
import torch
from torch import Generator, Tensor

from pinn_metakan.ansatz.build import build_ansatz
from pinn_metakan.ansatz.features import Features
from pinn_metakan.derivatives.autograd import evaluate_by_autograd
from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.derivatives.request import Derivative
from pinn_metakan.errors import ProblemError
from pinn_metakan.geometry.box import Box
from pinn_metakan.networks.mlp import MLP
from pinn_metakan.pde.boundary_conditions import Periodic
from pinn_metakan.pde.condition import Kink
from pinn_metakan.pde.formulation import formulate
from pinn_metakan.pde.interface import Jump
from pinn_metakan.pde.problem import Problem

DOMAIN = Box((0.0, 2.0), (-1.0, 1.0))


def test_the_distance_from_an_interface_is_an_input(generator: Generator) -> None:
    features = Features(DOMAIN, {1}, [Kink(0, 0.5)])
    points = DOMAIN.interior(torch.rand(50, 2, generator=generator, dtype=torch.float64))
    found = features(points)
    assert found.shape == (50, features.size) == (50, 4)
    assert found.abs().max() <= 1.0
    assert torch.allclose(found[:, -1], 2 * (points[:, 0] - 0.5).abs() / 1.5 - 1)


def test_a_network_is_continuous_and_its_slope_jumps(generator: Generator) -> None:
    features = Features(DOMAIN, (), [Kink(0, 0.5)])
    network = MLP([features.size, 5, 1], generator)
    beside = torch.tensor([[0.5 - 1e-12, 0.3], [0.5 + 1e-12, 0.3]], dtype=torch.float64)
    u, u_x, u_y = Derivative(0, ()), Derivative(0, (0,)), Derivative(0, (1,))
    found = evaluate_by_autograd(lambda x: network(features(x)), beside, [u, u_x, u_y])
    assert found[u].detach().diff().abs().item() < 1e-10
    assert found[u_y].detach().diff().abs().item() < 1e-10
    assert found[u_x].detach().diff().abs().item() > 1e-3


def test_a_jump_across_a_periodic_coordinate_is_refused() -> None:
    class Ring(Problem):
        coordinates, unknowns = ("x", "y"), ("u",)
        domain = DOMAIN

        def __init__(self) -> None:
            self.conditions = {"ring": Periodic("x"), "layer": Jump("u_x", 0.0, "x=0.5")}

        def residual(self, jet: Jet) -> dict[str, Tensor]:
            return {"laplace": jet("laplacian_u")}

    with pytest.raises(ProblemError, match="'layer': slopes cannot jump across x, which the condi"):
        build_ansatz(
            formulate(Ring()), True, lambda i, o: MLP([i, o], Generator()),
            torch.device("cpu"), torch.float64,
        )  # fmt: skip
