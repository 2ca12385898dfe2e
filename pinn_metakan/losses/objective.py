"""The objective: one residual vector, whose squared length is the loss."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from pinn_metakan.ansatz.ansatz import Ansatz, Prepared
from pinn_metakan.derivatives.autograd import evaluate_by_autograd
from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.derivatives.request import Quantity, Variables
from pinn_metakan.geometry.sampling import PointSet
from pinn_metakan.pde.formulation import Residual


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


@dataclass(frozen=True)
class BlockValues:
    """A block evaluated at the present parameters.

    Args:
        terms: The terms that count, (N_c,) each.
        prepared: What does not depend on the parameters.
        outputs: Jets of the outputs of each layer of the network.
    """

    terms: dict[str, Tensor]
    prepared: Prepared
    outputs: list[Tensor]


class Objective:
    r"""r = concat over terms c of sqrt(w_c / N_c) r_c, and the loss |r|^2.

    Args:
        ansatz: The field.
        variables: What names mean.
        blocks: Terms and their points.
        weights: w_c by term, 1 unless given.
        engine: "taylor" for closed-form jets, "autograd" for nested reverse mode.

    Raises:
        LookupError: If a weight names no term.
    """

    def __init__(
        self,
        ansatz: Ansatz,
        variables: Variables,
        blocks: list[Block],
        weights: Mapping[str, float],
        engine: str,
    ):
        self.ansatz = ansatz
        self.blocks = blocks
        self.engine = engine
        self.variables = variables
        self._prepared: dict[int, tuple[PointSet, Prepared]] = {}
        terms = [term for block in blocks for term in block.terms]
        for name in weights:
            if name not in terms:
                known = ", ".join(terms)
                raise LookupError(f"no residual term {name!r} to weight; there are {known}")
        self.weights = {term: float(weights.get(term, 1.0)) for term in terms}

    def with_ansatz(self, ansatz: Ansatz) -> "Objective":
        """Give the same objective, on the same points, of another ansatz."""
        return Objective(ansatz, self.variables, self.blocks, self.weights, self.engine)

    def residuals(self) -> dict[str, Tensor]:
        """Evaluate all terms on their points, (N_c,) each, with one set of network weights."""
        terms: dict[str, Tensor] = {}
        weights = self.ansatz.network.weights() if self.engine == "taylor" else ()
        field = None if self.engine == "taylor" else self.ansatz.with_weights()
        for block in self.blocks:
            if field is None:
                terms |= self.evaluate_jets(block, weights).terms
            else:
                points, quantities = block.at.points, block.residual.quantities
                derivatives = evaluate_by_autograd(field, points, quantities)
                values = self.terms(block, block.at, derivatives)
                terms |= {term: values[term] for term in block.terms}
        return terms

    def residuals_at(self, block: Block, at: PointSet) -> dict[str, Tensor]:
        """Evaluate all terms of a block on any points, (N,) each."""
        return self.terms(block, at, self.values_at(at, block.residual.quantities))

    def values_at(self, at: PointSet, quantities: Iterable[Quantity]) -> dict[Quantity, Tensor]:
        """Evaluate derivatives of the field on any points, by the engine of this objective."""
        if self.engine == "autograd":
            return evaluate_by_autograd(self.ansatz.with_weights(), at.points, quantities)
        prepared = self.ansatz.prepare(at.points, quantities)
        return self.ansatz.jets(prepared, self.ansatz.network.weights()).values

    def terms(
        self, block: Block, at: PointSet, values: Mapping[Quantity, Tensor]
    ) -> dict[str, Tensor]:
        """Evaluate all terms of a block from the derivatives of the field, (N,) each."""
        return block.residual.evaluate(Jet(self.variables, at.points, values), at)

    def evaluate_jets(self, block: Block, weights: tuple[Tensor, ...]) -> BlockValues:
        """Evaluate the terms of a block that count, in closed form, with given network weights."""
        key = id(block)
        if key not in self._prepared or self._prepared[key][0] is not block.at:
            prepared = self.ansatz.prepare(block.at.points, block.residual.quantities)
            self._prepared[key] = (block.at, prepared)
        prepared = self._prepared[key][1]
        jets = self.ansatz.jets(prepared, weights)
        values = self.terms(block, block.at, jets.values)
        return BlockValues({term: values[term] for term in block.terms}, prepared, jets.outputs)

    def scale(self, term: str, count: int) -> float:
        """Give sqrt(w_c / N_c), which a term of N_c residuals enters the vector with."""
        return math.sqrt(self.weights[term] / count)

    def vector(self) -> Tensor:
        """Concatenate the weighted terms into r."""
        residuals = self.residuals()
        return torch.cat([self.scale(term, len(r)) * r for term, r in residuals.items()])

    def loss(self) -> Tensor:
        """Give |r|^2: the weighted sum of the mean squares of the terms."""
        return self.vector().square().sum()

    def first_unusable_term(self) -> str | None:
        """Name a term that is NaN or infinite now, None if all are finite."""
        for term, values in self.residuals().items():
            if not bool(torch.isfinite(values).all()):
                return term
        return None
