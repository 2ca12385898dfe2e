"""Collocation owns the points: it weighs, packs and redraws them, and parts of it add up."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Generator, Tensor

from pinn_metakan.ansatz.build import build_ansatz
from pinn_metakan.geometry.sampling import PointSet
from pinn_metakan.losses.build import build_collocation, build_objective
from pinn_metakan.losses.closed_form_jets import ClosedFormJets
from pinn_metakan.losses.collocation import Collocation, TermGroup
from pinn_metakan.losses.nested_autograd import NestedAutograd
from pinn_metakan.losses.objective import Objective
from pinn_metakan.losses.random_dimensions import RandomDimensions
from pinn_metakan.networks.mlp import MLP
from pinn_metakan.pde.formulation import formulate
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.settings.sections import LossSettings, PointSettings

Write = Callable[..., Path]
PLACE = (torch.device("cpu"), torch.float64)
POINTS = PointSettings(interior=30, boundary=8, initial=8)
#: Soft conditions of every kind of region; one compares two points, one sums many.
CONDITIONS = (
    "{'ends': Periodic('x'), 'start': Initial(u=lambda x: torch.sin(2 * torch.pi * x)),"
    " 'seen': Observed([[0.5, 0.5], [0.1, 0.2]], u=[1.0, 2.0]), 'mass': Integral('u', 1.0)}"
)


@pytest.fixture
def objective(write_problem: Write) -> Objective:
    """Put together by the builders alone, without a run."""
    generator = Generator().manual_seed(0)
    formulation = formulate(load_problem(str(write_problem(conditions=CONDITIONS))))

    def make(inputs: int, outputs: int) -> MLP:
        return MLP([inputs, 5, outputs], generator)

    built = build_ansatz(formulation, False, make, *PLACE)
    collocation = build_collocation(formulation, POINTS, generator, *PLACE)
    return build_objective(built, collocation, LossSettings(), ClosedFormJets())[0]


def weigh(objective: Objective) -> dict[str, Tensor]:
    """Weigh every residual at random; the weights (N_c,) by term."""
    counts = {term: len(r) for term, r in objective.residuals().items()}
    generator, weights = Generator().manual_seed(1), {}

    def weights_of(group: TermGroup) -> Tensor:
        count = counts[group.terms[0]]
        found = torch.rand(count, generator=generator, dtype=torch.float64)
        weights.update(dict.fromkeys(group.terms, found))
        return found

    objective.collocation.weigh(weights_of)
    return weights


def test_the_loss_is_the_weighted_mean_where_points_have_weights(objective: Objective) -> None:
    weights = weigh(objective)
    assert len(weights) == 6
    expected = sum(
        objective.scaled_weights[term] * (weights[term] * r.square()).mean()
        for term, r in objective.residuals().items()
    )
    assert torch.allclose(objective.loss(), expected, rtol=1e-12)


def test_both_engines_linearize_weighted_residuals_alike(objective: Objective) -> None:
    weigh(objective)
    r, jacobian = objective.linearize()
    objective.engine = NestedAutograd()
    expected_r, expected = objective.linearize()
    assert torch.allclose(r, expected_r, rtol=0, atol=1e-11)
    assert torch.allclose(jacobian, expected, rtol=0, atol=1e-10)


def test_a_weight_of_zero_takes_a_point_out(objective: Objective) -> None:
    equations = objective.collocation.equations
    kept = torch.ones(30, dtype=torch.float64)
    kept[:10] = 0.0
    objective.collocation.weigh(lambda group: kept if group is equations else None)
    found = objective.loss()
    equations.at = PointSet(
        equations.at.points[10:], weights=torch.full((20,), 2 / 3, dtype=torch.float64)
    )
    assert torch.allclose(found, objective.loss(), rtol=1e-12)


def test_points_that_are_shared_out_add_up_to_the_same_normal_equations(
    objective: Objective,
) -> None:
    """What two processes would sum: J^T J and J^T r of every second point, at half the weight."""
    equations = objective.collocation.equations
    points, collocation = equations.at.points, Collocation([equations], 0.0, Generator())
    alone = Objective(objective.ansatz, collocation, {}, objective.engine)
    r, jacobian = alone.linearize()
    gram, slopes = torch.zeros_like(jacobian.T @ jacobian), torch.zeros_like(jacobian[0])
    for rank in range(2):
        part = points[rank::2]
        share = torch.full((len(part),), len(part) / len(points), dtype=torch.float64)
        equations.at = PointSet(part, weights=share)
        part_r, part_jacobian = alone.linearize()
        gram += part_jacobian.T @ part_jacobian
        slopes += part_jacobian.T @ part_r
    assert torch.allclose(gram, jacobian.T @ jacobian, rtol=1e-10, atol=1e-12)
    assert torch.allclose(slopes, jacobian.T @ r, rtol=1e-10, atol=1e-12)


def test_packed_points_come_back_with_their_weights(objective: Objective) -> None:
    weigh(objective)
    before, packed = float(objective.loss().detach()), objective.collocation.pack()
    objective.redraw()
    assert float(objective.loss().detach()) != before
    assert all(group.at.weights is None for group in objective.collocation.groups)
    objective.collocation.unpack(packed)
    assert float(objective.loss().detach()) == before


def test_points_of_version_0_1_0_have_no_weights(objective: Objective) -> None:
    packed = objective.collocation.pack()
    old = {label: {k: v for k, v in p.items() if k != "weights"} for label, p in packed.items()}
    before = float(objective.loss().detach())
    objective.redraw()
    objective.collocation.unpack(old)
    assert float(objective.loss().detach()) == before


def test_terms_that_are_satisfied_are_left_out_with_their_points(objective: Objective) -> None:
    collocation = objective.collocation
    collocation.leave_out(frozenset({"start_u", "ends_u"}))
    left = [("heat",), ("ends_u_x",), ("seen_u",), ("mass_u",)]
    assert [group.terms for group in collocation.groups] == left


def test_random_dimensions_weigh_points_too() -> None:
    generator = Generator().manual_seed(0)
    formulation = formulate(load_problem("ball_poisson", (), {"dimension": 3}))
    built = build_ansatz(formulation, True, lambda i, o: MLP([i, 5, o], generator), *PLACE)
    collocation = build_collocation(formulation, POINTS, generator, *PLACE)
    objective = build_objective(built, collocation, LossSettings(), ClosedFormJets())[0]
    weigh(objective)
    assert torch.allclose(RandomDimensions(objective, 3).loss(), objective.loss(), rtol=1e-12)


def test_weights_come_to_the_dtype_of_the_points_and_are_checked(objective: Objective) -> None:
    collocation = objective.collocation
    ones = torch.ones(30)
    collocation.weigh(lambda group: ones if group is collocation.equations else None)
    assert collocation.equations.at.weights is not None
    assert collocation.equations.at.weights.dtype == torch.float64
    for wrong in (-1.0, torch.nan):
        with pytest.raises(ValueError, match="weights of residual must be finite and not below 0"):
            collocation.weigh(lambda group, wrong=wrong: wrong * ones)  # type: ignore[misc]
