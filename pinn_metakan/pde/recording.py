"""Recording a residual before training: what it asks for, and whether it can be trained on.

A residual is called at a few points with made-up values. What it asks for is then known, and so
is what would go wrong later: terms of wrong shape, points that depend on each other, values that
are changed in place, numbers that nobody trains.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from pinn_metakan.derivatives.jet import Jet, RecordedValues
from pinn_metakan.derivatives.request import Number, Quantity, Variables
from pinn_metakan.errors import ProblemError
from pinn_metakan.geometry.sampling import PointSet
from pinn_metakan.pde.coupled_points import first_coupled, first_difference
from pinn_metakan.pde.returned import fault_of

#: Takes a jet and the points, returns named residual terms (N,).
ResidualFunction = Callable[[Jet, PointSet], dict[str, Tensor]]

#: Advice for a number that shall be trained.
_AS_A_NUMBER = "state it in the constructor as self.{name} = Unknown(start=...)"


@dataclass(frozen=True)
class Recorded:
    """The result of recording a residual.

    Args:
        values: Its terms at the recorded points.
        quantities: What it asks the jet for.
        numbers: Names of the unknown numbers that it depends on.
    """

    values: dict[str, Tensor]
    quantities: frozenset[Quantity]
    numbers: frozenset[str] = frozenset()


def record(
    label: str,
    function: ResidualFunction,
    variables: Variables,
    at: PointSet,
    is_pointwise: bool = True,
) -> Recorded:
    """Call a residual with made-up values and check what it returns.

    Args:
        label: Its name in messages.
        function: The residual.
        variables: What names mean.
        at: Points to call it at.
        is_pointwise: Whether each term has one value for each point, which depends on it alone.

    Returns:
        Its terms and what it asks for.

    Raises:
        ProblemError: If a term is no tensor (N,) of real numbers, couples its points, changes
            between calls or does not depend on the unknowns, or if values are changed in place or
            a trainable parameter hides in it.
    """
    made_up = RecordedValues(at.points)
    count = len(at.points) if is_pointwise else None
    found = checked_terms(
        label, function(Jet(variables, at.points, made_up), at), at.points.device, count
    )
    found = {term: value.detach().clone() for term, value in found.items()}
    for quantity, value in made_up.items():
        if value._version:
            name = variables.name(quantity)
            raise ProblemError(
                f"{label} changes {name!r} in place; make a new tensor instead, such as "
                f"2 * {name} in place of {name} *= 2"
            )
    _refuse_other_values(label, function, variables, at, made_up, found, is_pointwise)
    numbers = _refuse_untrainable(label, function, variables, at, made_up)
    for term, value in found.items():
        if value.dtype is not at.points.dtype:
            kind, expected = (str(t.dtype).removeprefix("torch.") for t in (value, at.points))
            raise ProblemError(
                f"{label}: term {term!r} is {kind} where the unknowns are {expected}; leave out "
                "what makes it so, such as .float() or .half()"
            )
    quantities = frozenset(q for q in made_up if not isinstance(q, Number))
    return Recorded(found, quantities, numbers)


def checked_terms(
    label: str, terms: object, device: torch.device, count: int | None = None
) -> dict[str, Tensor]:
    """Check that terms are a dict of named real tensors (N,).

    Args:
        label: The name of the residual in messages.
        terms: What it returned.
        device: Where it was evaluated.
        count: N, None if any number will do.

    Returns:
        The terms.

    Raises:
        ProblemError: If a name or a value cannot be used.
    """
    if not isinstance(terms, dict) or not terms:
        kind = "an empty dict" if isinstance(terms, dict) else type(terms).__name__
        raise ProblemError(
            f"{label} returned {kind}, expected a dict of named terms such as {{'burgers': (N,)}}"
        )
    for name, value in terms.items():
        if not isinstance(name, str) or not name.isidentifier():
            raise ProblemError(f"{label}: the name of a term must be a word, got {name!r}")
        if not isinstance(value, Tensor):
            kind = type(value).__name__
            raise ProblemError(f"{label}: term {name!r} is {kind}, expected a torch tensor (N,)")
        if (fault := fault_of(value, device)) is not None or not value.is_floating_point():
            kind = fault or str(value.dtype).removeprefix("torch.")
            raise ProblemError(f"{label}: term {name!r} is {kind}, expected real numbers (N,)")
        expected = (len(value) if value.ndim else 0,) if count is None else (count,)
        if tuple(value.shape) != expected:
            wanted = "(N,)" if count is None else f"(N,) = ({count},)"
            raise ProblemError(
                f"{label}: term {name!r} has shape {tuple(value.shape)}, expected {wanted}"
            )
    return terms


def refuse_parameters(holder: object) -> None:
    """Refuse trainable tensors among the attributes of a problem.

    Args:
        holder: The problem.

    Raises:
        ProblemError: If there is one; the message says what can be done instead.
    """
    attributes = {**vars(type(holder)), **vars(holder)}
    for name, value in attributes.items():
        if isinstance(value, Tensor) and value.requires_grad:
            how = _AS_A_NUMBER.format(name=name) if value.ndim == 0 else "call .detach() on it"
            raise ProblemError(
                f"{name!r} is a trainable parameter, but only the network is trained, so it would "
                f"stay as it is; {how}"
            )
        if isinstance(value, nn.Module) and any(p.requires_grad for p in value.parameters()):
            raise ProblemError(
                f"{name!r} has trainable parameters, but only the network is trained, so they "
                "would stay as they are; call .requires_grad_(False) on it if that is meant"
            )


def _refuse_other_values(
    label: str,
    function: ResidualFunction,
    variables: Variables,
    at: PointSet,
    made_up: Mapping[Quantity, Tensor],
    found: dict[str, Tensor],
    is_pointwise: bool,
) -> None:
    """Call again, with all points and with the first or the last left out, and compare."""

    def evaluate(part: slice) -> dict[str, Tensor]:
        normals = None if at.normals is None else at.normals[part]
        some = PointSet(at.points[part], normals, quadrature=at.quadrature)
        values = {
            q: value if isinstance(q, Number) else value[part] for q, value in made_up.items()
        }
        again = function(Jet(variables, some.points, values), some)
        again = checked_terms(
            label, again, some.points.device, len(some.points) if is_pointwise else None
        )
        missing = next((term for term in found if term not in again), None)
        if missing is not None:
            raise ProblemError(f"{label} gives the term {missing!r} only some of the time")
        return again

    term = first_difference(evaluate(slice(None)), found)
    if term is not None:
        raise ProblemError(
            f"{label}: term {term!r} has other values when it is evaluated again at the same "
            "points; it must not draw random numbers, count its calls or change what it keeps"
        )
    term = first_coupled(evaluate, found) if is_pointwise else None
    if term is not None:
        raise ProblemError(
            f"{label}: term {term!r} couples its points (a mean, a sum, a maximum?): it is another "
            "when a further point is left out, but must depend on its own point alone. The mean I "
            "of u is two more unknowns: m_x = u - I and I_x = 0, m = 0 at both ends"
        )


def _refuse_untrainable(
    label: str,
    function: ResidualFunction,
    variables: Variables,
    at: PointSet,
    made_up: Mapping[Quantity, Tensor],
) -> frozenset[str]:
    """Follow the graph of each term back: no leaf but the unknowns may be trainable.

    Returns:
        Names of the unknown numbers among them.

    Raises:
        ProblemError: If a leaf is something else, or there is none.
    """
    numbers: set[str] = set()
    values = {q: value.detach().clone().requires_grad_() for q, value in made_up.items()}
    with torch.enable_grad():
        terms = checked_terms(
            label, function(Jet(variables, at.points, values), at), at.points.device
        )
    known = {id(value) for value in values.values()}
    names = {id(value): q.name for q, value in values.items() if isinstance(q, Number)}
    for term, value in terms.items():
        if not value.requires_grad:
            raise ProblemError(
                f"{label}: term {term!r} does not depend on the unknowns as far as torch can see; "
                "does it pass through .detach(), .item(), float() or NumPy?"
            )
        leaves = _leaves(value)
        numbers |= {names[id(leaf)] for leaf in leaves if id(leaf) in names}
        if all(id(leaf) in names for leaf in leaves):
            raise ProblemError(
                f"{label}: term {term!r} depends on unknown numbers alone, not on the unknowns"
            )
        hidden = [leaf for leaf in leaves if id(leaf) not in known]
        if any(isinstance(leaf, nn.Parameter) or leaf.ndim == 0 for leaf in hidden):
            raise ProblemError(
                f"{label}: term {term!r} depends on a trainable parameter that is no attribute of "
                f"the problem, so it would stay as it is; {_AS_A_NUMBER.format(name='k')}"
            )
    return frozenset(numbers)


def _leaves(value: Tensor) -> list[Tensor]:
    """Leaves of the graph of a value."""
    found, seen, open_nodes = [], set(), [value.grad_fn]
    if value.grad_fn is None:
        return [value]
    while open_nodes:
        node = open_nodes.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        leaf = getattr(node, "variable", None)  # the node that accumulates a leaf's gradient
        if leaf is not None:
            found.append(leaf)
        open_nodes += [following for following, _ in node.next_functions]
    return found
