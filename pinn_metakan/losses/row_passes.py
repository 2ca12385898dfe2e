"""Passes over the rows of the Jacobian of a residual vector, chunk by chunk of the points."""

from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import Tensor

from pinn_metakan.ansatz.ansatz import Ansatz
from pinn_metakan.losses.collocation import TermGroup
from pinn_metakan.losses.engine import Engine, residual_vector
from pinn_metakan.losses.point_chunks import PointChunks, cut
from pinn_metakan.optimizers.jacobian_in_blocks import RowPasses

#: Numbers in a block of rows of a Jacobian that is not kept (64 MB,
#: docs/decisions/0041-large-runs.md).
_BLOCK_NUMBERS = 8_000_000


class ChunkedRows(RowPasses):
    """Rows of the residuals of groups, and products with them, a chunk of points at a time.

    Residuals that compare several points are in one chunk, however many they are.

    Args:
        ansatz: The field.
        engine: What differentiates.
        groups: Terms and their points.
        weights: w_c of each term.
    """

    def __init__(
        self,
        ansatz: Ansatz,
        engine: Engine,
        groups: Sequence[TermGroup],
        weights: Mapping[str, float],
    ):
        self._ansatz, self._engine = ansatz, engine
        self._groups, self._weights = list(groups), dict(weights)
        self._parameters = list(ansatz.parameters())
        self._columns = sum(parameter.numel() for parameter in self._parameters)
        self._lengths = [self._length(group) for group in self._groups]

    def blocks(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Linearize chunk by chunk; see `RowPasses.blocks`."""
        for places, chunk in self._chunks(_BLOCK_NUMBERS // self._columns):
            yield places, self._engine.linearize(self._ansatz, [chunk], self._weights)[1]

    def pushed(self, step: Tensor) -> Tensor:
        """Differentiate chunk by chunk along a step; see `RowPasses.pushed`."""
        pairs = [
            (places, self._engine.pushed(self._ansatz, [chunk], self._weights, step))
            for places, chunk in self._chunks()
        ]
        found = torch.cat([part for _, part in pairs])
        return torch.empty_like(found).index_copy_(0, torch.cat([at for at, _ in pairs]), found)

    @torch.enable_grad()
    def pulled(self, v: Tensor) -> Tensor:
        """Differentiate backward chunk by chunk; see `RowPasses.pulled`."""
        total = torch.zeros(self._columns, dtype=torch.float64, device=v.device)
        for places, chunk in self._chunks():
            r = residual_vector([chunk], self._weights, self._engine.derivatives(self._ansatz))
            parts = torch.autograd.grad(
                r, self._parameters, v[places].to(r), allow_unused=True, materialize_grads=True
            )
            total += torch.cat([part.flatten() for part in parts])
        return total

    def _chunks(self, rows: int | None = None) -> Iterator[tuple[Tensor, TermGroup]]:
        """Cut the groups, each part with the places of its residuals in the residual vector.

        Args:
            rows: How many residuals of points a part may have; None for no limit of their own.

        Yields:
            Places, (n,), and the part.
        """
        chunks = PointChunks(self._ansatz, self._engine)
        begin = 0
        for group, length in zip(self._groups, self._lengths, strict=True):
            terms, device = len(group.terms), group.at.points.device
            if not group.residual.is_pointwise:
                yield torch.arange(begin, begin + length, device=device), group
                begin += length
                continue
            count = len(group.at.points)
            first = begin + count * torch.arange(terms, device=device).unsqueeze(1)  # of each term
            size = chunks.size(group) if rows is None else min(chunks.size(group), rows // terms)
            for place, chunk in cut(group, max(1, size)):
                inside = torch.arange(place.start, place.stop, device=device)
                yield (first + inside).flatten(), chunk
            begin += length

    @torch.no_grad()
    def _length(self, group: TermGroup) -> int:
        """How many residuals a group has; where they compare points, only they know."""
        if group.residual.is_pointwise:
            return len(group.at.points) * len(group.terms)
        return len(residual_vector([group], self._weights, self._engine.derivatives(self._ansatz)))
