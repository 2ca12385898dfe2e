r"""Taylor mode: the algebra of jets, which are values together with a set of their derivatives.

A jet is a tensor (J, N, ...): entry 0 is the value, the others are derivatives of it in the
coordinates. Only the derivatives that are asked for are carried, and those that they are made of.
A Laplacian is carried as one sum (collapsed), not as its second derivatives.

Source: Griewank, Walther, Evaluating Derivatives, 2008, chapter 13; Dangel et al., Collapsing
Taylor mode automatic differentiation, 2025, arXiv:2505.13644.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

import torch
from torch import Tensor

from pinn_metakan.derivatives.request import (
    Coordinate,
    Derivative,
    Gradient,
    Laplacian,
    Number,
    Quantity,
)

#: Columns that a derivative is taken in, sorted; or a Laplacian over columns (of any unknown).
Index = tuple[int, ...] | Laplacian
#: A coefficient and the positions of the factors that it multiplies.
Term = tuple[float, tuple[int, ...]]


class JetSpace:
    r"""Which derivatives are carried, and how they combine.

    Compositions follow Faa di Bruno over set partitions,

    .. math:: (f \circ x)_a = \sum_{\pi \in \Pi(a)} f^{(|\pi|)}(x) \prod_{b \in \pi} x_b,

    products follow Leibniz, :math:`(B u)_a = \sum_{b \subseteq a} B_b u_{a \setminus b}`.

    Args:
        quantities: What is asked for; the set is closed downward.

    Attributes:
        indices: The derivatives, the value first.
        order: Highest order.
    """

    def __init__(self, quantities: Iterable[Quantity]):
        indices: set[Index] = {()}
        for quantity in quantities:
            match quantity:
                case Derivative(_, axes):
                    indices |= _sub_indices(axes)
                case Gradient(_, axes):
                    indices |= {(axis,) for axis in axes}
                case Laplacian(_, axes):
                    indices |= {(axis,) for axis in axes} | {Laplacian(0, axes)}
                case Coordinate() | Number():
                    pass
        self.indices: tuple[Index, ...] = tuple(sorted(indices, key=_rank))
        self.order = max(2 if isinstance(a, Laplacian) else len(a) for a in self.indices)
        self._position = {index: place for place, index in enumerate(self.indices)}
        compositions = [self._composition_terms(index) for index in self.indices]
        #: For each factor of a composition: the entry that it belongs to, and the order of the
        #: derivative that it multiplies.
        self.terms = tuple(
            (entry, power) for entry, table in enumerate(compositions) if entry for power in table
        )
        self._factors = [compositions[entry][power] for entry, power in self.terms]
        self._products = [self._product_terms(index) for index in self.indices]

    def __len__(self) -> int:
        return len(self.indices)

    def quantities(self, unknown: int) -> list[Derivative | Laplacian]:
        """Quantities of an unknown that the entries of a jet are, in their order."""
        return [
            Laplacian(unknown, index.axes)
            if isinstance(index, Laplacian)
            else Derivative(unknown, index)
            for index in self.indices
        ]

    def compose(self, derivatives: Sequence[Tensor], x: Tensor) -> Tensor:
        """Apply functions of one variable to a jet.

        Args:
            derivatives: f, f', f'', ... at the value of x, up to `order`; shape (N, i), or
                (N, i, D) for D functions at once.
            x: A jet, shape (J, N, i).

        Returns:
            The jet of f(x), shape (J, N, i) or (J, N, i, D).

        (x^2)^2 and its first two derivatives at x = 3:

        >>> space = JetSpace([Derivative(0, (0, 0))])
        >>> square = torch.tensor([9.0, 6.0, 2.0]).view(3, 1, 1)
        >>> derivatives = [torch.full((1, 1), value) for value in (81.0, 18.0, 2.0)]
        >>> space.compose(derivatives, square).flatten().tolist()
        [81.0, 108.0, 108.0]
        """
        has_functions = derivatives[0].ndim == x.ndim
        entries = x.unbind(0)
        parts: list[list[Tensor]] = [[derivatives[0]]] + [[] for _ in self.indices[1:]]
        for (entry, power), terms in zip(self.terms, self._factors, strict=True):
            factor = _sum_of_products(terms, entries)  # (N, i)
            parts[entry].append(
                derivatives[power] * (factor[..., None] if has_functions else factor)
            )
        return torch.stack([_sum(part) for part in parts])

    def factors(self, x: Tensor) -> Tensor:
        """Factors that multiply the derivatives of f in `compose`.

        Args:
            x: A jet, shape (J, N, i).

        Returns:
            One factor per entry of `terms`, shape (T, N, i).
        """
        if not self.terms:
            return x[:0]
        entries = x.unbind(0)
        return torch.stack([_sum_of_products(terms, entries) for terms in self._factors])

    def multiply(self, a: Tensor, b: Tensor) -> Tensor:
        """Multiply two jets.

        Args:
            a: A jet, shape (J, ...).
            b: Another of the same shape.

        Returns:
            The jet of the product, shape (J, ...).

        x times x^2, and its first two derivatives at x = 3:

        >>> space = JetSpace([Derivative(0, (0, 0))])
        >>> x, square = torch.tensor([3.0, 1.0, 0.0]), torch.tensor([9.0, 6.0, 2.0])
        >>> space.multiply(x, square).tolist()
        [27.0, 27.0, 18.0]
        """
        left, right = a.unbind(0), b.unbind(0)
        return torch.stack(
            [_sum([c * left[p] * right[q] for c, (p, q) in table]) for table in self._products]
        )

    def select(self, jets: Tensor, quantity: Quantity) -> Tensor:
        """Pick a quantity from the jets of all unknowns.

        Args:
            jets: Shape (J, N, m).
            quantity: What to pick.

        Returns:
            Shape (N,), or (N, d) for a gradient.

        Raises:
            TypeError: If it is a coordinate or an unknown number.
        """
        match quantity:
            case Derivative(unknown, axes):
                return jets[self._position[axes], :, unknown]
            case Laplacian(unknown, axes):
                return jets[self._position[Laplacian(0, axes)], :, unknown]
            case Gradient(unknown, axes):
                return torch.stack([jets[self._position[a,], :, unknown] for a in axes], dim=1)
            case Coordinate() | Number():
                raise TypeError("coordinates and numbers are not part of a jet")

    def _composition_terms(self, index: Index) -> dict[int, list[Term]]:
        """For each order of f, the products of entries of x that it multiplies."""
        table: dict[int, list[Term]] = {}
        if isinstance(index, Laplacian):
            table[2] = [(1.0, (self._position[a,],) * 2) for a in index.axes]
            table[1] = [(1.0, (self._position[index],))]
            return table
        found: Counter[tuple[int, ...]] = Counter(
            tuple(sorted(self._position[block] for block in partition))
            for partition in _set_partitions(index)
        )
        for factors, count in found.items():
            table.setdefault(len(factors), []).append((float(count), factors))
        return table

    def _product_terms(self, index: Index) -> list[Term]:
        if isinstance(index, Laplacian):
            own = self._position[index]
            slopes = [(2.0, (self._position[a,],) * 2) for a in index.axes]
            return [(1.0, (0, own)), (1.0, (own, 0)), *slopes]
        places = range(len(index))
        found: Counter[tuple[int, ...]] = Counter()
        for size in range(len(index) + 1):
            for chosen in combinations(places, size):
                left = tuple(index[k] for k in chosen)
                right = tuple(index[k] for k in places if k not in chosen)
                found[self._position[left], self._position[right]] += 1
        return [(float(count), factors) for factors, count in found.items()]


def _rank(index: Index) -> tuple[int, int, tuple[int, ...]]:
    if isinstance(index, Laplacian):
        return (2, 1, index.axes)
    return (len(index), 0, index)


def _sub_indices(axes: tuple[int, ...]) -> set[Index]:
    return {chosen for size in range(len(axes) + 1) for chosen in combinations(axes, size)}


def _set_partitions(index: tuple[int, ...]) -> Iterator[list[tuple[int, ...]]]:
    """All ways to split the places of an index into blocks, as the sorted axes of each block."""
    if not index:
        yield []
        return
    first, rest = index[0], index[1:]
    for size in range(len(rest) + 1):
        for chosen in combinations(range(len(rest)), size):
            block = tuple(sorted((first, *(rest[k] for k in chosen))))
            others = tuple(rest[k] for k in range(len(rest)) if k not in chosen)
            for partition in _set_partitions(others):
                yield [block, *partition]


def _sum_of_products(terms: list[Term], x: Sequence[Tensor]) -> Tensor:
    parts = []
    for count, factors in terms:
        part = x[factors[0]]
        for factor in factors[1:]:
            part = part * x[factor]
        parts.append(part if count == 1.0 else count * part)
    return _sum(parts)


def _sum(parts: list[Tensor]) -> Tensor:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


#: Values alone, without derivatives.
VALUES = JetSpace([])
