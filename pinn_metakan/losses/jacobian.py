r"""The Jacobian of the residual vector.

With jets, one backward pass of a term summed over its points gives g_j = dr_n / dY_j[n, o] for
every layer output Y and carried derivative j, because each residual depends on its own points
only. Then

.. math:: \partial r_n / \partial w_{ok} = \sum_j F_j[n, k] \, g_j[n, o],

with the layer's features F, and the layers take that to their parameters.
"""

import torch
from torch import Tensor

from pinn_metakan.losses.objective import Block, Objective

#: Rows that the fallback differentiates at once.
_ROWS_AT_ONCE = 64
#: Numbers in the largest intermediate Jacobian of a chunk of points; bounds the memory (64 MiB).
_CHUNK_NUMBERS = 8_000_000


def linearize(objective: Objective) -> tuple[Tensor, Tensor]:
    """Evaluate the residual vector and its Jacobian at the present parameters.

    Args:
        objective: The objective.

    Returns:
        r, shape (N,), and J, shape (N, P), columns in the order of the network's parameters.
    """
    if objective.engine != "taylor":
        return _by_rows(objective)
    weights = tuple(w.detach() for w in objective.ansatz.network.weights())
    weights[0].requires_grad_()  # so that all outputs have a graph
    residuals, jacobians = [], []
    for block in objective.blocks:
        for residual, jacobian in _block_rows(objective, block, weights):
            residuals.append(residual)
            jacobians.append(jacobian)
    return torch.cat(residuals), torch.cat(jacobians) if len(jacobians) > 1 else jacobians[0]


def _block_rows(
    objective: Objective, block: Block, weights: tuple[Tensor, ...]
) -> list[tuple[Tensor, Tensor]]:
    network = objective.ansatz.network
    with torch.enable_grad():
        values = objective.evaluate_jets(block, weights)
        sums = [value.sum() for value in values.terms.values()]
    space = values.prepared.space
    rows = []
    for number, (term, residual) in enumerate(values.terms.items()):
        slopes = torch.autograd.grad(
            sums[number],
            values.outputs,
            retain_graph=number + 1 < len(sums),
            allow_unused=True,
            materialize_grads=True,
        )  # each (J, N, o)
        scale = objective.scale(term, len(residual))
        slopes = tuple(scale * slope for slope in slopes)  # much smaller than the Jacobian
        count = values.outputs[0].shape[1]
        widest = max(w.numel() for w in weights)
        size = max(1, _CHUNK_NUMBERS // widest)
        parts = []
        for begin in range(0, count, size):
            chunk = slice(begin, begin + size)
            with torch.no_grad():
                first = values.prepared.first[:, chunk]
                outputs = [x[:, chunk] for x in values.outputs]
                slopes_here = [slope[:, chunk] for slope in slopes]
                parts.append(network.jacobian(space, first, outputs, slopes_here, weights))
        jacobian = torch.cat(parts) if len(parts) > 1 else parts[0]
        if count > len(residual):  # a periodic condition has one residual for several points
            jacobian = jacobian.view(-1, len(residual), jacobian.shape[1]).sum(dim=0)
        rows.append((scale * residual.detach(), jacobian))
    return rows


@torch.enable_grad()
def _by_rows(objective: Objective) -> tuple[Tensor, Tensor]:
    """Differentiate row by row, many at a time: for any ansatz, at several times the cost."""
    parameters = list(objective.ansatz.network.parameters())
    r = objective.vector()
    identity = torch.eye(len(r), dtype=r.dtype, device=r.device)
    parts = []
    for rows in identity.split(_ROWS_AT_ONCE):
        gradients = torch.autograd.grad(
            r,
            parameters,
            rows,
            retain_graph=True,
            is_grads_batched=True,
            allow_unused=True,
            materialize_grads=True,
        )
        parts.append(torch.cat([g.flatten(1) for g in gradients], dim=1))
    return r.detach(), torch.cat(parts)
