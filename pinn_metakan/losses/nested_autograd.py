"""The engine that serves any field: nested reverse-mode `torch.autograd`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

import torch
from torch import Tensor

from pinn_metakan.ansatz.ansatz import Ansatz
from pinn_metakan.derivatives.autograd import evaluate_by_autograd
from pinn_metakan.derivatives.request import Number, Quantity
from pinn_metakan.geometry.sampling import PointSet
from pinn_metakan.losses.collocation import TermGroup
from pinn_metakan.losses.engine import Derivatives, Engine, residual_vector
from pinn_metakan.optimizers.flat import pieces

#: Rows that are differentiated at once; bounds the memory (docs/decisions/0015-bounded-memory.md).
_ROWS_AT_ONCE = 64


class NestedAutograd(Engine):
    """Backward passes through backward passes, and a Jacobian row by row, many at a time.

    It costs several times as much as closed-form jets.
    """

    description: ClassVar[str] = "nested reverse mode"

    @classmethod
    def serves(cls, ansatz: Ansatz) -> bool:
        """Any ansatz."""
        return True

    def derivatives(self, ansatz: Ansatz) -> Derivatives:
        """Evaluate the field by its forward pass; see `Engine.derivatives`."""
        field = ansatz.with_weights()

        def evaluate(at: PointSet, quantities: Iterable[Quantity]) -> dict[Quantity, Tensor]:
            asked = [q for q in quantities if not isinstance(q, Number)]
            return evaluate_by_autograd(field, at.points, asked) | ansatz.unknown_values()

        return evaluate

    @torch.enable_grad()
    def linearize(
        self, ansatz: Ansatz, groups: Sequence[TermGroup], weights: Mapping[str, float]
    ) -> tuple[Tensor, Tensor]:
        """Differentiate the residual vector; see `Engine.linearize`."""
        parameters = list(ansatz.parameters())
        vector = residual_vector(groups, weights, self.derivatives(ansatz))
        identity = torch.eye(len(vector), dtype=vector.dtype, device=vector.device)
        blocks = []
        for rows in identity.split(_ROWS_AT_ONCE):
            gradients = torch.autograd.grad(
                vector,
                parameters,
                rows,
                retain_graph=True,
                is_grads_batched=True,
                allow_unused=True,
            )
            parts = [
                rows.new_zeros(len(rows), parameter.numel()) if part is None else part.flatten(1)
                for part, parameter in zip(gradients, parameters, strict=True)
            ]
            blocks.append(torch.cat(parts, dim=1))
        return vector.detach(), torch.cat(blocks)

    @torch.enable_grad()
    def pushed(
        self,
        ansatz: Ansatz,
        groups: Sequence[TermGroup],
        weights: Mapping[str, float],
        step: Tensor,
    ) -> Tensor:
        """Differentiate a backward pass, which is linear in v, in v; see `Engine.pushed`."""
        parameters = list(ansatz.parameters())
        vector = residual_vector(groups, weights, self.derivatives(ansatz))
        v = torch.zeros_like(vector, requires_grad=True)
        gradients = torch.autograd.grad(
            vector, parameters, v, create_graph=True, allow_unused=True, materialize_grads=True
        )
        along = zip(gradients, pieces(step, parameters), strict=True)
        total = torch.stack([(gradient * piece).sum() for gradient, piece in along]).sum()
        return torch.autograd.grad(total, v)[0]
