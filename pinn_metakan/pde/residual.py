"""Residuals whose terms and derivatives are known before training."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.derivatives.request import Quantity, Variables
from pinn_metakan.errors import ProblemError
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.sampling import PointSet
from pinn_metakan.pde.affinity import is_affine
from pinn_metakan.pde.condition import Condition
from pinn_metakan.pde.recording import ResidualFunction, checked_terms, record
from pinn_metakan.pde.unknown import Unknown, looked_up
from pinn_metakan.pde.unknown_function import (
    UnknownFunction,
    functions_looked_up,
    lookup_by_name,
)
from pinn_metakan.pde.user_code import told_failures

#: Number of points that a residual is recorded at: odd and small, so that wrong shapes show
#: (docs/decisions/0012-identity-of-a-problem.md).
RECORDED_POINTS = 7


@dataclass(frozen=True)
class Unknowns:
    """What a problem leaves open.

    Args:
        numbers: Unknown numbers by name.
        functions: Unknown functions by name.
    """

    numbers: Mapping[str, Unknown]
    functions: Mapping[str, UnknownFunction]


@dataclass(frozen=True)
class Residual:
    """A residual function whose terms and derivatives are known.

    Args:
        label: Its name in messages.
        file: Where it was written, for messages.
        function: Computes its terms; those of a condition are named after the condition.
        terms: Names of the terms.
        quantities: What it asks the jet for.
        is_pointwise: Whether each term has one value for each point.
        recorded: Its terms at the few points where it was recorded, with made-up values.
        at: Those points.
        is_affine: Whether its terms are affine in the unknowns and their derivatives.
        numbers: Names of the unknown numbers and functions that it depends on.
    """

    label: str
    file: str
    function: ResidualFunction
    terms: tuple[str, ...]
    quantities: frozenset[Quantity]
    is_pointwise: bool
    recorded: Mapping[str, Tensor]
    at: PointSet
    is_affine: bool
    numbers: frozenset[str] = frozenset()

    def evaluate(self, jet: Jet, at: PointSet) -> dict[str, Tensor]:
        """Evaluate the terms.

        Args:
            jet: Values at the points.
            at: The points.

        Returns:
            A tensor (N,) for each term, in the order of `terms`.

        Raises:
            ProblemError: If it fails, or the terms are others than when the problem was loaded.
        """
        try:
            count = len(at.points) if self.is_pointwise else None
            values = checked_terms(self.label, self.function(jet, at), at.points.device, count)
        except ProblemError as error:
            raise ProblemError(f"{self.file}: {error}") from error
        if set(values) != set(self.terms):
            missing = sorted(set(self.terms) ^ set(values))[0]
            raise ProblemError(
                f"{self.file}: {self.label} gives the term {missing!r} only some of the time; "
                f"expected {', '.join(self.terms)}, (N,) each, at every call"
            )
        return {term: values[term] for term in self.terms}


def record_condition(
    name: str,
    file: str,
    condition: Condition,
    variables: Variables,
    domain: Domain,
    unknowns: Unknowns,
) -> Residual:
    """Check a condition and record its residual.

    Args:
        name: Its name.
        file: Where it was written, for messages.
        condition: The condition.
        variables: What names mean.
        domain: Where it is asked for.
        unknowns: Unknown numbers and functions of the problem.

    Returns:
        Its residual.

    Raises:
        ProblemError: If it cannot be used.
    """
    label = f"condition {name!r}"
    if not isinstance(name, str) or not name.isidentifier():
        raise ProblemError(f"the name of a condition must be a word, got {name!r}")
    if not isinstance(condition, Condition):
        raise ProblemError(f"{label} must be a condition such as Dirichlet(u=0.0)")
    generator = torch.Generator().manual_seed(0)
    with told_failures(f"{label} failed"):
        try:
            condition.check(variables, domain)
            at = condition.sample(variables, domain, RECORDED_POINTS, "sobol", generator)
        except (ValueError, NotImplementedError) as error:  # the messages are whole sentences
            raise ProblemError(f"{label}: {error}") from error
    if not isinstance(at, PointSet):
        raise ProblemError(f"{label}: sample returned {type(at).__name__}, expected a PointSet")

    def function(jet: Jet, at: PointSet) -> dict[str, Tensor]:
        try:
            with told_failures("its residual failed"):
                terms = condition.residual(jet, at, variables)
        except ProblemError as error:
            raise ProblemError(f"{label}: {error}") from error
        if not isinstance(terms, dict):
            raise ProblemError(
                f"{label}: its residual returned {type(terms).__name__}, expected a dict of named "
                "terms such as {'u': (N,)}"
            )
        return {f"{name}_{key}": value for key, value in terms.items()}

    found = record_residual(label, file, function, variables, at, condition.is_pointwise, unknowns)
    for term, values in found.recorded.items():
        if not bool(torch.isfinite(values).all()):
            raise ProblemError(f"{label}: the data of {term!r} are NaN or infinite")
    return found


def record_residual(
    label: str,
    file: str,
    function: ResidualFunction,
    variables: Variables,
    at: PointSet,
    is_pointwise: bool,
    unknowns: Unknowns,
) -> Residual:
    """Record what a residual function asks for.

    Args:
        label: Its name in messages.
        file: Where it was written.
        function: The function.
        variables: What names mean.
        at: A few points.
        is_pointwise: Whether each term has one value for each point.
        unknowns: Unknown numbers and functions of the problem.

    Returns:
        The residual.

    Raises:
        ProblemError: If it cannot be trained on.
    """
    function = _with_unknowns(function, unknowns, variables)
    found = record(label, function, variables, at, is_pointwise)
    return Residual(
        label,
        file,
        function,
        tuple(found.values),
        found.quantities,
        is_pointwise,
        dict(found.values),
        at,
        not found.numbers and is_affine(function, variables, at, found.quantities),
        found.numbers,
    )


def _with_unknowns(
    function: ResidualFunction, unknowns: Unknowns, variables: Variables
) -> ResidualFunction:
    """The same function, in which unknowns have the values that the jet has of them."""
    names = {id(unknown): name for name, unknown in unknowns.numbers.items()}

    def evaluate(jet: Jet, at: PointSet) -> dict[str, Tensor]:
        def lookup(unknown: Unknown) -> Tensor:
            if id(unknown) not in names:
                raise ProblemError(
                    f"{unknown!r} is no attribute of the problem, so that nothing trains it; state "
                    "it in the constructor, such as self.k = Unknown(start=1.0)"
                )
            return jet(names[id(unknown)])

        laws = lookup_by_name(unknowns.functions, variables.laws, jet.coefficients)
        with looked_up(lookup), functions_looked_up(laws):
            return function(jet, at)

    return evaluate
