"""What evaluates the derivatives of a field, and those of residuals in what is trained."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import ClassVar

import torch
from torch import Tensor

from pinn_metakan.ansatz.ansatz import Ansatz
from pinn_metakan.derivatives.request import Quantity
from pinn_metakan.geometry.sampling import PointSet
from pinn_metakan.losses.collocation import TermGroup

#: Takes points and quantities, gives a tensor for each quantity, (N,), or (N, d) for a gradient.
Derivatives = Callable[[PointSet, Iterable[Quantity]], dict[Quantity, Tensor]]


class Engine(ABC):
    """One way to differentiate; all ways give the same numbers.

    Attributes:
        description: What it does, for the user.
    """

    description: ClassVar[str]

    @classmethod
    @abstractmethod
    def serves(cls, ansatz: Ansatz) -> bool:
        """Whether it can differentiate an ansatz."""

    @abstractmethod
    def derivatives(self, ansatz: Ansatz) -> Derivatives:
        """Make the network's weights once; the result evaluates the field with them."""

    @abstractmethod
    def linearize(
        self, ansatz: Ansatz, groups: Sequence[TermGroup], weights: Mapping[str, float]
    ) -> tuple[Tensor, Tensor]:
        """Evaluate the residual vector and its Jacobian at the present parameters.

        Args:
            ansatz: The field.
            groups: Terms and their points.
            weights: w_c of each term.

        Returns:
            r, shape (N,), and J, shape (N, P), columns in the order of ``ansatz.parameters()``.
        """

    @abstractmethod
    def pushed(
        self,
        ansatz: Ansatz,
        groups: Sequence[TermGroup],
        weights: Mapping[str, float],
        step: Tensor,
    ) -> Tensor:
        """Differentiate the residual vector along a direction of the parameters, without J.

        Args:
            ansatz: The field.
            groups: Terms and their points.
            weights: w_c of each term.
            step: The direction, shape (P,), in the order of ``ansatz.parameters()``.

        Returns:
            J step, shape (N,).
        """


def residual_vector(
    groups: Sequence[TermGroup], weights: Mapping[str, float], derivatives: Derivatives
) -> Tensor:
    """Evaluate the weighted terms of all groups, one below the other.

    Args:
        groups: Terms and their points.
        weights: w_c of each term.
        derivatives: Evaluates the field.

    Returns:
        r, shape (N,).
    """
    parts = []
    for group in groups:
        values = derivatives(group.at, group.residual.quantities)
        for term, r in group.evaluate_counted(values).items():
            parts.append(group.factor(weights[term], len(r)) * r)
    return torch.cat(parts)
