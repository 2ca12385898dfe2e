"""Laplacians over a random part of the dimensions, for first-order training in many of them."""

from collections.abc import Sequence

import torch
from torch import Generator, Tensor

from pinn_metakan.derivatives.request import Laplacian, Quantity
from pinn_metakan.errors import RunFolderError, SettingsError
from pinn_metakan.losses.collocation import TermGroup
from pinn_metakan.losses.objective import Objective
from pinn_metakan.untrusted.shapes import refuse_other_count

#: Independent parts, so that the mean of the product of two residuals has no bias.
_PARTS = 2


class RandomDimensions:
    r"""An unbiased estimate of the loss that evaluates few second derivatives.

    A Laplacian over d dimensions is replaced by d / k times that over k of them, drawn at random.
    The residual r_S is then right in the mean, but its square is too large by its variance. With
    two independent parts S and T the product has no such bias,

    .. math:: E[r_S r_T] = r^2, \qquad \mathrm{loss} = \sum_c w_c \langle r_{c,S} r_{c,T} \rangle,

    if the residual depends linearly on its Laplacians. It is no squared length: it may be negative,
    and methods that need a residual vector cannot use it.

    Args:
        objective: The loss that is estimated.
        count: k, dimensions of a part.

    Raises:
        SettingsError: If no term has a Laplacian, or one is over fewer than k dimensions.

    Source: Hu, Shukla, Karniadakis, Kawaguchi, Neural Networks 176 (2024) 106369 (stochastic
    dimension gradient descent).
    """

    def __init__(self, objective: Objective, count: int):
        found = [axes for group in objective.collocation.groups for axes in _laplacian_axes(group)]
        if not found:
            raise SettingsError(
                "loss.random_dimensions: no residual asks for a Laplacian, such as 'laplacian_u'"
            )
        if count > min(map(len, found)):
            raise SettingsError(
                f"loss.random_dimensions: {count} are more than the {min(map(len, found))} "
                "dimensions of space"
            )
        self._objective = objective
        self._axes = found[0]
        self._count = count
        self.parts: tuple[tuple[int, ...], ...] = (self._axes[:count],) * _PARTS

    def of(self, objective: Objective) -> "RandomDimensions":
        """The same estimate, over the same dimensions, of another objective."""
        found = RandomDimensions(objective, self._count)
        found.parts = self.parts
        return found

    def put(self, stored: Sequence[Sequence[int]]) -> None:
        """Go on with the parts of a checkpoint.

        Raises:
            RunFolderError: If they are others than can be drawn.
        """
        refuse_other_count(len(stored), _PARTS, "dimensions", "parts")
        for part in stored:
            refuse_other_count(len(set(part)), self._count, "dimensions", "of them in each part")
            if not set(part) <= set(self._axes):
                raise RunFolderError(f"dimensions: expected some of {self._axes}, got {part}")
        self.parts = tuple(tuple(part) for part in stored)

    def draw(self, generator: Generator) -> None:
        """Draw the parts anew from a CPU generator."""
        self.parts = tuple(
            tuple(sorted(self._axes[k] for k in order[: self._count].tolist()))
            for order in (
                torch.randperm(len(self._axes), generator=generator) for _ in range(_PARTS)
            )
        )

    def loss(self) -> Tensor:
        """Evaluate the estimate, a scalar with a graph; its part of this process."""
        objective = self._objective
        total = None
        for group in objective.groups:
            if _laplacian_axes(group):
                first, second = (self._terms(group, axes) for axes in self.parts)
            else:
                first = second = objective.residuals_at(group, group.at)
            for term in group.terms:
                product = first[term] * second[term]
                if group.at.weights is not None:
                    product = group.at.weights * product
                share = len(product) / (group.whole or len(product))
                part = objective.scaled_weights[term] * share * product.mean()
                total = part if total is None else total + part
        assert total is not None
        return total

    def _terms(self, group: TermGroup, axes: tuple[int, ...]) -> dict[str, Tensor]:
        asked = group.residual.quantities
        found = self._objective.derivatives()(group.at, [_over(axes, q) for q in asked])
        values = {
            quantity: len(quantity.axes) / len(axes) * found[_over(axes, quantity)]
            if isinstance(quantity, Laplacian)
            else found[quantity]
            for quantity in asked
            if _over(axes, quantity) in found
        }
        return group.evaluate(group.at, values)


def _over(axes: tuple[int, ...], quantity: Quantity) -> Quantity:
    return Laplacian(quantity.unknown, axes) if isinstance(quantity, Laplacian) else quantity


def _laplacian_axes(group: TermGroup) -> Sequence[tuple[int, ...]]:
    return [q.axes for q in group.residual.quantities if isinstance(q, Laplacian)]
