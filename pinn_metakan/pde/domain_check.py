"""What is wrong with a domain of the user's own, found before any work."""

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from pinn_metakan.errors import ProblemError
from pinn_metakan.geometry.domain import Domain, Face, checked_side
from pinn_metakan.geometry.sampling import sample_interior
from pinn_metakan.geometry.sequences import draw_unit
from pinn_metakan.pde.user_code import told_failures

#: How many points of each kind are looked at.
_POINTS = 64
#: Rounding of what users compute, such as the length of a normal, relative to its size.
_AGREEMENT = 1e-6
#: Steps across the boundary, relative to the shortest side of the bounds: to see which side is
#: out, and how a factor vanishes.
_ACROSS, _ALONG = 1e-5, 1e-4
#: The part of the points at which a step must lead out: at corners it may not.
_SHARE = 0.9
#: How far the power by which a factor vanishes may be from 1, and how large a factor may be.
_POWER, _LARGEST = 0.25, 10.0


def check_domain(domain: Domain) -> None:
    """Refuse a domain whose parts do not fit each other.

    Args:
        domain: The domain; its spatial part is looked at first.

    Raises:
        ProblemError: With one line that names the domain's class, what is wrong and what was
            expected.
    """
    if domain.space is not domain:
        check_domain(domain.space)
    name = type(domain).__name__
    with told_failures(f"the domain {name} failed"):
        try:
            _check_numbers(domain)
            inside = _checked_interior(domain)
            _check_boundary(domain, inside)
        except ValueError as error:
            raise ProblemError(f"the domain {name}: {error}") from error


def _check_numbers(domain: Domain) -> None:
    try:
        bounds = list(domain.bounds)
    except (AttributeError, TypeError):
        raise ValueError(
            "bounds must be one (low, high) for each coordinate, such as ((0.0, 1.0), (0.0, 1.0))"
        ) from None
    for number, side in enumerate(bounds):
        try:
            checked_side(side)
        except ValueError as error:
            raise ValueError(f"bounds[{number}]: {error}") from None
    if len(bounds) != domain.dimension or not bounds:
        raise ValueError(
            f"bounds must have one (low, high) for each of its {domain.dimension} coordinates, "
            f"got {len(bounds)}"
        )
    for what in ("unit_dimension", "boundary_unit_dimension"):
        number = getattr(domain, what)
        if not isinstance(number, int) or number < 0:
            raise ValueError(f"{what} must be a whole number, got {number!r}")
    axes = [axis for axis in range(domain.dimension) if axis != domain.time_axis]
    for face in domain.faces:
        if not isinstance(face, Face) or face.axis not in axes:
            raise ValueError(f"faces must be Face(axis, value, sign) across space, got {face!r}")
    at_bounds = {(axis, value) for axis in axes for value in bounds[axis]}
    if domain.is_bounded_by_faces and {(f.axis, f.value) for f in domain.faces} != at_bounds:
        raise ValueError("is_bounded_by_faces needs two faces for each coordinate, at its bounds")


def _checked_interior(domain: Domain) -> Tensor:
    generator = Generator().manual_seed(0)
    unit = draw_unit("sobol", _POINTS, domain.unit_dimension, generator)
    points = domain.interior(unit)
    _refuse_shape("interior", points, domain)
    _refuse_booleans(domain.contains(points), points)
    inside = sample_interior(domain, _POINTS, "sobol", generator).points
    low, high = torch.tensor(domain.bounds, dtype=torch.float64).T
    margin = _AGREEMENT * (high - low)

    def is_out(points: Tensor) -> Tensor:
        return ((points < low - margin) | (points > high + margin)).any(dim=1)

    _refuse_any(inside, is_out(inside), "interior gives a point outside of its bounds")
    around = low + (3 * draw_unit("sobol", _POINTS, domain.dimension, generator) - 1) * (high - low)
    _refuse_any(
        around, is_out(around) & domain.contains(around), "contains a point outside of its bounds"
    )
    return inside


