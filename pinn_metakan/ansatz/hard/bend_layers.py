"""Layers along walls whose slopes are not those at the start."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from torch import Generator, Tensor

from pinn_metakan.ansatz.hard.flux import Flux
from pinn_metakan.ansatz.hard.layers import Diffusion, bend_layer, distance
from pinn_metakan.ansatz.hard.pieces import Pieces
from pinn_metakan.ansatz.hard.step_layers import COMPARED_POINTS, spreading
from pinn_metakan.ansatz.hard.transfinite import Field, at_time, on_face, slope
from pinn_metakan.geometry.domain import Face
from pinn_metakan.geometry.sampling import sample_interior
from pinn_metakan.pde.formulation import Formulation

# Both: docs/decisions/0025-layers.md.
#: Slopes that differ by more than this, relative to their size, disagree.
_AGREEMENT = 1e-6
#: The size of a slope that counts as none, in parts of the value over the length of the domain.
_LEAST_SIZE = 1e-2


@dataclass(frozen=True)
class BendLayer:
    """A layer along a face whose slope is not that at the start.

    Args:
        face: The face.
        diffusion: How it spreads.
        missing: The slope along the outward normal that the start lacks, from points (N, d) of the
            face at the start, (N,).
        term: The residual term that the slope is prescribed by.
    """

    face: Face
    diffusion: Diffusion
    missing: Field
    term: str

    def __call__(self, points: Tensor) -> Tensor:
        """Its values at points (N, d), (N,); 0 at the start."""
        at_start = at_time(on_face(points, self.face), self.diffusion.time)
        layer = bend_layer(distance(points, self.face), self.diffusion.width(points))
        return self.missing(at_start) * layer


def bend_layers(
    formulation: Formulation, number: int, pieces: Pieces, fluxes: Mapping[Face, Flux]
) -> list[BendLayer]:
    """Find layers for faces whose slope is not that of the data at the start.

    Args:
        formulation: The problem.
        number: Of the unknown.
        pieces: Its data; faces that have some take no other condition.
        fluxes: What is said of slopes.

    Returns:
        The layers.
    """
    if pieces.initial is None:
        return []
    initial = pieces.initial[1]
    domain = formulation.domain
    inside = sample_interior(domain, COMPARED_POINTS, "sobol", Generator().manual_seed(0)).points
    found = []
    for face, flux in fluxes.items():
        if face in pieces.faces:
            continue
        at = at_time(on_face(inside, face), pieces.time)
        missing = partial(flux.missing, initial, face=face)
        values = missing(at)
        low, high = domain.bounds[face.axis]
        everywhere = at_time(inside, pieces.time)
        size = max(
            float(slope(initial, everywhere, face.axis).abs().max()),
            float((flux.c(at) / flux.b(at)).abs().max()),
            _LEAST_SIZE * float(initial(everywhere).abs().max()) / (high - low),
        )
        if not _AGREEMENT * size < float(values.abs().max()) < math.inf:
            continue
        mean = float(initial(at).mean())
        diffusion = spreading(formulation, number, pieces, face.axis, at, mean)
        if diffusion is not None:
            found.append(BendLayer(face, diffusion, missing, flux.term))
    return found
