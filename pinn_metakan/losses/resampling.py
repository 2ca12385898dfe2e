"""Drawing collocation points anew, part of them where the residual or the slope is large."""

import torch
from torch import Generator, Tensor

from pinn_metakan.derivatives.request import Gradient
from pinn_metakan.geometry.sampling import PointSet
from pinn_metakan.losses.objective import Block, Objective

#: Candidates for each point that is chosen. A front fills a hundredth of the domain: with few
#: candidates there would be too few in it to choose from.
_CANDIDATES = 20
#: Weight of the residual over those of the slope and of the uniform part.
_RESIDUAL_SHARE = 2.0
#: Candidates that are evaluated at once; bounds the memory.
_CHUNK = 8192


def redraw(objective: Objective, adaptive: Block, fraction: float, generator: Generator) -> None:
    r"""Give each block new points.

    A part of the points of one block is chosen among uniform candidates with the probability

    .. math:: p(x) \propto 2 \frac{|r|}{\langle |r| \rangle} +
        \sum_k \frac{|\nabla u_k|^2}{\langle |\nabla u_k|^2 \rangle} + 1,

    the rest is uniform. The residual says where the fit is bad (RAD with k = 1). The slope, in
    coordinates scaled to [0, 1], keeps a front resolved when its residual has become small: a small
    residual there moves the front, and a mean over few points does not see it (as the monitor
    function of moving meshes does).

    Args:
        objective: Its blocks are changed in place.
        adaptive: The block that points are chosen for.
        fraction: Which part of its points, 0 to 1.
        generator: CPU generator.

    Source: Wu, Zhu, Tan, Kartha, Lu, Comput. Methods Appl. Mech. Engrg. 403 (2023) 115671; Huang,
    Russell, Adaptive Moving Mesh Methods, 2011, chapter 2.
    """
    for block in objective.blocks:
        like = block.at.points
        block.at = block.draw(generator).to(like.device, like.dtype)
    count = round(fraction * len(adaptive.at.points))
    if count == 0:
        return
    pool = [adaptive.draw(generator).points for _ in range(_CANDIDATES)]
    candidates = torch.cat(pool)[: _CANDIDATES * count].to(like.device, like.dtype)
    parts = [_sizes(objective, adaptive, PointSet(part)) for part in candidates.split(_CHUNK)]
    sizes = torch.cat(parts).double().cpu()  # (M, 1 + unknowns)
    means = sizes.mean(dim=0)
    relative = sizes / torch.where(means > 0, means, 1.0)
    weight = _RESIDUAL_SHARE * relative[:, 0] + relative[:, 1:].sum(dim=1) + 1.0
    chosen = torch.multinomial(weight, count, generator=generator)
    kept = adaptive.at.points[count:]
    adaptive.at = PointSet(torch.cat([kept, candidates[chosen.to(like.device)]]))


@torch.no_grad()
def _sizes(objective: Objective, block: Block, at: PointSet) -> Tensor:
    """Evaluate the size of the residual, and the square of each slope, (M, 1 + unknowns)."""
    length = objective.ansatz.features.length  # (d,)
    unknowns = range(len(objective.variables.unknowns))
    gradients = [Gradient(k, tuple(range(len(length)))) for k in unknowns]
    values = objective.values_at(at, [*block.residual.quantities, *gradients])
    terms = objective.terms(block, at, values)
    weighted = [objective.weights[term] ** 0.5 * terms[term] for term in block.terms]
    residual = torch.stack(weighted).norm(dim=0)
    slopes = [(values[gradient] * length).square().sum(dim=1) for gradient in gradients]
    return torch.stack([residual, *slopes], dim=1)
