"""Drawing collocation points anew, part of them where the residual is large."""

import torch
from torch import Generator, Tensor

from pinn_metakan.geometry.sampling import PointSet
from pinn_metakan.losses.objective import Block, Objective

#: Candidates for each point that is chosen by residual.
_CANDIDATES = 5


def redraw(objective: Objective, adaptive: Block, fraction: float, generator: Generator) -> None:
    """Give each block new points.

    A part of the points of one block is chosen among candidates with a probability proportional to
    the size of the residual there, plus its mean (RAD with k = c = 1), the rest is uniform.

    Args:
        objective: Its blocks are changed in place.
        adaptive: The block that points are chosen for by residual.
        fraction: Which part of its points, 0 to 1.
        generator: CPU generator.

    Source: Wu, Zhu, Tan, Kartha, Lu, Comput. Methods Appl. Mech. Engrg. 403 (2023) 115671.
    """
    for block in objective.blocks:
        like = block.at.points
        block.at = block.draw(generator).to(like.device, like.dtype)
    count = round(fraction * len(adaptive.at.points))
    if count == 0:
        return
    pool = [adaptive.draw(generator).points for _ in range(_CANDIDATES)]
    candidates = PointSet(torch.cat(pool)[: _CANDIDATES * count]).to(like.device, like.dtype)
    size = _residual_size(objective, adaptive, candidates).cpu()
    chosen = torch.multinomial(size / size.mean() + 1.0, count, generator=generator)
    kept = adaptive.at.points[count:]
    adaptive.at = PointSet(torch.cat([kept, candidates.points[chosen.to(like.device)]]))


def _residual_size(objective: Objective, block: Block, at: PointSet) -> Tensor:
    values = objective.residuals_at(block, at)
    weighted = [objective.weights[term] ** 0.5 * values[term].detach() for term in block.terms]
    return torch.stack(weighted).norm(dim=0)
