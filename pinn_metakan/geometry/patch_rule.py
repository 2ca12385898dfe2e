"""Quadrature on patches."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from pinn_metakan.geometry.patch import Patch

#: Gauss-Legendre nodes in each interval of a curve, and intervals
#: (docs/decisions/0035-domains.md).
_NODES, _INTERVALS = 16, 16


def curve_rule(patches: Sequence[Patch]) -> tuple[Tensor, Tensor, Tensor] | None:
    """Make a rule for curves.

    Args:
        patches: Some patches.

    Returns:
        Points and outward normals, (Q, d) each, and weights (Q,) [unit of length]; None if a patch
        is no curve.
    """
    if not patches or any(patch.between(0.0, 1.0) is None for patch in patches):
        return None
    places, shares = (torch.from_numpy(part) for part in np.polynomial.legendre.leggauss(_NODES))
    starts = torch.arange(_INTERVALS)[:, None]
    unit = ((starts + (places + 1) / 2) / _INTERVALS).flatten()[:, None]
    found = [patch.at(unit) for patch in patches]
    weights = [patch.size * shares.repeat(_INTERVALS) / 2 / _INTERVALS for patch in patches]
    points, normals = (torch.cat(part) for part in zip(*found, strict=True))
    return points, normals, torch.cat(weights)


def volume_within(patches: Sequence[Patch]) -> float | None:
    """Area within curves, by the divergence theorem: half their integral of x . n.

    Args:
        patches: The whole boundary of a domain of the plane.

    Returns:
        The area; None if a patch is no curve.
    """
    rule = curve_rule(patches)
    if rule is None:
        return None
    points, normals, weights = rule
    return float(weights @ (points * normals).sum(dim=1)) / 2
