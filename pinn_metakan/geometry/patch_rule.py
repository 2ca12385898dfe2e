"""Quadrature on patches."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from pinn_metakan.geometry.patch import Patch

#: Gauss-Legendre nodes on each curve (docs/decisions/0035-domains.md).
_NODES = 64


def curve_rule(patches: Sequence[Patch]) -> tuple[Tensor, Tensor, Tensor]:
    """Make a rule for curves.

    Args:
        patches: Patches whose points take one unit number.

    Returns:
        Points and outward normals, (Q, d) each, and weights (Q,) [unit of length].
    """
    places, shares = (torch.from_numpy(part) for part in np.polynomial.legendre.leggauss(_NODES))
    found = [patch.at((places[:, None] + 1) / 2) for patch in patches]
    weights = [patch.size * shares / 2 for patch in patches]
    points, normals = (torch.cat(part) for part in zip(*found, strict=True))
    return points, normals, torch.cat(weights)


def volume_within(patches: Sequence[Patch]) -> float | None:
    """Area within curves, by the divergence theorem: half their integral of x . n.

    Args:
        patches: The whole boundary of a domain of the plane.

    Returns:
        The area; None if a patch is no curve.
    """
    if any(patch.between(0.0, 1.0) is None for patch in patches):
        return None
    points, normals, weights = curve_rule(patches)
    return float(weights @ (points * normals).sum(dim=1)) / 2
