r"""Fine quadrature for solutions: \int f dx = sum_q w_q f(x_q) over a domain, a part, a boundary.

Losses use the coarse rules of `quadrature`; these are for numbers that are computed once.
"""

import math
from collections.abc import Collection, Mapping

import numpy as np
import torch
from torch import Generator, Tensor

from pinn_metakan.geometry.domain import Domain, Face
from pinn_metakan.geometry.patch import chosen_patches
from pinn_metakan.geometry.patch_rule import curve_rule
from pinn_metakan.geometry.sampling import (
    PointSet,
    sample_boundary,
    sample_interior,
    sample_parts,
)
from pinn_metakan.geometry.sequences import draw_unit

# All of these: docs/decisions/0029-integrals-of-solutions.md.
#: Intervals along each coordinate, by how many coordinates a box has; 8 Gauss nodes in each.
_INTERVALS = {0: 1, 1: 128, 2: 32, 3: 5, 4: 2}
_GAUSS_NODES = 8
#: Points of a Sobol sequence elsewhere.
_POINTS = 2**16


def fine_rule(domain: Domain, fixed: Mapping[int, float]) -> tuple[Tensor, Tensor]:
    """Make a rule for a domain, or the part of it where some coordinates are fixed.

    Args:
        domain: The domain.
        fixed: Values of coordinates by their columns.

    Returns:
        Nodes (Q, d) and weights (Q,) [product of the units of the coordinates that are not fixed]:
        composite Gauss-Legendre rules on boxes of up to four free coordinates, elsewhere points of
        a Sobol sequence.

    Raises:
        ValueError: If no point of the domain has these values.
    """
    free = [axis for axis in range(domain.dimension) if axis not in fixed]
    if domain.is_bounded_by_faces and len(free) in _INTERVALS:
        return _composite_rule(domain, fixed, free)
    is_whole_space = set(fixed) <= {domain.time_axis}
    if is_whole_space and not fixed:
        nodes = _inside(domain)
        return nodes, torch.full((len(nodes),), domain.volume / len(nodes), dtype=nodes.dtype)
    if is_whole_space:
        nodes = _inside(domain.space)
        weights = torch.full((len(nodes),), domain.space.volume / len(nodes), dtype=nodes.dtype)
        (time,) = fixed.values()
        return torch.cat([nodes, torch.full_like(nodes[:, :1], time)], dim=1), weights
    return _rule_of_section(domain, fixed, free)


def boundary_rule(
    domain: Domain,
    face: Face | None,
    fixed: Mapping[int, float],
    parts: Collection[str] = (),
) -> tuple[PointSet, Tensor]:
    """Make a rule for the boundary of space, one flat face of it, or parts that have names.

    Args:
        domain: The domain.
        face: The face, None for parts or all of the boundary.
        fixed: Values of coordinates by their columns, such as a time.
        parts: The parts; none for the face or all of the boundary.

    Returns:
        Points with outward normals, (Q, d) each, and weights (Q,) [unit of area times those of
        coordinates that are not fixed, such as time].

    Raises:
        ValueError: If coordinates of space are fixed on a boundary that is not made of faces, or
            the domain does not say where its boundary is.
    """
    if face is not None:
        return _rule_of_face(domain, face, fixed)
    if domain.is_bounded_by_faces and not parts:
        faces = [f for f in domain.faces if fixed.get(f.axis, f.value) == f.value]
        rules = [_rule_of_face(domain, each, fixed) for each in faces]
        normals = torch.cat([at.normals for at, _ in rules if at.normals is not None])
        points = torch.cat([at.points for at, _ in rules])
        return PointSet(points, normals), torch.cat([weights for _, weights in rules])
    if not set(fixed) <= {domain.time_axis}:
        raise ValueError(f"coordinates of space cannot be fixed on the boundary of {domain!r}")
    parts = parts or domain.parts
    curves = curve_rule(chosen_patches(domain.space.patches, parts)) if parts else None
    if curves is not None and domain.space.dimension == domain.dimension - len(fixed):
        points, normals, weights = curves
        ends = [torch.full_like(weights[:, None], time) for time in fixed.values()]
        still = [torch.zeros_like(end) for end in ends]
        return PointSet(torch.cat([points, *ends], 1), torch.cat([normals, *still], 1)), weights
    try:
        if parts:
            at = sample_parts(domain, parts, _POINTS, "sobol", Generator().manual_seed(0))
        else:
            at = sample_boundary(domain, _POINTS, "sobol", Generator().manual_seed(0))
    except NotImplementedError as error:
        raise ValueError(str(error)) from None
    total = sum(map(domain.part_size, parts)) if parts else _area(domain, at)
    for axis, time in fixed.items():
        at.points[:, axis] = time
    if domain.time_axis is not None and not fixed:
        low, high = domain.bounds[domain.time_axis]
        total *= high - low
    return at, torch.full((_POINTS,), total / _POINTS, dtype=torch.float64)


