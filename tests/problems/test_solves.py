"""Every shipped problem is solved in seconds, far better than at the start."""

import pytest
from bounds import BOUNDS, QUICK
from small_runs import FAST, PROBLEM_NAMES, SHIPPED, small_evaluation

from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.solve import solve
from pinn_metakan.settings.networks import NETWORK_SETTINGS


@pytest.mark.parametrize("name", PROBLEM_NAMES)
def test_seconds_of_training_lower_the_error(name: str, device: str) -> None:
    assert name in BOUNDS, "a shipped problem needs a row in tests/problems/bounds.py"
    settings, bounds = BOUNDS[name]
    problem = load_problem(str(SHIPPED / f"{name}.py"))
    evaluation = small_evaluation(problem.domain.dimension, 22)
    solution = solve(problem, settings={**QUICK, **evaluation, **settings}, device=device)
    assert set(bounds) == set(problem.unknowns)
    found = solution.relative_l2
    assert all(found[unknown] < bound for unknown, bound in bounds.items()), found


def test_bounds_are_those_of_shipped_problems() -> None:
    assert set(BOUNDS) <= set(PROBLEM_NAMES)


@pytest.mark.parametrize("network", NETWORK_SETTINGS)
@pytest.mark.parametrize("conditions", ["hard", "soft"])
def test_chosen_problems_train_with_each_network(
    chosen_problem: Problem, network: str, conditions: str, device: str
) -> None:
    settings = FAST | small_evaluation(chosen_problem.domain.dimension)
    solution = solve(
        chosen_problem, network, settings=settings | {"conditions": conditions}, device=device
    )
    assert solution.history["loss"][-1] < solution.history["loss"][0] * 1.5


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize(("name", "error"), [("poisson", 1e-8), ("heat", 1e-6), ("burgers", 5e-3)])
def test_default_settings_reach_the_error_that_the_readme_states(
    name: str, error: float, seed: int, device: str
) -> None:
    problem = load_problem(str(SHIPPED / f"{name}.py"))
    assert solve(problem, seed=seed, device=device).relative_l2["u"] < error
