"""The formulation of a problem: checked, with its residuals recorded before training."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.derivatives.request import Quantity, Variables
from pinn_metakan.errors import ProblemError
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.sampling import PointSet, sample_interior
from pinn_metakan.pde.affinity import is_affine
from pinn_metakan.pde.condition import Condition
from pinn_metakan.pde.domain_check import check_domain
from pinn_metakan.pde.own_features import OwnFeatures, own_features
from pinn_metakan.pde.problem import Problem, has_transform
from pinn_metakan.pde.recording import ResidualFunction, checked_terms, record, refuse_parameters
from pinn_metakan.pde.solution_parameters import (
    check_solution_parameters,
    coordinates_of,
    domain_of,
)
from pinn_metakan.pde.tags import refuse_tags
from pinn_metakan.pde.user_code import call_user, told_failures
from pinn_metakan.results.field import refuse_names

#: Number of points that a residual is recorded at: odd and small, so that wrong shapes show
#: (docs/decisions/0012-identity-of-a-problem.md).
_RECORDED_POINTS = 7
#: What a fingerprint calls the parts of the boundary; earlier versions had none.
PARTS_OF_DOMAIN = "parts of the domain"


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
            values = checked_terms(self.label, self.function(jet, at), count)
        except ProblemError as error:
            raise ProblemError(f"{self.file}: {error}") from error
        if set(values) != set(self.terms):
            missing = sorted(set(self.terms) ^ set(values))[0]
            raise ProblemError(
                f"{self.file}: {self.label} gives the term {missing!r} only some of the time; "
                f"expected {', '.join(self.terms)}, (N,) each, at every call"
            )
        return {term: values[term] for term in self.terms}


@dataclass(frozen=True)
class Formulation:
    """A problem that has been checked.

    Args:
        problem: The problem.
        domain: Where its solution is defined: the problem's domain, times its solution parameters.
        variables: What names mean.
        equations: The residual of the differential equations.
        conditions: The residual of each condition, by its name.
        features: Further inputs of the network; None for none.
    """

    problem: Problem
    domain: Domain
    variables: Variables
    equations: Residual
    conditions: Mapping[str, Residual]
    features: OwnFeatures | None = None

    @property
    def is_affine(self) -> bool:
        """Whether equations and conditions are affine in the unknowns."""
        return all(residual.is_affine for residual in (self.equations, *self.conditions.values()))

    def record(self) -> dict[str, Any]:
        """What a checkpoint holds of the problem."""
        origin = self.problem.origin
        return {
            "name": origin.name,
            "path": str(origin.path.resolve()) if origin.path else None,
            "sha256": origin.sha256,
            "parameters": dict(self.problem.parameters),
            "fingerprint": self.fingerprint(),
        }

    def fingerprint(self) -> dict[str, Tensor]:
        """Numbers that differ between different problems, even if their texts are the same.

        Returns:
            The terms of all residuals at the points where they were recorded, with made-up values
            of the unknowns, those points, a transform and features of the user's, the bounds of
            the domain, and of each part of its boundary a point and the size, float64.
        """
        found: dict[str, Tensor] = {}
        for residual in (self.equations, *self.conditions.values()):
            found |= {term: value[:_RECORDED_POINTS] for term, value in residual.recorded.items()}
            found[f"points of {residual.label}"] = residual.at.points[:_RECORDED_POINTS]
            if residual.at.normals is not None:
                found[f"normals of {residual.label}"] = residual.at.normals[:_RECORDED_POINTS]
        if has_transform(self.problem):
            points = self.equations.at.points
            outputs = {name: points.sum(dim=1) for name in self.problem.unknowns}
            label = f"{self.problem.origin.label}: transform"
            fields = call_user(lambda: self.problem.transform(points, outputs), (), label)
            if isinstance(fields, dict):
                found |= {f"transform of {name}": value for name, value in fields.items()}
        if self.features is not None:
            values = self.features.function(self.equations.at.points)
            found |= {f"feature {number}": column for number, column in enumerate(values.unbind(1))}
        found["bounds of the domain"] = torch.tensor(self.domain.bounds, dtype=torch.float64)
        space = self.problem.domain.space
        if space.parts:
            unit = torch.full((1, space.boundary_unit_dimension), 0.3, dtype=torch.float64)
            places = [space.part_boundary([part], unit)[0][0] for part in space.parts]
            sizes = torch.tensor([[space.part_size(part)] for part in space.parts])
            found[PARTS_OF_DOMAIN] = torch.cat([torch.stack(places), sizes], dim=1)
        return {name: value.detach().double() for name, value in found.items()}


def formulate(problem: Problem) -> Formulation:
    """Check a problem and record what its residuals ask for.

    Args:
        problem: The problem.

    Returns:
        The formulation.

    Raises:
        ProblemError: With one line that names the file, what is wrong and what was expected.
    """
    try:
        return _formulate(problem)
    except ProblemError as error:
        raise ProblemError(f"{problem.origin.label}: {error}") from error


def _formulate(problem: Problem) -> Formulation:
    for name in ("coordinates", "unknowns", "domain"):
        if not hasattr(problem, name):
            raise ProblemError(f"the problem does not set {name!r}")
    for name in ("coordinates", "unknowns"):
        if not isinstance(getattr(problem, name), tuple):
            raise ProblemError(f"{name} must be a tuple of names, such as ('x', 't') or ('u',)")
    if not isinstance(problem.domain, Domain):
        raise ProblemError(f"domain must be a Domain, got {type(problem.domain).__name__}")
    check_domain(problem.domain)
    if not isinstance(problem.conditions, Mapping):
        raise ProblemError("conditions must be a dict of named conditions")
    check_solution_parameters(problem)
    domain = domain_of(problem)
    try:
        variables = Variables(
            coordinates_of(problem, domain),
            problem.unknowns,
            domain.dimension,
            domain.time_axis,
            tuple(problem.solution_parameters),
        )
        refuse_names(variables.column_names(), variables.unknowns)
    except ValueError as error:
        raise ProblemError(str(error)) from error
    _refuse_scales(problem)
    refuse_tags(problem)
    refuse_parameters(problem)
    if any("parameters" in vars(kind) for kind in type(problem).__mro__ if kind is not Problem):
        raise ProblemError("'parameters' holds what the constructor was given; take another name")
    generator = torch.Generator().manual_seed(0)
    sample = sample_interior(domain, _RECORDED_POINTS, "sobol", generator)

    def equations(jet: Jet, at: PointSet) -> dict[str, Tensor]:
        return call_user(problem.residual, (jet,), "residual")  # type: ignore[arg-type, return-value]

    file = problem.origin.label
    interior = _recorded("residual", file, equations, variables, sample, True)
    conditions = {}
    for name, condition in problem.conditions.items():
        conditions[name] = _recorded_condition(name, file, condition, variables, domain)
    shared = set(interior.terms) & {t for c in conditions.values() for t in c.terms}
    if shared:
        raise ProblemError(f"residual and conditions both have a term {shared.pop()!r}; rename one")
    features = own_features(problem, variables, domain)
    return Formulation(problem, domain, variables, interior, conditions, features)


def _refuse_scales(problem: Problem) -> None:
    """Refuse sizes of what is no unknown, and sizes that are none."""
    if not isinstance(problem.scales, Mapping):
        raise ProblemError("scales must be a dict such as {'u': 100.0}")
    for name, size in problem.scales.items():
        if name not in problem.unknowns:
            known = ", ".join(problem.unknowns)
            raise ProblemError(f"scales: {name!r} is no unknown; there are {known}")
        is_number = isinstance(size, int | float) and not isinstance(size, bool)
        if not is_number or not 0 < size < math.inf:
            raise ProblemError(
                f"scales: the size of {name} must be a positive, finite number, got {size!r}"
            )


def _recorded_condition(
    name: str, file: str, condition: Condition, variables: Variables, domain: Domain
) -> Residual:
    label = f"condition {name!r}"
    if not isinstance(name, str) or not name.isidentifier():
        raise ProblemError(f"the name of a condition must be a word, got {name!r}")
    if not isinstance(condition, Condition):
        raise ProblemError(f"{label} must be a condition such as Dirichlet(u=0.0)")
    generator = torch.Generator().manual_seed(0)
    with told_failures(f"{label} failed"):
        try:
            condition.check(variables, domain)
            at = condition.sample(variables, domain, _RECORDED_POINTS, "sobol", generator)
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

    found = _recorded(label, file, function, variables, at, condition.is_pointwise)
    for term, values in found.recorded.items():
        if not bool(torch.isfinite(values).all()):
            raise ProblemError(f"{label}: the data of {term!r} are NaN or infinite")
    return found


def _recorded(
    label: str,
    file: str,
    function: ResidualFunction,
    variables: Variables,
    at: PointSet,
    is_pointwise: bool,
) -> Residual:
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
        is_affine(function, variables, at, found.quantities),
    )
