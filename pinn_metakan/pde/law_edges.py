r"""Edge functions of small KANs: a basis of s in [-1, 1], and its weights from what is trained."""

from abc import ABC, abstractmethod

import torch
from torch import Generator, Tensor

from pinn_metakan.families.family import Family
from pinn_metakan.pde.polynomials import chebyshev_polynomials


class LawEdges(ABC):
    r"""Functions :math:`\phi(s) = \sum_k v_k(c) B_k(s)` with trained coefficients c.

    Attributes:
        count: Coefficients D of one edge.
    """

    count: int

    @abstractmethod
    def basis(self, s: Tensor, order: int) -> list[Tensor]:
        """Evaluate the basis B and its derivatives.

        Args:
            s: Shape (N, i), dimensionless.
            order: Highest derivative.

        Returns:
            One tensor (N, i, B) for each order from 0 on.
        """

    def weights(self, coefficients: Tensor, is_last: bool) -> Tensor:
        """Weights v of the basis, (o, i, B).

        Args:
            coefficients: Shape (o, i, D).
            is_last: Whether they are those of the last layer.

        Returns:
            Those coefficients, unless the edges have another rule.
        """
        return coefficients

    def first_of_last(self, inputs: int) -> Tensor:
        """Coefficients of the last layer before training, (1, i, D): those of a constant."""
        return torch.zeros(1, inputs, self.count, dtype=torch.float64)

    def fitted(self, s: Tensor, values: Tensor) -> Tensor:
        """Fit one layer to values by least squares.

        Args:
            s: Shape (M, i).
            values: Shape (M,).

        Returns:
            The constant, and the coefficients of the edges, (1 + i D,).
        """
        basis = self.basis(s, 0)[0].flatten(1)  # (M, i D)
        return _least_squares(torch.cat([torch.ones_like(basis[:, :1]), basis], dim=1), values)


class Polynomials(LawEdges):
    """Chebyshev polynomials T_1 ... T_n, which go on as straight lines beyond [-1, 1].

    Args:
        degree: n.
    """

    def __init__(self, degree: int):
        self.count = degree

    def basis(self, s: Tensor, order: int) -> list[Tensor]:
        """Evaluate by the recurrence; see `LawEdges.basis`."""
        return chebyshev_polynomials(s, self.count, order)


class OfFamily(LawEdges):
    """A family that networks have, of s times its reach.

    Args:
        family: Linear in its coefficients.
    """

    def __init__(self, family: Family):
        self._family = family
        self.count = family.size

    def basis(self, s: Tensor, order: int) -> list[Tensor]:
        """Evaluate the family; see `LawEdges.basis`."""
        reach = min(self._family.reach, 1.0)
        found = self._family.derivatives(reach * s, order)
        return [(reach**k * values).to(s) for k, values in enumerate(found)]


class Monotone(LawEdges):
    r"""Polynomials whose slope is a square.

    .. math:: \phi'(s) = \Big(\sum_{k=0}^{n-1} c_k T_k(s)\Big)^2

    By :math:`2 T_j T_k = T_{j+k} + T_{|j-k|}` and the integrals of these, phi is a sum of T_1 to
    T_{2n-1} with weights that are quadratic in c. Beyond [-1, 1] it goes on by its last slope. A
    sum of increasing functions increases, and so does tanh of it: layers of these do in each
    argument.

    Args:
        count: n.
        sign: 1 for functions that increase, -1 for those that decrease, by the last layer.
    """

    def __init__(self, count: int, sign: int):
        self.count, self._sign = count, sign
        slopes = torch.zeros(2 * count, count, count, dtype=torch.float64)  # of T_m by c_j c_k
        for j in range(count):
            for k in range(count):
                slopes[j + k, j, k] += 0.5
                slopes[abs(j - k), j, k] += 0.5
        slopes[0] *= 2
        above = torch.cat([slopes[2:], torch.zeros_like(slopes[:1])])
        orders = torch.arange(1, 2 * count, dtype=torch.float64).view(-1, 1, 1)
        self._squares = (slopes[:-1] - above) / (2 * orders)  # (2 n - 1, n, n)

    def basis(self, s: Tensor, order: int) -> list[Tensor]:
        """Evaluate T_1 to T_{2n-1}; see `LawEdges.basis`."""
        return chebyshev_polynomials(s, 2 * self.count - 1, order)

    def weights(self, coefficients: Tensor, is_last: bool) -> Tensor:
        """Integrals of the squares; see `LawEdges.weights`."""
        squares = self._squares.to(coefficients)
        found = torch.einsum("kab,oia,oib->oik", squares, coefficients, coefficients)
        return self._sign * found if is_last else found

    def first_of_last(self, inputs: int) -> Tensor:
        """Coefficients of straight lines that rise by 1 together; of a constant they stay 0."""
        found = torch.zeros(1, inputs, self.count, dtype=torch.float64)
        found[..., 0] = (2 * inputs) ** -0.5
        return found

    def fitted(self, s: Tensor, values: Tensor) -> Tensor:
        """Fit polynomials, and then the roots of their slopes; see `LawEdges.fitted`."""
        value, slope = self.basis(s, 1)  # (M, i, 2 n - 1) each
        plain = _least_squares(
            torch.cat([torch.ones_like(s[:, :1]), value.flatten(1)], dim=1), values
        )
        weights = plain[1:].view(s.shape[1], -1)
        roots = (self._sign * torch.einsum("mib,ib->mi", slope, weights)).clamp(min=0.0).sqrt()
        edges = []
        for place, root in zip(s.unbind(1), roots.unbind(1), strict=True):
            lower = chebyshev_polynomials(place.unsqueeze(1), self.count, 0)[0][:, 0, :-1]
            edges.append(_least_squares(torch.cat([torch.ones_like(lower[:, :1]), lower], 1), root))
        coefficients = torch.stack(edges)
        found = self.weights(coefficients.unsqueeze(0), True)[0]  # (i, 2 n - 1)
        constant = (values - torch.einsum("mib,ib->m", value, found)).mean()
        return torch.cat([constant.view(1), coefficients.flatten()])


def drawn(edges: LawEdges, inputs: int, outputs: int, generator: Generator) -> Tensor:
    """Random coefficients of a hidden layer, (o, i, D)."""
    shape = (outputs, inputs, edges.count)
    values = torch.randn(*shape, generator=generator, dtype=torch.float64)
    return values / (inputs * edges.count) ** 0.5


def _least_squares(matrix: Tensor, values: Tensor) -> Tensor:
    return torch.linalg.lstsq(matrix, values.unsqueeze(1)).solution.squeeze(1)
