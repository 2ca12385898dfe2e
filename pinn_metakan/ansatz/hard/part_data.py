r"""Functions that take given values on several parts of a boundary.

With a function :math:`\phi_i` that vanishes on part i alone,

.. math:: g = \frac{\sum_i w_i g_i}{\sum_i w_i}, \qquad w_i = \prod_{j \ne i} \phi_j,

has the values of part i there. Where two parts meet, g has the value that both have; if they have
two, g turns from one to the other around that place.

Source: Rvachev, Sheiko, Shapiro, Tsukanov, Comput. Aided Geom. Design 18 (2001) 195-220; Sukumar,
Srivastava, Comput. Methods Appl. Mech. Engrg. 389 (2022) 114333.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import reduce
from operator import mul

import torch
from torch import Generator, Tensor

from pinn_metakan.ansatz.hard.factors import part_factor
from pinn_metakan.ansatz.hard.transfinite import Field, Number, is_number
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.sampling import sample_interior, sample_parts

# All: docs/decisions/0036-shapes.md.
#: Added to factors, so that two parts count alike where they meet.
_NEXT_TO_NOTHING = 1e-35
#: Points of parts that show whether they overlap: in more than this share of the points.
_POINTS, _OVERLAP = 64, 0.1
#: Points along each side of a patch at which parts may meet.
_ALONG = 9


def blended(parts: Mapping[tuple[str, ...], Field], domain: Domain) -> Field:
    """Take the values of each part on it.

    Args:
        parts: The data by the names of their parts, which do not overlap.
        domain: Where.

    Returns:
        The field g.
    """
    fields = list(parts.values())
    numbers = {field.value for field in fields if isinstance(field, Number)}
    if len(fields) == 1 or (len(numbers) == 1 and all(map(is_number, fields))):
        return fields[0]
    factors = [part_factor(domain, names) for names in parts]
    assert None not in factors  # other data are no pieces
    known = [factor for factor in factors if factor is not None]

    def values(points: Tensor) -> Tensor:
        away = [factor(points) + _NEXT_TO_NOTHING for factor in known]
        # The second derivative of torch.prod divides by what is next to nothing.
        weights = [reduce(mul, away[:k] + away[k + 1 :]) for k in range(len(away))]
        given = [field(points) * weight for field, weight in zip(fields, weights, strict=True)]
        return torch.stack(given).sum(dim=0) / torch.stack(weights).sum(dim=0)

    return values


def overlap(domain: Domain, names: Sequence[str], others: Sequence[str]) -> bool:
    """Tell whether parts of a boundary have more than ends in common."""
    if not names or not others:
        return False
    generator = Generator().manual_seed(0)
    for some, rest in ((names, others), (others, names)):
        points = sample_parts(domain, some, _POINTS, "sobol", generator).points
        on_rest = torch.stack([domain.on_part(points, name) for name in rest]).any(dim=0)
        if float(on_rest.double().mean()) > _OVERLAP:
            return True
    return False


def meeting_points(domain: Domain, names: Collection[str], others: Collection[str]) -> Tensor:
    """Find where parts of a boundary meet others: at ends and edges of their patches.

    Args:
        domain: Where.
        names: Names of parts.
        others: Names of the others.

    Returns:
        Points (M, d) with any times and parameters; none if they do not meet.
    """
    space = domain.without_parameters.space
    line = torch.linspace(0.0, 1.0, _ALONG, dtype=torch.float64)
    found = [line.new_zeros(0, space.dimension)]
    for patch in space.patches:
        if set(names).isdisjoint(patch.names):
            continue
        mesh = torch.meshgrid(*[line] * patch.unit_dimension, indexing="ij")
        unit = torch.stack([axis.flatten() for axis in mesh], dim=1)
        points, _ = patch.at(unit[((unit == 0) | (unit == 1)).any(dim=1)])
        found.append(points[torch.stack([space.on_part(points, n) for n in others]).any(dim=0)])
    at = torch.cat(found)
    if len(at) == 0:
        return at.new_zeros(0, domain.dimension)
    whole = sample_interior(domain, len(at), "sobol", Generator().manual_seed(0)).points
    whole[:, : space.dimension] = at
    return whole
