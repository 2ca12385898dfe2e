"""Points and objective of a problem, from its formulation."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import torch
from torch import Generator

from pinn_metakan.ansatz.build import BuiltAnsatz
from pinn_metakan.errors import ProblemError, SettingsError
from pinn_metakan.geometry.sampling import PointSet, sample_interior
from pinn_metakan.losses.causality import CausalWeights
from pinn_metakan.losses.chi_square import ChiSquare
from pinn_metakan.losses.collocation import Collocation, TermGroup
from pinn_metakan.losses.data_weight import noise_levels
from pinn_metakan.losses.engine import Engine
from pinn_metakan.losses.nested_autograd import NestedAutograd
from pinn_metakan.losses.objective import Objective
from pinn_metakan.losses.responses import measure_responses
from pinn_metakan.losses.scales import estimate_scales
from pinn_metakan.losses.vertex_weights import VertexWeights
from pinn_metakan.pde.condition import Condition
from pinn_metakan.pde.corner_weights import Meeting, corner_weights
from pinn_metakan.pde.formulation import Formulation
from pinn_metakan.pde.residual import Residual
from pinn_metakan.settings.sections import LossSettings, PointSettings

#: A condition whose residual is below this for an untrained network, beside what it would be
#: without the transform, is satisfied by construction (docs/decisions/0006-hard-conditions.md).
_SATISFIED = {torch.float64: 1e-9, torch.float32: 1e-4}


def build_collocation(
    formulation: Formulation,
    points: PointSettings,
    generator: Generator,
    device: torch.device,
    dtype: torch.dtype,
    meetings: Mapping[str, Sequence[Meeting]] | None = None,
    causality: float = 0.0,
    vertices: VertexWeights | None = None,
) -> Collocation:
    """Draw points for the equations, then for each condition.

    Args:
        formulation: The problem.
        points: How many, and how they are spread.
        generator: CPU generator.
        device: Where to compute.
        dtype: Of what numbers.
        meetings: Where the data of a term disagree with others, by the names of terms; points of
            its condition count for nothing there.
        causality: How strictly early times come before late ones; 0 for all alike.
        vertices: What points of the equations count for near vertices; None for all alike.

    Returns:
        All terms of the problem and their points.

    Raises:
        ProblemError: If points cannot be drawn.
        SettingsError: If causality is asked for where there is no time.
    """
    domain, variables = formulation.domain, formulation.variables

    def interior(count: int, generator: Generator) -> PointSet:
        return sample_interior(domain, count, points.sequence, generator)

    def of_condition(
        condition: Condition, places: Sequence[Meeting], count: int, generator: Generator
    ) -> PointSet:
        at = condition.sample(variables, domain, count, points.sequence, generator)
        if not places or at.weights is not None:
            return at
        weights = corner_weights(at.points, places, domain)
        return PointSet(at.points, at.normals, weights, at.quadrature)

    draws: list[tuple[Residual, Callable[[int, Generator], PointSet], int]] = []
    first = min(points.first or points.interior, points.interior)
    draws.append((formulation.equations, interior, first))
    for name, residual in formulation.conditions.items():
        condition = formulation.problem.conditions[name]
        count = points.initial if condition.region == "initial" else points.boundary
        count = round(count * condition.place.relative_size(variables, domain))
        places = [place for term in residual.terms for place in (meetings or {}).get(term, ())]
        is_weighed = condition.is_pointwise and bool(places)
        weighed = partial(of_condition, condition, places if is_weighed else ())
        draws.append((residual, weighed, count))
    groups = []
    for residual, draw, count in draws:
        try:
            at = draw(count, generator).to(device, dtype)
        except ValueError as error:
            file = formulation.problem.origin.label
            raise ProblemError(f"{file}: {residual.label}: {error}") from error
        groups.append(TermGroup(residual, residual.terms, variables, draw, count, at))
    causal = _causal_weights(formulation, causality) if causality > 0 else None
    return Collocation(groups, points.adaptive, generator, points.interior, causal, vertices)


def _causal_weights(formulation: Formulation, strictness: float) -> CausalWeights:
    axis = formulation.variables.evolution_axis
    if axis is None:
        label = formulation.problem.origin.label
        raise SettingsError(f"loss.causality: {label} has no time; set 0")
    return CausalWeights(strictness, axis, *formulation.domain.bounds[axis])


def build_objective(
    built: BuiltAnsatz,
    collocation: Collocation,
    loss: LossSettings,
    engine: Engine,
    sizes: Mapping[str, float] | None = None,
    formulation: Formulation | None = None,
) -> tuple[Objective, frozenset[str]]:
    """Weigh the terms that are not satisfied by construction, and scale them and the unknowns.

    Args:
        built: The ansatz.
        collocation: All terms; those that are satisfied are left out of it.
        loss: Weights.
        engine: What differentiates.
        sizes: Sizes of unknowns that the problem states.
        formulation: The problem, whose data with noise and model errors weights follow from; none
            unless given.

    Returns:
        The objective, with an ansatz of its own, and the names of the terms that are satisfied by
        construction.

    Raises:
        SettingsError: If a weight names no term, or leaves model errors without effect.
    """
    satisfied = built.satisfied
    if built.has_transform:
        satisfied = _satisfied_by_trial(built, collocation)
    collocation.leave_out(satisfied)
    soft = [term for group in collocation.groups[1:] for term in group.terms]
    noise = {} if formulation is None else noise_levels(formulation)
    noisy = [term for term in soft if term in noise]
    weights = dict.fromkeys(soft, loss.condition_weight) | dict.fromkeys(noisy, loss.data_weight)
    weights |= loss.weights
    chi_square = None
    if formulation is not None:
        free = {*soft, *collocation.equations.terms}.difference(loss.weights)
        chi_square = ChiSquare.of(formulation, free, loss.data_weight)
        weighed = [term for term in noisy if term in loss.weights]
        if weighed and chi_square.errors and not chi_square.data:
            raise SettingsError(
                f"loss.weights.{weighed[0]}: the weight of {', '.join(chi_square.errors)}, whose "
                "model_errors are stated, follows from that of data; set loss.data_weight instead, "
                "or a weight of each of these too"
            )
    try:
        objective = Objective(built.ansatz, collocation, weights, engine, chi_square=chi_square)
    except LookupError as error:
        raise SettingsError(f"loss.weights: {error}") from error
    scales = estimate_scales(built.ansatz, collocation, engine, sizes or {})
    objective = objective.scaled(scales)
    objective.follow()
    return objective, satisfied


def _satisfied_by_trial(built: BuiltAnsatz, collocation: Collocation) -> frozenset[str]:
    """The terms that the problem's own transform makes zero, beside what a free field has there."""
    engine, points = NestedAutograd(), collocation.equations.at.points
    trial = Objective(built.ansatz, collocation, {}, engine)
    with torch.no_grad():
        sizes = built.ansatz(points).square().mean(dim=0).sqrt().tolist()
    free = built.ansatz.without_constraints().with_sizes(sizes)
    expected = measure_responses(free, collocation.groups[1:], points, engine).sizes()
    tolerance = _SATISFIED[points.dtype]
    residuals = trial.residuals()
    return frozenset(
        term
        for term, size in expected.items()
        if float(residuals[term].detach().abs().max()) <= tolerance * size
    )
