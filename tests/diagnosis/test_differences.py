"""Central differences equal derivatives by autograd."""

import torch
from torch import Tensor

from pinn_metakan.derivatives.autograd import evaluate_by_autograd
from pinn_metakan.derivatives.request import Derivative, Gradient, Laplacian
from pinn_metakan.diagnosis.differences import evaluate_by_differences


def field(points: Tensor) -> Tensor:
    x, y = points.unbind(1)
    return torch.stack([torch.sin(2 * x) * torch.exp(y), x**3 * y**2], dim=1)


def test_differences_equal_derivatives_by_autograd(generator: torch.Generator) -> None:
    points = torch.rand(20, 2, dtype=torch.float64, generator=generator)
    axes = [(), (0,), (1,), (0, 0), (0, 1), (0, 0, 1), (0, 0, 0), (0, 0, 0, 0), (0, 0, 1, 1)]
    asked = [Derivative(k, a) for k in (0, 1) for a in axes]
    asked += [Laplacian(1, (0, 1)), Gradient(0, (0, 1))]
    found = evaluate_by_differences(field, points, asked, torch.tensor([1e-2, 1e-2]).double())
    expected = evaluate_by_autograd(field, points, asked)
    for quantity in asked:
        torch.testing.assert_close(found[quantity], expected[quantity], rtol=2e-6, atol=2e-6)
