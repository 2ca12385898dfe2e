"""Data that cannot be taken hard: less smooth than the residual needs, or opaque to torch.

In u = g + B N the data g are differentiated as often as the residual asks for. Where they have a
kink or a jump, their second derivatives vanish almost everywhere, so the residual would be met by
a wrong solution at no cost; where torch cannot differentiate them, the same happens everywhere.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from pinn_metakan.ansatz.hard.factors import boundary_factor
from pinn_metakan.ansatz.hard.orders import orders_along
from pinn_metakan.ansatz.hard.pieces import Pieces
from pinn_metakan.ansatz.hard.transfinite import Field, at_time, is_number, on_face
from pinn_metakan.errors import ProblemError
from pinn_metakan.geometry.domain import Domain, Face
from pinn_metakan.geometry.sampling import sample_interior
from pinn_metakan.pde.formulation import Formulation
from pinn_metakan.pde.jumps import Line, distinct, find_jump, lines_within

# All of these: docs/decisions/0007-rough-data.md.
#: Lines that the data of a condition are looked at on, in all, and a factor of a domain.
_LINES, _FACTOR_LINES = 48, 3
#: Points that tell how large data are; lines on which the ends of a periodic coordinate are
#: compared, and what their derivatives may differ by, relative to their size.
_SIZED, _SEAMS, _SEAM = 256, 5, 1e-6
#: Rounding of data, relative to their size anywhere; each derivative has ten times as much.
ROUNDING = 1e-10
#: Points of a line where derivatives are compared with differences, and the distance of these.
_COMPARED, _DISTANCE = 33, 3e-4
#: Derivatives and differences agree if they differ by less than this part of the largest, at this
#: part of the points: near a kink or a jump they do not.
_AGREEMENT, _SHARE = 0.05, 0.75
#: What is wrong, and the order of the derivative that jumps if one does; None if nothing is.
_Reason = tuple[str, int | None] | None
_OPAQUE = "cannot be differentiated by torch (NumPy, .detach() or float() in them?)"
#: What jumps, by the order of the derivative.
_WHAT = {0: "jump", 1: "have a kink", 2: "have a jump of curvature"}


@dataclass(frozen=True)
class Roughness:
    """What is wrong with the data of a residual term.

    Args:
        term: Its name.
        line: What it is, and where, for the user.
        order: Of the derivative that jumps, 0 for the data themselves; None for anything else.
    """

    term: str
    line: str
    order: int | None = None


def find_rough(
    formulation: Formulation,
    unknown: int,
    pieces: Pieces,
    periodic: dict[int, str],
    least_size: float = 0.0,
) -> list[Roughness]:
    """Find data that must not be taken hard.

    Args:
        formulation: The problem.
        unknown: Whose data they are.
        pieces: The data.
        periodic: Columns that are periodic, and the name of the condition that says so.
        least_size: How large data were before something was subtracted from them, whose rounding
            is no jump.

    Returns:
        One for each term whose data are rough.

    Raises:
        ProblemError: If data are NaN or infinite somewhere.
    """
    domain = formulation.domain
    residuals = [formulation.equations, *formulation.conditions.values()]
    orders = orders_along(residuals, unknown, formulation.variables.dimension)
    found: dict[str, Roughness] = {}
    for (term, field), lines in _data_on_lines(pieces, domain, orders):
        if term in found:
            continue
        size = max(_size(field, domain), least_size)
        reasons = (
            _roughness(
                formulation, field, line, max(orders[axis] for axis in line.axes), size, term
            )
            for line in lines
        )
        reason = next(filter(None, reasons), None)
        if reason is not None:
            found[term] = Roughness(term, f"{term}: its data {reason[0]}", reason[1])
    if pieces.curved is not None:
        term = pieces.curved[0]
        reason = _factor_roughness(formulation, domain, orders, term)
        if reason is not None and term not in found:
            kind = type(domain.space).__name__
            line = f"{term}: the values of the factor of {kind} {reason[0]}"
            found[term] = Roughness(term, line)
    for axis, name in periodic.items():
        for (term, field), face in _joined(pieces):
            if term not in found and has_seam(field, axis, domain, orders[axis], face):
                line = f"{term}: its data have a kink where {name} joins the ends"
                found[term] = Roughness(term, line, 1)
    return list(found.values())


def _data_on_lines(
    pieces: Pieces, domain: Domain, orders: list[int]
) -> list[tuple[tuple[str, Field], list[Line]]]:
    """The data that are no plain numbers, and lines on which to look at them."""
    generator = Generator().manual_seed(0)
    on_faces = [*pieces.faces.items(), *_given_slopes(pieces)]
    faces = [(face, piece) for face, piece in on_faces if not is_number(piece[1])]
    count = max(1, _LINES // max(1, len(faces)))
    differentiated = [axis for axis, order in enumerate(orders) if order > 0]
    found: list[tuple[tuple[str, Field], list[Line]]] = []
    for face, piece in faces:
        axes = [axis for axis in differentiated if axis != face.axis]
        on = []
        for line in lines_within(domain, axes, count, generator):
            start, end = on_face(torch.stack([line.start, line.end]), face).unbind()
            on.append(Line(start, end, line.axes))
        found.append((piece, distinct(on)))
    elsewhere = [*([] if pieces.curved is None else [pieces.curved]), *pieces.parts.values()]
    for piece in elsewhere:
        if not is_number(piece[1]):
            found.append((piece, lines_within(domain, differentiated, _LINES, generator)))
    in_space = [axis for axis in differentiated if axis != domain.time_axis]
    for at_start in (pieces.initial, pieces.velocity):
        if at_start is not None and not is_number(at_start[1]):
            on = []
            for line in lines_within(domain, in_space, _LINES, generator):
                start, end = at_time(
                    torch.stack([line.start, line.end]), domain.bounds[-1][0]
                ).unbind()
                on.append(Line(start, end, line.axes))
            found.append((at_start, distinct(on)))
    return found


def _given_slopes(pieces: Pieces) -> list[tuple[Face, tuple[str, Field]]]:
    """The slopes and the ratios of fluxes through faces."""
    return [
        (face, (flux.term, field))
        for face, flux in pieces.fluxes.items()
        for field in (flux.slope(face), flux.ratio(face))
    ]


def _factor_roughness(
    formulation: Formulation, domain: Domain, orders: list[int], term: str
) -> _Reason:
    """Say what is wrong with the factor that vanishes on the boundary; None if nothing is."""
    factor = boundary_factor(domain)
    assert factor is not None
    axes = [axis for axis in formulation.variables.space_axes if orders[axis] > 0]
    size = _size(factor, domain)
    lines = lines_within(domain, axes, _FACTOR_LINES, Generator().manual_seed(0))
    reasons = (
        _roughness(formulation, factor, line, max(orders[axis] for axis in line.axes), size, term)
        for line in lines
    )
    return next(filter(None, reasons), None)


def _joined(pieces: Pieces) -> list[tuple[tuple[str, Field], Face | None]]:
    """The data that a periodic coordinate joins at its ends, and the face that they lie on."""
    at_start = [(p, None) for p in (pieces.initial, pieces.velocity) if p is not None]
    on_faces = [*pieces.faces.items(), *_given_slopes(pieces)]
    return [*at_start, *((piece, face) for face, piece in on_faces)]


def _size(field: Field, domain: Domain) -> float:
    """How large data are anywhere; where they vanish but for rounding is then no jump."""
    points = sample_interior(domain, _SIZED, "sobol", Generator().manual_seed(0)).points
    try:
        with torch.no_grad():
            values = field(points)
    except ProblemError:  # they are defined where they are asked for, and only there
        return 0.0
    return float(values.detach().abs().nan_to_num(0.0, 0.0, 0.0).max())


def _roughness(
    formulation: Formulation, field: Field, line: Line, orders: int, size: float, term: str
) -> _Reason:
    """Say what is wrong with data along a line; None if nothing is."""

    def values(s: Tensor) -> Tensor:
        with torch.no_grad():  # so that data from NumPy can be evaluated
            return field(line.points(s))

    s = torch.linspace(0.0, 1.0, 2 * _COMPARED + 1, dtype=torch.float64)
    worst = _first_not_finite(values(s))
    if worst is not None:
        raise ProblemError(
            f"{formulation.problem.origin.label}: the data of {term!r} are "
            f"{float(values(s)[worst]):g} at {_place(formulation, line, s[worst])}, expected "
            "finite numbers"
        )
    below: Callable[[Tensor], Tensor] = values
    for order in range(orders):
        noise = ROUNDING * 10**order * size
        place = find_jump(below, noise)
        if place is not None:
            what = _WHAT.get(order, f"have a jump of derivative {order}")
            return f"{what} at {_place(formulation, line, torch.tensor(place))}", order
        slope = derivative_along(field, line, order + 1)
        try:
            worst = _first_not_finite(slope(s))
            if worst is not None:
                where = _place(formulation, line, s[worst])
                return f"have no finite derivative at {where}", None
            is_opaque = not _is_seen(below, slope, noise)
        except ProblemError:  # they could be evaluated above, where nothing was differentiated
            is_opaque = True
        if is_opaque:
            return _OPAQUE, None
        below = slope
    return None


def _first_not_finite(values: Tensor) -> int | None:
    unusable = (~torch.isfinite(values)).nonzero()
    return int(unusable[0]) if len(unusable) else None


def derivative_along(field: Field, line: Line, order: int) -> Callable[[Tensor], Tensor]:
    """A derivative of data along a line, in units of its length, by autograd."""

    def evaluate(s: Tensor) -> Tensor:
        with torch.enable_grad():
            s = s.detach().clone().requires_grad_()
            values = field(line.points(s))
            for _ in range(order):
                if not values.requires_grad:
                    return torch.zeros_like(s).detach()
                (values,) = torch.autograd.grad(
                    values.sum(), s, create_graph=True, materialize_grads=True
                )
        return values.detach()

    return evaluate


def _is_seen(
    function: Callable[[Tensor], Tensor], slope: Callable[[Tensor], Tensor], noise: float
) -> bool:
    """Compare a derivative with differences of fourth order, up to noise of the function."""
    h = _DISTANCE
    s = torch.linspace(3 * h, 1 - 3 * h, _COMPARED, dtype=torch.float64)
    around = torch.cat([s - 2 * h, s - h, s, s + h, s + 2 * h])  # one call takes less than five
    far_below, below, here, above, far_above = function(around).chunk(5)
    expected = (8 * (above - below) - (far_above - far_below)) / (12 * h)
    found = slope(s)
    scale = float(expected.abs().nan_to_num(0.0, 0.0, 0.0).max())
    noise += ROUNDING * float(here.abs().nan_to_num(0.0, 0.0, 0.0).max())
    agree = (found - expected).abs() <= _AGREEMENT * scale + noise / h
    return float(agree.double().mean()) >= _SHARE


def has_seam(field: Field, axis: int, domain: Domain, order: int, face: Face | None) -> bool:
    """Compare the derivatives below an order at both ends of a periodic coordinate."""
    points = sample_interior(domain, _SEAMS, "sobol", Generator().manual_seed(0)).points
    ends = torch.tensor([0.0, 1.0], dtype=torch.float64)
    s = torch.linspace(0.0, 1.0, _COMPARED, dtype=torch.float64)
    for base in points if face is None else on_face(points, face):
        start, end = base.clone(), base.clone()
        start[axis], end[axis] = domain.bounds[axis]
        line = Line(start, end, (axis,))
        for k in range(1, order):
            derivative = derivative_along(field, line, k)
            low, high = derivative(ends).tolist()
            size = max(
                float(f(s).abs().max()) for f in (derivative, derivative_along(field, line, 0))
            )
            if abs(high - low) > _SEAM * size:
                return True
    return False


def _place(formulation: Formulation, line: Line, s: Tensor) -> str:
    """Name a place on a line by the coordinates that change along it."""
    point = line.points(s.double().reshape(1))[0]
    names = formulation.variables.column_names()
    parts = []
    for axis in line.axes:
        low, high = formulation.domain.bounds[axis]
        shown = round(float(point[axis]) / (high - low), 6) * (high - low)
        parts.append(f"{names[axis]} = {shown:.4g}")
    return ", ".join(parts)
