"""Data that cannot be taken hard: less smooth than the residual needs, or opaque to torch.

In u = g + B N the data g are differentiated as often as the residual asks for. Where they have a
kink or a jump, their second derivatives vanish almost everywhere, so the residual would be met by
a wrong solution at no cost; where torch cannot differentiate them, the same happens everywhere.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from pinn_metakan.ansatz.pieces import Pieces
from pinn_metakan.ansatz.transfinite import Field, on_face
from pinn_metakan.derivatives.request import Derivative, Gradient, Laplacian
from pinn_metakan.errors import ProblemError
from pinn_metakan.geometry.domains import Domain
from pinn_metakan.geometry.sampling import sample_interior
from pinn_metakan.pde.jumps import find_jump, lines_within
from pinn_metakan.pde.statement import Statement

#: Lines along each coordinate that data are looked at on.
_LINES = 8
#: Points of a line where derivatives are compared with differences, and the distance of these.
_COMPARED, _DISTANCE = 33, 3e-4
#: Derivatives and differences agree if they differ by less than this part of the largest, at this
#: part of the points: near a kink or a jump they do not.
_AGREEMENT, _SHARE = 0.05, 0.75
#: What jumps, by the order of the derivative.
_WHAT = {0: "jump", 1: "have a kink", 2: "have a jump of curvature"}


@dataclass(frozen=True)
class Line:
    """A straight line on which data are looked at.

    Args:
        start: Where it begins, shape (d,).
        end: Where it ends, shape (d,).
        order: How often the residual differentiates along it.
    """

    start: Tensor
    end: Tensor
    order: int

    def points(self, s: Tensor) -> Tensor:
        """Give the points (N, d) at the parts s (N,) of the line."""
        return self.start + s[:, None] * (self.end - self.start)


def find_rough(
    statement: Statement, unknown: int, pieces: Pieces, periodic: dict[int, str]
) -> tuple[set[str], list[str]]:
    """Find data that must not be taken hard.

    Args:
        statement: The problem.
        unknown: Whose data they are.
        pieces: The data.
        periodic: Columns that are periodic, and the name of the condition that says so.

    Returns:
        The terms whose data stay soft, and a note on each.

    Raises:
        ProblemError: If data are NaN or infinite somewhere.
    """
    domain = statement.problem.domain
    orders = _orders(statement, unknown)
    terms: set[str] = set()
    notes: list[str] = []
    for (term, field), lines in _data_on_lines(pieces, domain, orders):
        if term in terms:
            continue
        reason = next(
            filter(None, (_roughness(statement, field, line, term) for line in lines)), ""
        )
        if reason:
            notes.append(f"{term}: its data {reason}; it stays soft")
            terms.add(term)
    for axis, name in periodic.items():
        for piece in [p for p in (pieces.initial, pieces.velocity) if p is not None]:
            if piece[0] not in terms and _has_seam(piece[1], axis, domain, orders[axis]):
                notes.append(
                    f"{piece[0]}: its data have a kink where {name} joins the ends; it stays soft"
                )
                terms.add(piece[0])
    return terms, notes


def _orders(statement: Statement, unknown: int) -> list[int]:
    """How often residuals differentiate an unknown along each column."""
    orders = [0] * statement.variables.dimension
    residuals = [statement.equations, *statement.conditions.values()]
    for quantity in {q for residual in residuals for q in residual.quantities}:
        match quantity:
            case Derivative(k, axes) if k == unknown:
                for axis in axes:
                    orders[axis] = max(orders[axis], axes.count(axis))
            case Laplacian(k, axes) | Gradient(k, axes) if k == unknown:
                for axis in axes:
                    orders[axis] = max(orders[axis], 2 if isinstance(quantity, Laplacian) else 1)
    return orders


def _data_on_lines(
    pieces: Pieces, domain: Domain, orders: list[int]
) -> list[tuple[tuple[str, Field], list[Line]]]:
    generator = Generator().manual_seed(0)

    def inside() -> Tensor:
        return sample_interior(domain, _LINES, "sobol", generator).points

    def lines(fixed: int | None, axes: tuple[int, ...]) -> list[Line]:
        """Lines along some coordinates through random points, one coordinate fixed."""
        result = []
        for axis in axes:
            if axis == fixed or orders[axis] == 0:
                continue
            middle = inside()
            starts, ends = middle.clone(), middle.clone()
            starts[:, axis], ends[:, axis] = domain.bounds[axis]
            pairs = lines_within(domain.contains, starts, ends)
            if not pairs:  # a curved domain: across its middle, and elsewhere in it
                low, high = torch.tensor(domain.bounds, dtype=torch.float64).T
                for others in (low + high - middle, inside()):
                    if domain.time_axis is not None:
                        others[:, -1] = middle[:, -1]
                    pairs += lines_within(domain.contains, middle, others)
            result += [Line(a, b, orders[axis]) for a, b in pairs]
        return result

    space = domain.space.dimension
    found: list[tuple[tuple[str, Field], list[Line]]] = []
    for face, piece in pieces.faces.items():
        on = []
        for line in lines(face.axis, tuple(range(domain.dimension))):
            start, end = on_face(torch.stack([line.start, line.end]), face).unbind()
            on.append(Line(start, end, line.order))
        found.append((piece, on))
    if pieces.curved is not None:
        found.append((pieces.curved, lines(None, tuple(range(domain.dimension)))))
    for at_start in (pieces.initial, pieces.velocity):
        if at_start is not None:
            found.append((at_start, lines(None, tuple(range(space)))))
    return found


def _roughness(statement: Statement, field: Field, line: Line, term: str) -> str:
    """Say what is wrong with data along a line; empty if nothing is."""

    def values(s: Tensor) -> Tensor:
        with torch.no_grad():  # so that data from NumPy can be evaluated
            return field(line.points(s))

    s = torch.linspace(0.0, 1.0, 2 * _COMPARED + 1, dtype=torch.float64)
    worst = _first_not_finite(values(s))
    if worst is not None:
        raise ProblemError(
            f"{statement.problem.origin.label}: the data of {term!r} are "
            f"{float(values(s)[worst]):g} at {_place(statement, line, s[worst])}, expected finite "
            "numbers"
        )
    below: Callable[[Tensor], Tensor] = values
    for order in range(line.order):
        place = find_jump(below)
        if place is not None:
            what = _WHAT.get(order, f"have a jump of derivative {order}")
            return f"{what} at {_place(statement, line, torch.tensor(place))}"
        slope = _derivative(field, line, order + 1)
        try:
            worst = _first_not_finite(slope(s))
            if worst is not None:
                return f"have no finite derivative at {_place(statement, line, s[worst])}"
            is_opaque = not _is_seen(below, slope)
        except ProblemError:  # they could be evaluated above, where nothing was differentiated
            is_opaque = True
        if is_opaque:
            return "cannot be differentiated by torch (NumPy, .detach() or float() in them?)"
        below = slope
    return ""


def _first_not_finite(values: Tensor) -> int | None:
    unusable = (~torch.isfinite(values)).nonzero()
    return int(unusable[0]) if len(unusable) else None


def _derivative(field: Field, line: Line, order: int) -> Callable[[Tensor], Tensor]:
    """Give a derivative of data along a line, in units of its length, by autograd."""

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


def _is_seen(function: Callable[[Tensor], Tensor], slope: Callable[[Tensor], Tensor]) -> bool:
    """Compare a derivative with differences of fourth order."""
    h = _DISTANCE
    s = torch.linspace(3 * h, 1 - 3 * h, _COMPARED, dtype=torch.float64)
    far, near = function(s + 2 * h) - function(s - 2 * h), function(s + h) - function(s - h)
    expected = (8 * near - far) / (12 * h)
    found = slope(s)
    scale = float(expected.abs().nan_to_num(0.0, 0.0, 0.0).max())
    noise = 1e-9 * float(function(s).abs().nan_to_num(0.0, 0.0, 0.0).max()) / h
    agree = (found - expected).abs() <= _AGREEMENT * scale + noise
    return float(agree.double().mean()) >= _SHARE


def _has_seam(field: Field, axis: int, domain: Domain, order: int) -> bool:
    """Compare the derivatives below an order at both ends of a periodic coordinate."""
    points = sample_interior(domain, _LINES, "sobol", Generator().manual_seed(0)).points
    for base in points:
        start, end = base.clone(), base.clone()
        start[axis], end[axis] = domain.bounds[axis]
        line = Line(start, end, order)
        ends = torch.tensor([0.0, 1.0], dtype=torch.float64)
        s = torch.linspace(0.0, 1.0, _COMPARED, dtype=torch.float64)
        for k in range(1, order):
            derivative = _derivative(field, line, k)
            low, high = derivative(ends).tolist()
            if abs(high - low) > 1e-6 * max(1.0, float(derivative(s).abs().max())):
                return True
    return False


def _place(statement: Statement, line: Line, s: Tensor) -> str:
    """Name a place on a line by the coordinates that change along it."""
    point = line.points(s.double().reshape(1))[0]
    columns = [axis for axis in range(len(point)) if line.start[axis] != line.end[axis]]
    names = statement.variables.column_names()
    parts = []
    for axis in columns:
        low, high = statement.problem.domain.bounds[axis]
        shown = round(float(point[axis]) / (high - low), 6) * (high - low)
        parts.append(f"{names[axis]} = {shown:.4g}")
    return ", ".join(parts)
