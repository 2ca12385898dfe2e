"""Layers along walls whose values are not those at the start."""

from collections.abc import Sequence

from torch import Generator, Tensor

from pinn_metakan.ansatz.hard.conflicts import Conflict
from pinn_metakan.ansatz.hard.diffusion import diffusivity
from pinn_metakan.ansatz.hard.layers import Diffusion
from pinn_metakan.ansatz.hard.pieces import Pieces
from pinn_metakan.ansatz.hard.transfinite import at_time, on_face
from pinn_metakan.geometry.domain import Face
from pinn_metakan.geometry.sampling import sample_interior
from pinn_metakan.pde.formulation import Formulation

#: Where the diffusivity is compared: this many points of a face (docs/decisions/0025-layers.md).
COMPARED_POINTS = 64


def spreading(
    formulation: Formulation, number: int, pieces: Pieces, axis: int, at: Tensor, value: float
) -> Diffusion | None:
    """Find how layers of an unknown spread from a place where its data are given at a time.

    Args:
        formulation: The problem.
        number: Of the unknown.
        pieces: Its data; layers begin at their time.
        axis: Column of the coordinate that layers spread along.
        at: Points of the place, shape (M, d); the diffusivity is the same at all of them.
        value: The unknown there [its unit].

    Returns:
        How they spread; None if it is not by diffusion, forward from that time.
    """
    domain = formulation.domain
    if domain.time_axis is None or pieces.initial is None or pieces.velocity is not None:
        return None
    first, last = domain.bounds[-1]
    other = last if pieces.time == first else first
    kappa = diffusivity(formulation, number, axis, at_time(at, pieces.time), value)
    if kappa is None or kappa * (other - pieces.time) <= 0:
        return None
    return Diffusion(abs(kappa), pieces.time, other)


def step_layers(
    formulation: Formulation, number: int, pieces: Pieces, conflicts: Sequence[Conflict]
) -> dict[Face, Diffusion]:
    """Find layers for faces whose data are not those at the start.

    Args:
        formulation: The problem.
        number: Of the unknown.
        pieces: Its data.
        conflicts: Where they disagree.

    Returns:
        What spreads from which faces.
    """
    domain = formulation.domain
    inside = sample_interior(domain, COMPARED_POINTS, "sobol", Generator().manual_seed(0)).points
    found = {}
    for conflict in conflicts:
        face = conflict.face
        if face is not None:
            at = on_face(inside, face)
            diffusion = spreading(formulation, number, pieces, face.axis, at, conflict.mean)
            if diffusion is not None:
                found[face] = diffusion
    return found
