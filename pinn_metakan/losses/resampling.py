"""Points drawn where the residual or the slope is large."""

from collections.abc import Callable

import torch
from torch import Generator, Tensor

#: Weight of the residual over those of the slope and of the uniform part
#: (docs/decisions/0010-collocation-points.md).
_RESIDUAL_SHARE = 2.0
#: Candidates that are evaluated at once; bounds the memory (docs/decisions/0015-bounded-memory.md).
_CHUNK = 8192

#: Takes points (M, d), gives the size of the residual and the square of the slope of each unknown,
#: (M, 1 + unknowns).
Sizes = Callable[[Tensor], Tensor]


def drawn_by_size(candidates: Tensor, count: int, sizes: Sizes, generator: Generator) -> Tensor:
    r"""Choose points among uniform candidates, with the probability

    .. math:: p(x) \propto 2 \frac{|r|}{\langle |r| \rangle} +
        \sum_k \frac{|\nabla u_k|^2}{\langle |\nabla u_k|^2 \rangle} + 1.

    The residual says where the fit is bad (RAD with k = 1). The slope, in coordinates scaled to
    [0, 1], keeps a front resolved when its residual has become small: a small residual there moves
    the front, and a mean over few points does not see it (as the monitor function of moving meshes
    does).

    Args:
        candidates: Shape (M, d).
        count: How many are chosen.
        sizes: Evaluates r and the squares of the slopes.
        generator: CPU generator.

    Returns:
        The points that were chosen, shape (count, d).

    Source: Wu, Zhu, Tan, Kartha, Lu, Comput. Methods Appl. Mech. Engrg. 403 (2023) 115671; Huang,
    Russell, Adaptive Moving Mesh Methods, 2011, chapter 2.
    """  # noqa: D415
    parts = [sizes(part) for part in candidates.split(_CHUNK)]
    found = torch.cat(parts).double().cpu()  # (M, 1 + unknowns)
    means = found.mean(dim=0)
    relative = found / torch.where(means > 0, means, 1.0)
    weight = _RESIDUAL_SHARE * relative[:, 0] + relative[:, 1:].sum(dim=1) + 1.0
    chosen = torch.multinomial(weight, count, generator=generator)
    return candidates[chosen.to(candidates.device)]
