"""The formulation of a problem: checked, with its residuals recorded before training."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.derivatives.law import Law
from pinn_metakan.derivatives.request import Variables
from pinn_metakan.errors import ProblemError
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.sampling import PointSet, sample_interior
from pinn_metakan.pde.argument_ranges import laws_of
from pinn_metakan.pde.domain_check import check_domain
from pinn_metakan.pde.labels import refuse_labels
from pinn_metakan.pde.model_error import ModelError, stated_errors
from pinn_metakan.pde.own_features import OwnFeatures, own_features
from pinn_metakan.pde.problem import Problem, has_transform
from pinn_metakan.pde.recording import refuse_parameters
from pinn_metakan.pde.residual import (
    RECORDED_POINTS,
    Residual,
    Unknowns,
    record_condition,
    record_residual,
)
from pinn_metakan.pde.solution_parameters import (
    check_solution_parameters,
    coordinates_of,
    domain_of,
)
from pinn_metakan.pde.surroundings import kept_surroundings
from pinn_metakan.pde.tags import refuse_tags
from pinn_metakan.pde.unknown import Unknown, find_unknowns
from pinn_metakan.pde.unknown_function import UnknownFunction, find_functions
from pinn_metakan.pde.user_code import call_user
from pinn_metakan.results.field import refuse_names

#: What a fingerprint calls the parts of the boundary; earlier versions had none.
PARTS_OF_DOMAIN = "parts of the domain"


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
        unknowns: Unknown numbers by name.
        functions: Unknown functions by name; `variables` has what they are made of.
        model_errors: How exactly equations hold, by name; those that are left out nearly exactly.
    """

    problem: Problem
    domain: Domain
    variables: Variables
    equations: Residual
    conditions: Mapping[str, Residual]
    features: OwnFeatures | None = None
    unknowns: Mapping[str, Unknown] = field(default_factory=dict)
    functions: Mapping[str, UnknownFunction] = field(default_factory=dict)
    model_errors: Mapping[str, ModelError] = field(default_factory=dict)

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
            found |= {term: value[:RECORDED_POINTS] for term, value in residual.recorded.items()}
            found[f"points of {residual.label}"] = residual.at.points[:RECORDED_POINTS]
            if residual.at.normals is not None:
                found[f"normals of {residual.label}"] = residual.at.normals[:RECORDED_POINTS]
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
        for name, unknown in self.unknowns.items():
            found[f"unknown {name}"] = unknown.numbers()
        for name, function in self.functions.items():
            found[f"unknown function {name}"] = function.numbers(self.variables.laws[name])
        for name, error in self.model_errors.items():
            cells = error.cells(self.variables, self.domain)
            found[f"model error of {name}"] = torch.tensor([error.sigma, cells])
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
        with kept_surroundings():
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
    domain, unknowns = domain_of(problem), find_unknowns(problem)
    functions = find_functions(problem)

    def variables_with(laws: Mapping[str, Law]) -> Variables:
        return Variables(
            coordinates_of(problem, domain),
            problem.unknowns,
            domain.dimension,
            domain.time_axis,
            tuple(problem.solution_parameters),
            {name: unknown.likely for name, unknown in unknowns.items()},
            laws,
        )

    try:
        variables = variables_with({})
        if functions:
            variables = variables_with(laws_of(functions, variables, domain, problem.conditions))
        refuse_names(variables.column_names(), variables.unknowns)
    except ValueError as error:
        raise ProblemError(str(error)) from error
    _refuse_scales(problem)
    refuse_tags(problem)
    names = (*variables.coordinates, *variables.column_names(), *variables.unknowns)
    refuse_labels("units", problem.units, names)
    refuse_labels("long_names", problem.long_names, names)
    refuse_parameters(problem)
    if any("parameters" in vars(kind) for kind in type(problem).__mro__ if kind is not Problem):
        raise ProblemError("'parameters' holds what the constructor was given; take another name")
    generator = torch.Generator().manual_seed(0)
    sample = sample_interior(domain, RECORDED_POINTS, "sobol", generator)

    def equations(jet: Jet, at: PointSet) -> dict[str, Tensor]:
        return call_user(problem.residual, (jet,), "residual")  # type: ignore[arg-type, return-value]

    file = problem.origin.label
    stated = Unknowns(unknowns, functions)
    interior = record_residual("residual", file, equations, variables, sample, True, stated)
    conditions = {
        name: record_condition(name, file, condition, variables, domain, stated)
        for name, condition in problem.conditions.items()
    }
    shared = set(interior.terms) & {t for c in conditions.values() for t in c.terms}
    if shared:
        raise ProblemError(f"residual and conditions both have a term {shared.pop()!r}; rename one")
    owners: dict[str, str] = {}
    for name, condition in conditions.items():
        for term in condition.terms:
            if term in owners:
                raise ProblemError(
                    f"conditions {owners[term]!r} and {name!r} both have a term {term!r}; rename "
                    "one of the two"
                )
            owners[term] = name
    if not has_transform(problem):  # which may use them, too
        _refuse_unused(stated, [interior, *conditions.values()])
    features = own_features(problem, variables, domain)
    levels = [level for c in problem.conditions.values() for level in c.noise_levels().values()]
    has_noise = any(math.isfinite(level.sigma) for level in levels)
    errors = stated_errors(problem.model_errors, interior.terms, has_noise, variables, domain)
    return Formulation(
        problem, domain, variables, interior, conditions, features, unknowns, functions, errors
    )


def _refuse_unused(stated: Unknowns, residuals: Sequence[Residual]) -> None:
    """Refuse unknown numbers and functions that no residual depends on."""
    used = frozenset[str]().union(*(residual.numbers for residual in residuals))
    for name, function in stated.functions.items():
        if name not in used:
            of = ", ".join(function.of)
            raise ProblemError(
                f"nothing depends on the unknown function {name!r} as far as torch can see; use "
                f"self.{name}({of}) or jet('{name}({of})') in the residual or in a condition, or "
                "leave it out"
            )
    for name in stated.numbers:
        if name not in used:
            raise ProblemError(
                f"nothing depends on the unknown number {name!r} as far as torch can see; use "
                f"self.{name} or jet({name!r}) in the residual or in a condition, without float(), "
                ".item() or NumPy, or leave it out"
            )


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