def _check_boundary(domain: Domain, inside: Tensor) -> None:
    factor = domain.factor(inside)
    if factor is not None:
        _check_factor_inside(factor, inside)
    generator = Generator().manual_seed(0)
    unit = draw_unit("sobol", _POINTS, domain.boundary_unit_dimension, generator)
    try:
        points, normals = domain.boundary(unit)
    except NotImplementedError:  # a condition on the boundary will say so
        return
    _refuse_shape("boundary", points, domain)
    _refuse_shape("boundary: its normals", normals, domain)
    lengths = normals.norm(dim=1)
    if bool(((lengths - 1).abs() > _AGREEMENT).any()):
        raise ValueError(f"boundary: normals must have length 1, got {float(lengths[0]):g}")
    if domain.time_axis is not None and bool(normals[:, domain.time_axis].any()):
        raise ValueError("boundary: normals must be zero along time")
    shortest = min(high - low for low, high in domain.space.bounds)
    step = _ACROSS * shortest * normals
    is_right = domain.contains(points - step) & ~domain.contains(points + step)
    if float(is_right.double().mean()) < _SHARE:
        raise ValueError(
            f"boundary: a step of {_ACROSS * shortest:g} along the outward normal must leave the "
            f"domain, and one back must enter it; so it is at {int(is_right.sum())} of {_POINTS} "
            "points"
        )
    if factor is not None:
        step = _ALONG * shortest * normals
        _check_factor_near(domain.factor, points, step, float(factor.abs().max()))


def _check_factor_inside(factor: object, inside: Tensor) -> None:
    if not isinstance(factor, Tensor) or factor.shape != (len(inside),) or factor.is_complex():
        shape = tuple(factor.shape) if isinstance(factor, Tensor) else type(factor).__name__
        raise ValueError(f"factor must be real numbers ({len(inside)},), got {shape}")
    if not bool(torch.isfinite(factor).all()):
        raise ValueError("factor is NaN or infinite inside the domain")
    if float(factor.min()) <= 0:
        worst = int(factor.argmin())
        raise ValueError(
            f"factor must be positive inside, it is {float(factor[worst]):g} at "
            f"{_place(inside[worst])}"
        )
    if float(factor.max()) > _LARGEST:
        raise ValueError(f"factor must be at most about 1, it reaches {float(factor.max()):g}")


def _check_factor_near(
    factor: Callable[[Tensor], Tensor | None], points: Tensor, step: Tensor, size: float
) -> None:
    at, near, far = (factor(points - part * step) for part in (0, 1, 2))
    assert at is not None
    assert near is not None
    assert far is not None
    worst = int(at.abs().argmax())
    if float(at[worst].abs()) > _AGREEMENT * size:
        raise ValueError(
            f"factor must vanish on the boundary, it is {float(at[worst]):g} at "
            f"{_place(points[worst])}"
        )
    power = float(torch.log2(far / near).median())
    if abs(power - 1) > _POWER:
        raise ValueError(
            "factor must vanish on the boundary like the distance to it, it vanishes like "
            f"the distance to the power {power:.2g}"
        )


def _refuse_shape(what: str, points: object, domain: Domain) -> None:
    expected = f"a float64 tensor ({_POINTS}, {domain.dimension})"
    if not isinstance(points, Tensor):
        raise ValueError(f"{what} must be {expected}, got {type(points).__name__}")
    if points.shape != (_POINTS, domain.dimension) or points.dtype != torch.float64:
        kind = str(points.dtype).removeprefix("torch.")
        raise ValueError(f"{what} must be {expected}, got {kind} {tuple(points.shape)}")
    if not bool(torch.isfinite(points).all()):
        raise ValueError(f"{what} must be {expected}, got NaN or infinity")


def _refuse_booleans(chosen: object, points: Tensor) -> None:
    expected = f"contains must be a boolean tensor ({len(points)},)"
    if not isinstance(chosen, Tensor):
        raise ValueError(f"{expected}, got {type(chosen).__name__}")
    if chosen.dtype != torch.bool or chosen.shape != (len(points),):
        kind = str(chosen.dtype).removeprefix("torch.")
        raise ValueError(f"{expected}, got {kind} {tuple(chosen.shape)}")


def _refuse_any(points: Tensor, is_wrong: Tensor, message: str) -> None:
    if bool(is_wrong.any()):
        raise ValueError(f"{message}, {_place(points[is_wrong][0])}")


def _place(point: Tensor) -> str:
    return f"({', '.join(f'{value:g}' for value in point.tolist())})"
