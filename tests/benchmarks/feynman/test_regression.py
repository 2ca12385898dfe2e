"""Fitting a network to values."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Generator

from pinn_metakan.benchmarks.feynman.functions import FEYNMAN
from pinn_metakan.benchmarks.feynman.regression import Regression, fit
from pinn_metakan.families.rbf import RBF
from pinn_metakan.networks.kan import KAN, make_kan, make_metakan
from pinn_metakan.optimizers.levenberg_marquardt import LevenbergMarquardt


@pytest.mark.parametrize("make", [make_kan, make_metakan])
def test_the_jacobian_of_a_regression_equals_autograd(
    make: Callable[..., KAN], generator: Generator
) -> None:
    network = make((2, 4, 4, 1), RBF, generator)
    x, y = FEYNMAN["I.12.5"].sample(9, generator)
    regression = Regression(network, x, y)
    r, jacobian = regression.linearize()
    assert torch.allclose(r, regression.residual().detach(), atol=1e-14)
    for row in range(9):
        gradients = torch.autograd.grad(regression.residual()[row], list(network.parameters()))
        expected = torch.cat([g.flatten() for g in gradients])
        assert torch.allclose(jacobian[row], expected, atol=1e-12)


def test_a_product_is_fitted_in_a_second(generator: Generator) -> None:
    x, y = FEYNMAN["I.12.5"].sample(300, generator)
    network = make_metakan((2, 4, 4, 1), RBF, generator)
    error = fit(network, x, y, lambda: LevenbergMarquardt(list(network.parameters())), 25)
    assert error < 1e-9
    found = float((network(x)[:, 0] - y).detach().square().mean())
    assert math.isclose(error, found, rel_tol=1e-6)
