r"""Factors of boxes some of whose faces have fluxes.

B N has the flux zero through a face, with any N that has no slope there, where B has it: where B is
flat, or where its slope and value fit,

.. math:: \partial_n B + \alpha B = 0, \qquad B = 1 + \alpha d \text{ or } 1 / (1 + |\alpha| d),

with the distance d from the face. Factors of other axes have no slope along the normal.
"""

from collections.abc import Collection, Mapping

from torch import Tensor

from pinn_metakan.ansatz.hard.flux import Flux
from pinn_metakan.ansatz.hard.layers import distance
from pinn_metakan.ansatz.hard.transfinite import Field
from pinn_metakan.geometry.domain import Domain, Face


def axis_factor(
    axis: int, orders: Mapping[int, int], flat: Collection[int], domain: Domain
) -> Field | None:
    """Find what vanishes at the ends of an axis, or is flat there.

    Args:
        axis: Its column.
        orders: How often it vanishes at the end of a sign, 1 or 2; nothing for not at all.
        flat: The signs of the ends where it does not vanish and shall be flat.
        domain: Gives the bounds.

    Returns:
        The factor, at most 1; None for 1.
    """
    low, high = domain.bounds[axis]
    below, above = orders.get(-1, 0), orders.get(1, 0)
    if below == above == 0:
        return None
    both = below + above
    largest = below**below * above**above / both**both

    def factor(points: Tensor) -> Tensor:
        xi = (points[:, axis] - low) / (high - low)
        if flat:
            rest = xi if below else 1 - xi
            return rest * (2 - rest) if both == 1 else rest.square() * (3 - 2 * rest)
        return xi**below * (1 - xi) ** above / largest

    return factor


def mixed_factor(face: Face, flux: Flux, is_flat_beyond: bool, domain: Domain) -> Field:
    """Find what has the flux a u + b du/dn = 0 through a face.

    Args:
        face: The face.
        flux: The mixture.
        is_flat_beyond: Whether it shall be flat at the opposite face.
        domain: Gives the bounds.

    Returns:
        The factor, positive, at most 1.
    """
    low, high = domain.bounds[face.axis]
    length, ratio = high - low, flux.ratio(face)
    farthest = length / 2 if is_flat_beyond else length

    def factor(points: Tensor) -> Tensor:
        d = distance(points, face)
        if is_flat_beyond:
            d = d * (1 - d / (2 * length))
        alpha = ratio(points)
        if flux.is_rising:
            return (1 + alpha * d) / (1 + alpha * farthest)
        return 1 / (1 - alpha * d)

    return factor


def flux_factors(
    faces: Collection[Face], fluxes: Mapping[Face, Flux], domain: Domain
) -> list[Field]:
    """Find the factors of the axes that have fluxes.

    Args:
        faces: The faces that have values.
        fluxes: The fluxes.
        domain: Gives the bounds.

    Returns:
        One for each axis that has values, and one for each mixture.
    """
    found: list[Field] = []
    for axis in sorted({face.axis for face in fluxes}):
        valued = {f.sign: 2 if f in fluxes else 1 for f in faces if f.axis == axis}
        free = {f: flux for f, flux in fluxes.items() if f.axis == axis and f not in faces}
        vanishing = axis_factor(axis, valued, [face.sign for face in free], domain)
        if vanishing is not None:
            found.append(vanishing)
        found += [
            mixed_factor(face, flux, len(free) > 1, domain)
            for face, flux in free.items()
            if flux.has_ratio
        ]
    return found
