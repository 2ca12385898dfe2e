r"""A small KAN as an unknown function: one edge function for one argument, which can be read."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Generator, Tensor

from pinn_metakan.derivatives.law import Law
from pinn_metakan.derivatives.request import Derivative
from pinn_metakan.derivatives.taylor import JetSpace
from pinn_metakan.pde.law_edges import LawEdges, drawn

#: Points for each coefficient that a known function is fitted at.
_FITTED = 8


class SmallKAN(Law):
    r"""f(z) = S N(s(z)), or S exp N(s(z)) if it is positive, with a KAN N and the size S.

    .. math:: N(s) = b + \sum_i \phi_i(s_i), \quad
        s_i = \frac{2 (z_i - \text{low}_i)}{\text{high}_i - \text{low}_i} - 1, \quad
        \phi(s) = \sum_k v_k(c) B_k(s),

    for one layer; hidden layers take the tanh of what the one before them gives. The coefficients
    are b and those of all edges, first layer first.

    Args:
        of: Names of the arguments.
        ranges: Lowest and highest value of each argument [its unit].
        hidden: Widths of hidden layers.
        edges: The edge functions.
        size: S [unit of the function].
        is_positive: Whether it is the exponential of the network.
        start: Value of the function before training [its unit].
        true: Evaluates the true function, (N,) for arguments (N,) each, which `likely` is fitted
            to; None if it is not known.
    """

    def __init__(
        self,
        of: tuple[str, ...],
        ranges: Sequence[tuple[float, float]],
        hidden: Sequence[int],
        edges: LawEdges,
        size: float,
        is_positive: bool,
        start: float,
        true: Callable[..., Tensor] | None = None,
    ):
        self.of, self.ranges = of, tuple(ranges)
        self._size, self._is_positive = size, is_positive
        self._edges, self._widths = edges, (len(of), *hidden, 1)
        self.first = tuple(self._first(start).tolist())
        self.likely = self.first
        if true is not None and not hidden:
            self.likely = tuple(self._fitted(true).tolist())

    def derivative(
        self, coefficients: Tensor, arguments: Sequence[Tensor], axes: tuple[int, ...] = ()
    ) -> Tensor:
        """Carry a jet through the layers; see `Law.derivative`."""
        space = JetSpace([Derivative(0, tuple(sorted(axes)))])
        jet = self._network(space, coefficients, self._scaled(space, arguments))
        if self._is_positive:
            exp = jet[0].exp()
            jet = space.compose([exp] * (space.order + 1), jet)
        return self._size * space.select(jet, Derivative(0, tuple(sorted(axes))))

    def _scaled(self, space: JetSpace, arguments: Sequence[Tensor]) -> Tensor:
        """Jets of s, (J, N, i)."""
        low, high = arguments[0].new_tensor(self.ranges).unbind(1)  # (i,) each
        z = torch.stack([argument.reshape(-1) for argument in arguments], dim=1)  # (N, i)
        rows = [2 * (z - low) / (high - low) - 1]
        for index in space.indices[1:]:
            row = torch.zeros_like(z)
            if isinstance(index, tuple) and len(index) == 1:
                row[:, index[0]] = 2 / (high - low)[index[0]]
            rows.append(row)
        return torch.stack(rows)

    def _network(self, space: JetSpace, coefficients: Tensor, jet: Tensor) -> Tensor:
        """Jets of N, (J, N, 1)."""
        at, last = 1, len(self._widths) - 2
        for number, (inputs, outputs) in enumerate(pairwise(self._widths)):
            if number > 0:
                jet = space.compose(_tanh(jet[0], space.order), jet)
            count = outputs * inputs * self._edges.count
            stored = coefficients[at : at + count].view(outputs, inputs, self._edges.count)
            weights = self._edges.weights(stored, number == last)
            basis = space.compose(self._edges.basis(jet[0], space.order), jet)  # (J, N, i, B)
            jet = torch.einsum("jnib,oib->jno", basis, weights)
            at += count
        return torch.cat([jet[:1] + coefficients[0], jet[1:]])

    def _first(self, start: float) -> Tensor:
        """Coefficients before training; those of hidden layers are random, (K,)."""
        generator = Generator().manual_seed(0)
        constant = 0.0 if self._is_positive else start / self._size
        parts = [torch.tensor([constant], dtype=torch.float64)]
        for inputs, outputs in pairwise(self._widths[:-1]):
            parts.append(drawn(self._edges, inputs, outputs, generator).flatten())
        return torch.cat([*parts, self._edges.first_of_last(self._widths[-2]).flatten()])

    def _fitted(self, true: Callable[..., Tensor]) -> Tensor:
        """Coefficients of a function that is known, by least squares, (K,)."""
        first = torch.tensor(self.first, dtype=torch.float64)
        unit = torch.quasirandom.SobolEngine(len(self.of)).draw(_FITTED * len(first))
        s = -torch.cos(torch.pi * unit.double())  # as Chebyshev's nodes are
        low, high = torch.tensor(self.ranges, dtype=torch.float64).unbind(1)
        arguments = (low + (s + 1) / 2 * (high - low)).unbind(1)
        values = true(*arguments) / self._size
        values = values.log() if self._is_positive else values
        found = self._edges.fitted(s, values)
        return found.round(decimals=12)  # the same each time, whatever the last bits were


def _tanh(x: Tensor, order: int) -> list[Tensor]:
    """Evaluate tanh and its derivatives, up to the third, (N, i) each."""
    t = x.tanh()
    slope = 1 - t**2
    return [t, slope, -2 * t * slope, slope * (6 * t**2 - 2)][: order + 1]
