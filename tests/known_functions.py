"""Functions with known derivatives on known domains, and what a condition leaves of them."""

from collections.abc import Mapping

import torch
from torch import Generator, Tensor

from pinn_metakan.derivatives.autograd import evaluate_by_autograd
from pinn_metakan.derivatives.jet import Jet, RecordedValues
from pinn_metakan.derivatives.request import Variables
from pinn_metakan.geometry.box import Box, Interval
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.space_time import SpaceTime
from pinn_metakan.pde.condition import Condition

SQUARE = Box((0.0, 1.0), (0.0, 2.0))
XY = Variables(("x", "y"), ("u", "v"), 2, None)
WAVE_DOMAIN = SpaceTime(Interval(0.0, 1.0), 0.0, 1.0)
XT = Variables(("x", "t"), ("u",), 2, 1)
T = Variables(("t",), ("u",), 1, None)


def residual_of(
    condition: Condition, variables: Variables, domain: Domain, function: object, seed: int = 0
) -> Mapping[str, Tensor]:
    condition.check(variables, domain)
    generator = Generator().manual_seed(seed)
    at = condition.sample(variables, domain, 50, "sobol", generator)
    record = RecordedValues(at.points)
    condition.residual(Jet(variables, at.points, record), at, variables)
    values = evaluate_by_autograd(function, at.points, record)  # type: ignore[arg-type]
    return condition.residual(Jet(variables, at.points, values), at, variables)


def polynomial(points: Tensor) -> Tensor:
    x, y = points.unbind(1)
    return torch.stack([x**2 + 3 * y, x * y], dim=1)


def sine_wave(points: Tensor) -> Tensor:
    x, t = points.unbind(1)
    return (torch.sin(2 * torch.pi * x) * torch.cos(t) + t * x * (1 - x))[:, None]
