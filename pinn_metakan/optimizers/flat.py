"""Parameters as one vector, and back."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


def flattened(parameters: Sequence[nn.Parameter]) -> Tensor:
    """Copy all parameters into one vector (P,)."""
    return torch.cat([p.detach().flatten() for p in parameters])


def flattened_gradient(parameters: Sequence[nn.Parameter]) -> Tensor:
    """Copy all gradients into one vector (P,), zero where there is none."""
    gradients = (torch.zeros_like(p) if p.grad is None else p.grad for p in parameters)
    return torch.cat([gradient.flatten() for gradient in gradients])


def pieces(flat: Tensor, parameters: Sequence[nn.Parameter]) -> list[Tensor]:
    """Cut a vector (P,) into the shapes of the parameters."""
    parts = flat.split([p.numel() for p in parameters])
    return [part.view_as(p) for part, p in zip(parts, parameters, strict=True)]


@torch.no_grad()
def assign(flat: Tensor, parameters: Sequence[nn.Parameter]) -> None:
    """Set all parameters from one vector (P,)."""
    for p, piece in zip(parameters, pieces(flat, parameters), strict=True):
        p.copy_(piece)
