"""Many points in chunks, so that what is kept at once does not grow with them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from pinn_metakan.ansatz.ansatz import Ansatz
from pinn_metakan.derivatives.request import Quantity
from pinn_metakan.derivatives.taylor import JetSpace
from pinn_metakan.losses.collocation import TermGroup
from pinn_metakan.losses.engine import Engine

# Both: docs/decisions/0041-large-runs.md.
#: Numbers in the jets of all layers at the most points that are evaluated at once (400 MB) ...
_LARGEST_WHOLE = 50_000_000
#: ... and at each chunk of them where there are more (32 MB).
_CHUNK_NUMBERS = 4_000_000


def points_at_once(ansatz: Ansatz, quantities: Iterable[Quantity], count: int) -> int:
    """Tell how many of so many points are evaluated at once: all of them unless they are many."""
    at_each = len(JetSpace(quantities)) * sum(ansatz.network.widths)
    return count if count * at_each <= _LARGEST_WHOLE else max(1, _CHUNK_NUMBERS // at_each)


def cut(group: TermGroup, size: int) -> Iterator[tuple[slice, TermGroup]]:
    """Cut a group into chunks of at most so many points, each with its place among them."""
    at, count = group.at, len(group.at.points)
    for begin in range(0, count, size):
        place = slice(begin, min(begin + size, count))
        yield place, replace(group, at=at.rows(place), whole=group.whole or count)


class PointChunks:
    """Evaluates the terms of groups, in chunks of points where there are many.

    Residuals that compare several points are evaluated at once, however many they are.

    Args:
        ansatz: The field.
        engine: What differentiates.
    """

    def __init__(self, ansatz: Ansatz, engine: Engine):
        self._ansatz, self._engine = ansatz, engine

    def size(self, group: TermGroup) -> int:
        """How many points of a group are evaluated at once."""
        count = len(group.at.points)
        if not group.residual.is_pointwise:
            return count
        return points_at_once(self._ansatz, group.residual.quantities, count)

    def are_needed(self, group: TermGroup) -> bool:
        """Whether a group is evaluated in chunks."""
        return self.size(group) < len(group.at.points)

    def evaluate(self, group: TermGroup) -> dict[str, Tensor]:
        """Evaluate all terms of a group with weights of their own, (N,) each, with a graph."""
        if not torch.is_grad_enabled():
            return self._evaluated(group)
        parameters = list(self._ansatz.parameters())
        found = _InChunks.apply(self, group, *parameters)
        return dict(zip(group.residual.terms, found, strict=True))

    def pulled_back(
        self, group: TermGroup, slopes: Sequence[Tensor], parameters: Sequence[nn.Parameter]
    ) -> list[Tensor]:
        """Pull slopes in the terms, (N,) each, back to those in the parameters, chunk by chunk."""
        totals = [torch.zeros_like(parameter) for parameter in parameters]
        for place, chunk in cut(group, self.size(group)):
            with torch.enable_grad():
                terms = list(self._terms(chunk).values())
            here = [slope[place] for slope in slopes]
            parts = torch.autograd.grad(terms, parameters, here, allow_unused=True)
            for total, part in zip(totals, parts, strict=True):
                if part is not None:
                    total.add_(part)
        return totals

    @torch.no_grad()
    def _evaluated(self, group: TermGroup) -> dict[str, Tensor]:
        chunks = [self._terms(chunk) for _, chunk in cut(group, self.size(group))]
        return {term: torch.cat([chunk[term] for chunk in chunks]) for term in chunks[0]}

    def _terms(self, chunk: TermGroup) -> dict[str, Tensor]:
        derivatives = self._engine.derivatives(self._ansatz)
        return chunk.evaluate(chunk.at, derivatives(chunk.at, chunk.residual.quantities))


class _InChunks(torch.autograd.Function):
    """Terms of a group, whose chunks are evaluated again in the backward pass."""

    @staticmethod
    def forward(
        ctx: Any, chunks: PointChunks, group: TermGroup, *parameters: nn.Parameter
    ) -> tuple[Tensor, ...]:
        ctx.chunks, ctx.group, ctx.parameters = chunks, group, parameters
        found: Mapping[str, Tensor] = chunks._evaluated(group)
        return tuple(found[term] for term in group.residual.terms)

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor | None, ...]:
        return None, None, *ctx.chunks.pulled_back(ctx.group, slopes, ctx.parameters)
