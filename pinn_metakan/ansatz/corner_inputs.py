r"""Inputs of the network at inner corners of a plane domain.

With the factor of such a corner, u = B N there, N begins with a number, and goes on with

.. math:: r^p \sin p\phi, \quad r^p \cos p\phi, \qquad p = \pi / \alpha,

whose slopes have no bound at the corner: phi is the angle from the line that halves it, alpha its
angle. A network of smooth inputs fits them badly, one that has them as inputs well.

Source: Grisvard, Elliptic Problems in Nonsmooth Domains, 1985, chapter 4.
"""

from collections.abc import Collection

import torch
from torch import Tensor

from pinn_metakan.ansatz.hard.vertex_factors import inner_corners
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.pde.own_features import OwnFeatures


def corner_inputs(domain: Domain, names: Collection[str]) -> OwnFeatures | None:
    """Find the inputs of all inner corners between parts where values hold by construction.

    Corners do not reach each other, so that all of them share two inputs.

    Args:
        domain: The domain.
        names: Names of the parts.

    Returns:
        The two; None where there is no such corner.
    """
    space = domain.without_parameters.space
    corners = inner_corners(space, names) if space.dimension == 2 and names else []
    if not corners:
        return None

    def function(points: Tensor) -> Tensor:
        return torch.stack([corner.inputs(points) for corner in corners]).sum(dim=0)

    return OwnFeatures(function, (-1.0, 0.0), (1.0, 1.0))
