"""The Jacobian of a residual vector in blocks of rows, each of a chunk of points."""

from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import Tensor

from pinn_metakan.ansatz.ansatz import Ansatz
from pinn_metakan.losses.collocation import TermGroup
from pinn_metakan.losses.engine import Engine
from pinn_metakan.losses.point_chunks import PointChunks, cut

#: Numbers in a block of rows of a Jacobian that is not kept (64 MB,
#: docs/decisions/0041-large-runs.md).
_BLOCK_NUMBERS = 8_000_000


def row_blocks(
    ansatz: Ansatz, engine: Engine, groups: Sequence[TermGroup], weights: Mapping[str, float]
) -> Iterator[tuple[Tensor, Tensor]]:
    """Make the Jacobian at the present parameters, block by block.

    Residuals that compare several points are in one block, however many they are.

    Args:
        ansatz: The field.
        engine: What differentiates.
        groups: Terms and their points.
        weights: w_c of each term.

    Yields:
        Places of the rows of a block in the residual vector, (n,), and the block, (n, P).
    """
    columns = sum(parameter.numel() for parameter in ansatz.parameters())
    chunks = PointChunks(ansatz, engine)
    begin = 0
    for group in groups:
        count, terms = len(group.at.points), len(group.terms)
        device = group.at.points.device
        if not group.residual.is_pointwise:
            r, block = engine.linearize(ansatz, [group], weights)
            yield torch.arange(begin, begin + len(r), device=device), block
            begin += len(r)
            continue
        first = begin + count * torch.arange(terms, device=device).unsqueeze(1)  # of each term
        size = min(chunks.size(group), max(1, _BLOCK_NUMBERS // (columns * terms)))
        for place, chunk in cut(group, size):
            _, block = engine.linearize(ansatz, [chunk], weights)
            yield (first + torch.arange(place.start, place.stop, device=device)).flatten(), block
        begin += count * terms
