"""Every shipped problem is solved in seconds, far better than at the start."""

import pytest
from bounds import BOUNDS, QUICK
from small_runs import CHOSEN_NAMES, FAST, PROBLEM_NAMES, SHIPPED, small_evaluation

from pinn_metakan.pde.loading import load_problem
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


#: Each network on each problem, in turn with hard and with soft conditions: all pairs of a network,
#: a problem and a kind of conditions.
CELLS = [
    (name, network, ("hard", "soft")[(i + j) % 2])
    for i, name in enumerate(CHOSEN_NAMES)
    for j, network in enumerate(NETWORK_SETTINGS)
]


@pytest.mark.parametrize(("name", "network", "conditions"), CELLS)
def test_chosen_problems_train_with_each_network(
    name: str, network: str, conditions: str, device: str
) -> None:
    problem = load_problem(str(SHIPPED / f"{name}.py"))
    settings = FAST | small_evaluation(problem.domain.dimension) | {"conditions": conditions}
    solution = solve(problem, network, settings=settings, device=device)
    assert solution.history["loss"][-1] < solution.history["loss"][0] * 1.5


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize(("name", "error"), [("poisson", 1e-8), ("heat", 1e-6), ("burgers", 5e-3)])
def test_default_settings_reach_the_error_that_the_readme_states(
    name: str, error: float, seed: int, device: str
) -> None:
    problem = load_problem(str(SHIPPED / f"{name}.py"))
    assert solve(problem, seed=seed, device=device).relative_l2["u"] < error
