"""Sums of squares that optimizers are tried on."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from pinn_metakan.optimizers.jacobian import Jacobian, WholeJacobian

START = (1.3, 0.7, 0.8, 1.9, 1.2)


class Squares:
    """Sums of squares of residuals of one parameter vector, as the trainer offers them."""

    def __init__(self, residuals: Callable[[Tensor], Tensor], start: Sequence[float]):
        self.x = nn.Parameter(torch.tensor(start, dtype=torch.float64))
        self.residuals = residuals
        self.seen: list[tuple[float, ...]] = []

    def gradient(self) -> Tensor:
        self.seen.append(tuple(self.x.detach().tolist()))
        self.x.grad = None
        loss = self.residuals(self.x).square().sum()
        loss.backward()
        return loss.detach()

    def residual(self) -> Tensor:
        return self.residuals(self.x.detach())

    def linearize(self) -> tuple[Tensor, Tensor]:
        jacobian = torch.autograd.functional.jacobian(self.residuals, self.x.detach())
        return self.residual(), jacobian

    def linearize_within(self, numbers: int) -> tuple[Tensor, Jacobian]:
        r, jacobian = self.linearize()
        return r, WholeJacobian(jacobian)

    def linearize_part(self, count: int, generator: torch.Generator) -> tuple[Tensor, Jacobian]:
        return some_rows(*self.linearize(), count, generator)

    @property
    def value(self) -> Tensor:
        return self.x.detach()


def some_rows(
    r: Tensor, jacobian: Tensor, count: int, generator: torch.Generator
) -> tuple[Tensor, Jacobian]:
    """Some rows of a residual vector and its Jacobian, which stand for all of them."""
    rows = torch.randperm(len(r), generator=generator)[:count]
    scale = (len(r) / len(rows)) ** 0.5
    return scale * r[rows], WholeJacobian(scale * jacobian[rows])


def rosenbrock_residuals(x: Tensor) -> Tensor:
    return torch.cat([10 * (x[1:] - x[:-1] ** 2), 1 - x[:-1]])


def rosenbrock(scale: float = 1.0) -> Squares:
    return Squares(lambda x: scale * rosenbrock_residuals(x), START)


def exponential_fit(x: Tensor) -> Tensor:
    """Two exponentials through data of two others: curved and ill-conditioned."""
    t = torch.linspace(0, 3, 25, dtype=x.dtype)
    model = x[0] * torch.exp(-x[1] * t) + x[2] * torch.exp(-x[3] * t)
    return model - (2 * torch.exp(-0.7 * t) + torch.exp(-2.5 * t) + 0.01 * torch.sin(20 * t))


def valley(x: Tensor) -> Tensor:
    """A valley along x_2 = x_1^3, a thousand times steeper than it is long."""
    return torch.stack([1 - x[0], 1e3 * (x[1] - x[0] ** 3)])


def two_of_six(x: Tensor) -> Tensor:
    """Two residuals of six unknowns."""
    return torch.stack([x.sum() ** 2 - 4, x[0] * x[1] - x[2]])
