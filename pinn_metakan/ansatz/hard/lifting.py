r"""Functions with given slopes, or mixtures of value and slope, on flat faces.

Along one axis of the length L, and at the distance d = L xi from a face,

.. math:: g \mapsto g + \frac{\psi}{(\partial_n + \alpha) \psi} (\gamma - \partial_n g - \alpha g),

the last at the face, is right there and stays right at the other end: psi vanishes at that end if
a value is given there, and is flat too if a slope is. Where the face has a value as well, psi
vanishes at it. Several axes are corrected one after the other, as by transfinite interpolation.

Source: Mortari, Leake, Mathematics 7 (2019) 1303 (theory of functional connections).
"""

from collections.abc import Collection, Mapping

from torch import Tensor

from pinn_metakan.ansatz.hard.flux import Flux
from pinn_metakan.ansatz.hard.layers import distance
from pinn_metakan.ansatz.hard.transfinite import Field, on_face
from pinn_metakan.geometry.domain import Domain, Face


def add_fluxes(
    field: Field,
    fluxes: Mapping[Face, Flux],
    valued: Collection[Face],
    domain: Domain,
) -> Field:
    """Correct a field so that it has given fluxes through flat faces.

    Args:
        field: The field g so far; it takes the values of the faces that have some.
        fluxes: What is asked for.
        valued: The faces that have values.
        domain: Gives the bounds.

    Returns:
        The corrected field.
    """
    for axis in sorted({face.axis for face in fluxes}):
        ends = {face: fluxes[face] for face in fluxes if face.axis == axis}
        there = [face for face in valued if face.axis == axis]
        field = _add_axis(field, ends, there, domain.bounds[axis])
    return field


def _add_axis(
    field: Field,
    ends: Mapping[Face, Flux],
    valued: Collection[Face],
    bounds: tuple[float, float],
) -> Field:
    length = bounds[1] - bounds[0]

    def corrected(points: Tensor) -> Tensor:
        values = field(points)
        for face, flux in ends.items():
            at = on_face(points, face)
            xi = distance(points, face) / length
            missing = flux.missing(field, at, face)
            if face in valued:
                far_value, far_slope = len(valued) > 1, len(ends) > 1
                shape = -xi * (1 - xi) ** (2 if far_slope else int(far_value))
                values = values + missing * length * shape
                continue
            sign = 1 if flux.is_rising else -1
            if len(ends) > 1:
                shape, end = (1 - xi).square() / 2, 0.5
            else:
                shape, end = 1 - xi, 1.0
            if sign < 0:  # turned, so that its slope and its value do not cancel
                shape = shape * (1 + 2 / end * xi)
            size = flux.ratio(face)(points) * (length * end) + sign
            values = values + missing * length * shape / size
        return values

    return corrected
