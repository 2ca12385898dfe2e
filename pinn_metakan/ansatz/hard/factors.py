"""Factors B that vanish to first order where a value is given; each is at most about 1."""

import torch
from torch import Tensor

from pinn_metakan.ansatz.hard.transfinite import Field
from pinn_metakan.geometry.domains import Ball


def side_factor(axis: int, ends: list[float], low: float, high: float) -> Field:
    """Vanish at the ends; at most 1 between them."""
    scale = (2.0 / (high - low)) ** 2 if len(ends) == 2 else 1.0 / (high - low)

    def factor(points: Tensor) -> Tensor:
        x = points[:, axis]
        if len(ends) == 2:
            return scale * (x - low) * (high - x)
        return scale * (x - low if ends[0] == low else high - x)

    return factor


def ball_factor(ball: Ball) -> Field:
    """Vanish on the sphere: 1 - |x - c|^2 / R^2."""

    def factor(points: Tensor) -> Tensor:
        center = torch.tensor(ball.center, dtype=points.dtype, device=points.device)
        space = points[:, : ball.dimension]
        return 1.0 - (space - center).square().sum(dim=1) / ball.radius**2

    return factor


def time_factor(start: float, end: float, power: int) -> Field:
    """Vanish at the start like a power of time, 1 at the end."""
    return lambda points: ((points[:, -1] - start) / (end - start)) ** power


def product(factors: list[Field]) -> Field:
    """Multiply factors."""

    def value(points: Tensor) -> Tensor:
        values = factors[0](points)
        for factor in factors[1:]:
            values = values * factor(points)
        return values

    return value
