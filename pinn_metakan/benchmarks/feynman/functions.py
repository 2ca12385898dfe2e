"""Formulas of physics that networks are fitted to, from the Feynman lectures."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

_UNIT = (-1.0, 1.0)
_ZERO_ONE = (0.0, 1.0)
_TURN = (0.0, 2 * math.pi)
_LEFT, _RIGHT = (-1.0, -0.5), (0.5, 1.0)


@dataclass(frozen=True)
class FeynmanFunction:
    """A formula and where it is sampled.

    Args:
        formula: Takes one tensor (N,) for each variable, returns (N,).
        ranges: Lowest and highest value of each variable [-].
    """

    formula: Callable[..., Tensor]
    ranges: Sequence[tuple[float, float]]

    def sample(self, count: int, generator: Generator) -> tuple[Tensor, Tensor]:
        """Draw uniform samples.

        Args:
            count: N.
            generator: CPU generator.

        Returns:
            Inputs scaled to [-1, 1], shape (N, d), and values, shape (N,), float64.
        """
        unit = torch.rand(count, len(self.ranges), generator=generator, dtype=torch.float64)
        low, high = torch.tensor(self.ranges, dtype=torch.float64).unbind(1)
        return 2 * unit - 1, self.formula(*(low + (high - low) * unit).unbind(1))


def _gaussian(theta: Tensor) -> Tensor:
    return torch.exp(-theta.square() / 2) / math.sqrt(2 * math.pi)


def _wide_gaussian(theta: Tensor, theta1: Tensor, sigma: Tensor) -> Tensor:
    squares = sigma.square()
    return torch.exp(-(theta - theta1).square() / (2 * squares)) / torch.sqrt(2 * math.pi * squares)


def _gravity(*v: Tensor) -> Tensor:
    g, m1, m2, x1, y1, z1, x2, y2, z2 = v
    return g * m1 * m2 / ((x2 - x1).square() + (y2 - y1).square() + (z2 - z1).square())


def _distance(x1: Tensor, x2: Tensor, theta1: Tensor, theta2: Tensor) -> Tensor:
    return torch.sqrt(x1.square() + x2.square() - 2 * x1 * x2 * torch.cos(theta1 - theta2))


#: Number of the equation -> formula and ranges, in the order of the variables.
FEYNMAN: dict[str, FeynmanFunction] = {
    "I.6.20a": FeynmanFunction(_gaussian, [(-3.0, 3.0)]),
    "I.8.4": FeynmanFunction(lambda x1, x2, y1, y2: torch.hypot(x2 - x1, y2 - y1), [_UNIT] * 4),
    "I.9.18": FeynmanFunction(_gravity, [_UNIT] * 3 + [_LEFT] * 3 + [_RIGHT] * 3),
    "I.12.5": FeynmanFunction(lambda q2, ef: q2 * ef, [_UNIT] * 2),
    "I.15.3x": FeynmanFunction(
        lambda x, u, t, c: (x - u * t) / torch.sqrt(1 - (u / c).square()),
        [_UNIT] * 3 + [(1.1, 2.0)],
    ),
    "I.6.20b": FeynmanFunction(_wide_gaussian, [(-1.5, 1.5)] * 2 + [(0.5, 2.0)]),
    "I.10.7": FeynmanFunction(
        lambda m0, v, c: m0 / torch.sqrt(1 - (v / c).square()), [_ZERO_ONE, (0.0, 0.9), (1.1, 2.0)]
    ),
    "I.12.11": FeynmanFunction(
        lambda q, ef, b, v, theta: q * (ef + b * v * torch.sin(theta)), [_UNIT] * 4 + [_TURN]
    ),
    "I.13.12": FeynmanFunction(
        lambda g, m1, m2, r1, r2: g * m1 * m2 * (1 / r2 - 1 / r1),
        [_ZERO_ONE] * 3 + [(0.5, 2.0)] * 2,
    ),
    "I.16.6": FeynmanFunction(
        lambda u, v, c: (u + v) / (1 + u * v / c.square()), [(-0.8, 0.8)] * 2 + [(1.0, 2.0)]
    ),
    "I.18.4": FeynmanFunction(
        lambda m1, m2, r1, r2: (m1 * r1 + m2 * r2) / (m1 + m2), [_RIGHT] * 2 + [_UNIT] * 2
    ),
    "I.26.2": FeynmanFunction(
        lambda n, theta2: torch.asin(n * torch.sin(theta2)), [(0.0, 0.99), _TURN]
    ),
    "I.27.6": FeynmanFunction(
        lambda d1, d2, n: 1 / (1 / d1 + n / d2), [(0.5, 2.0), (1.0, 2.0), (0.5, 2.0)]
    ),
    "I.29.16": FeynmanFunction(_distance, [_UNIT] * 2 + [_TURN] * 2),
    "I.30.3": FeynmanFunction(
        lambda i0, n, theta: i0 * (torch.sin(n * theta / 2) / torch.sin(theta / 2)).square(),
        [_ZERO_ONE, (0.0, 4.0), (0.4 * math.pi, 1.6 * math.pi)],
    ),
    "I.37.4": FeynmanFunction(
        lambda i1, i2, delta: i1 + i2 + 2 * torch.sqrt(i1 * i2) * torch.cos(delta),
        [(0.1, 1.0)] * 2 + [_TURN],
    ),
    "I.40.1": FeynmanFunction(
        lambda n0, m, g, x, kb, t: n0 * torch.exp(-m * g * x / (kb * t)),
        [_ZERO_ONE] + [_UNIT] * 3 + [(1.0, 2.0)] * 2,
    ),
    "I.50.26": FeynmanFunction(
        lambda x1, omega, t, alpha: (
            x1 * (torch.cos(omega * t) + alpha * torch.cos(omega * t).square())
        ),
        [_ZERO_ONE, _TURN, _ZERO_ONE, _ZERO_ONE],
    ),
}
