"""The objective: one residual vector, whose squared length is the loss."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from pinn_metakan.ansatz.ansatz import Ansatz
from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.derivatives.request import Quantity, Variables
from pinn_metakan.geometry.sampling import PointSet
from pinn_metakan.pde.statement import Residual

#: An engine: function, points, quantities -> a tensor for each quantity.
Engine = Callable[[Callable[[Tensor], Tensor], Tensor, Iterable[Quantity]], dict[Quantity, Tensor]]


@dataclass
class Block:
    """Residual terms that live on one set of points.

    Args:
        residual: The residual function.
        terms: Those of its terms that count; hard conditions leave out theirs.
        draw: Draws new points from a generator.
        at: The points now, on the device and in the dtype of the network.
    """

    residual: Residual
    terms: tuple[str, ...]
    draw: Callable[[Generator], PointSet]
    at: PointSet


class Objective:
    r"""r = concat over terms c of sqrt(w_c / N_c) r_c, and the loss |r|^2.

    Args:
        ansatz: The field.
        variables: What names mean.
        blocks: Terms and their points.
        weights: w_c by term, 1 unless given.
        engine: Evaluates derivatives.

    Raises:
        LookupError: If a weight names no term.
    """

    def __init__(
        self,
        ansatz: Ansatz,
        variables: Variables,
        blocks: list[Block],
        weights: Mapping[str, float],
        engine: Engine,
    ):
        self.ansatz = ansatz
        self.blocks = blocks
        self._variables = variables
        self._engine = engine
        terms = [term for block in blocks for term in block.terms]
        for name in weights:
            if name not in terms:
                raise LookupError(
                    f"no residual term {name!r} to weight; there are {', '.join(terms)}"
                )
        self.weights = {term: float(weights.get(term, 1.0)) for term in terms}

    def residuals(self) -> dict[str, Tensor]:
        """Evaluate all terms on their points, (N_c,) each, with one set of network weights."""
        field = self.ansatz.with_weights()
        terms: dict[str, Tensor] = {}
        for block in self.blocks:
            values = self.residuals_at(block, block.at, field)
            terms.update({term: values[term] for term in block.terms})
        return terms

    def residuals_at(
        self, block: Block, at: PointSet, field: Callable[[Tensor], Tensor] | None = None
    ) -> dict[str, Tensor]:
        """Evaluate the terms of a block on any points, (N,) each."""
        field = field or self.ansatz.with_weights()
        values = self._engine(field, at.points, block.residual.quantities)
        return block.residual.evaluate(Jet(self._variables, at.points, values), at)

    def vector(self) -> Tensor:
        """Concatenate the weighted terms into r."""
        return torch.cat(
            [
                math.sqrt(self.weights[term] / len(values)) * values
                for term, values in self.residuals().items()
            ]
        )

    def loss(self) -> Tensor:
        """Give |r|^2: the weighted sum of the mean squares of the terms."""
        return self.vector().square().sum()

    def first_unusable_term(self) -> str | None:
        """Name a term that is NaN or infinite now, None if all are finite."""
        for term, values in self.residuals().items():
            if not bool(torch.isfinite(values).all()):
                return term
        return None