def _area(domain: Domain, at: PointSet) -> float:
    """Area of the boundary of space, by the divergence theorem: d V = A mean((x - c) . n)."""
    assert at.normals is not None
    axes = [axis for axis in range(domain.dimension) if axis != domain.time_axis]
    center = torch.tensor([sum(domain.bounds[axis]) / 2 for axis in axes], dtype=torch.float64)
    outward = ((at.points[:, axes] - center) * at.normals[:, axes]).sum(dim=1).mean()
    return len(axes) * domain.space.volume / float(outward)


def _rule_of_face(
    domain: Domain, face: Face, fixed: Mapping[int, float]
) -> tuple[PointSet, Tensor]:
    points, weights = fine_rule(domain, {**fixed, face.axis: face.value})
    normals = torch.zeros_like(points)
    normals[:, face.axis] = face.sign
    return PointSet(points, normals), weights


def _composite_rule(
    domain: Domain, fixed: Mapping[int, float], free: list[int]
) -> tuple[Tensor, Tensor]:
    places, shares = np.polynomial.legendre.leggauss(_GAUSS_NODES)
    count = _INTERVALS[len(free)]
    starts = np.arange(count)[:, None]
    unit = torch.from_numpy(((starts + (places + 1) / 2) / count).ravel())
    share = torch.from_numpy(np.tile(shares / 2 / count, count))
    lines = {axis: domain.bounds[axis][0] + unit * _length(domain, axis) for axis in free}
    size = len(unit) ** len(free)
    nodes = torch.zeros(size, domain.dimension, dtype=torch.float64)
    weights = torch.ones(size, dtype=torch.float64)
    for axis, value in fixed.items():
        nodes[:, axis] = value
    for place, axis in enumerate(free):
        repeats, tiles = len(unit) ** (len(free) - place - 1), len(unit) ** place
        nodes[:, axis] = lines[axis].repeat_interleave(repeats).repeat(tiles)
        weights *= (share * _length(domain, axis)).repeat_interleave(repeats).repeat(tiles)
    return nodes, weights


def _rule_of_section(
    domain: Domain, fixed: Mapping[int, float], free: list[int]
) -> tuple[Tensor, Tensor]:
    """Points in the bounds of the free coordinates, of which those inside count."""
    unit = draw_unit("sobol", _POINTS, max(len(free), 1), Generator().manual_seed(0)).double()
    low = torch.tensor([domain.bounds[axis][0] for axis in free], dtype=torch.float64)
    lengths = torch.tensor([_length(domain, axis) for axis in free], dtype=torch.float64)
    nodes = torch.zeros(_POINTS, domain.dimension, dtype=torch.float64)
    for axis, value in fixed.items():
        nodes[:, axis] = value
    nodes[:, free] = low + unit[:, : len(free)] * lengths
    nodes = nodes[domain.contains(nodes)]
    if len(nodes) == 0:
        raise ValueError(f"no point of {domain!r} was found there")
    weight = math.prod(lengths.tolist()) / _POINTS
    return nodes, torch.full((len(nodes),), weight, dtype=torch.float64)


def _inside(domain: Domain) -> Tensor:
    return sample_interior(domain, _POINTS, "sobol", Generator().manual_seed(0)).points


def _length(domain: Domain, axis: int) -> float:
    low, high = domain.bounds[axis]
    return high - low
