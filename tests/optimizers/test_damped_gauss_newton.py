"""Step rules and damping searches are parts: any rule with any search."""

import pytest
import torch
from sums_of_squares import rosenbrock

from pinn_metakan.optimizers.corrected_step import CorrectedStep
from pinn_metakan.optimizers.damped_gauss_newton import DampedGaussNewton
from pinn_metakan.optimizers.damped_least_squares import DampedLeastSquares
from pinn_metakan.optimizers.damping_search import Attempt, DampingSearch, SmallestDamping
from pinn_metakan.optimizers.step_rule import Residual, StepRule, Trial


class StraightStep(StepRule):
    """A damped Gauss-Newton step, which works if the loss falls."""

    def trial(
        self, problem: DampedLeastSquares, residual: Residual, damping: float
    ) -> Trial | None:
        factorization = problem.factorization(damping)
        if factorization is None:
            return None
        trial = Trial.after(factorization.solve(problem.here.r), problem.here, residual)
        return trial if trial.loss < problem.here.loss else None


class FirstDamping(DampingSearch):
    """Takes the first damping that works, by factors of 10."""

    def find(self, attempt: Attempt) -> Trial | None:
        while self.damping < 1e3:
            trial = attempt(self.damping)
            if trial is not None:
                self.damping /= 10
                return trial
            self.damping *= 10
        return None


@pytest.mark.parametrize("rule", [StraightStep(), CorrectedStep()], ids=["straight", "corrected"])
@pytest.mark.parametrize("search", [FirstDamping, SmallestDamping])
def test_any_rule_with_any_search_solves_rosenbrock(
    rule: StepRule, search: type[DampingSearch]
) -> None:
    probe = rosenbrock()
    optimizer = DampedGaussNewton([probe.x], rule, search())
    for _ in range(60):
        if optimizer.step(probe):
            break
    assert torch.allclose(probe.value, torch.ones(5, dtype=torch.float64), atol=1e-9)


def working(*dampings: float, corrections: int = 0) -> tuple[Attempt, list[float]]:
    """An attempt that works for some dampings only, and the list of those that were tried."""
    tried: list[float] = []

    def attempt(damping: float) -> Trial | None:
        tried.append(damping)
        works = any(damping == pytest.approx(each) for each in dampings)
        return Trial(torch.tensor([damping]), torch.zeros(1), 0.0, corrections) if works else None

    return attempt, tried


def test_an_easy_step_is_tried_with_smaller_dampings() -> None:
    search = SmallestDamping(1.0)
    attempt, tried = working(1.0, 1 / 4, 1 / 16)
    found = search.find(attempt)
    assert found is not None
    assert float(found.point) == 1 / 16
    assert tried == [1.0, 1 / 4, 1 / 16, 1 / 64]
    assert search.damping == 1 / 32


@pytest.mark.parametrize(("corrections", "following"), [(2, 0.5), (6, 1.0)])
def test_a_step_that_needs_corrections_is_taken(corrections: int, following: float) -> None:
    search = SmallestDamping(1.0)
    attempt, tried = working(1.0, 1 / 4, corrections=corrections)
    assert search.find(attempt) is not None
    assert tried == [1.0]
    assert search.damping == following


def test_larger_dampings_are_tried_until_one_works() -> None:
    search = SmallestDamping(1.0)
    attempt, tried = working(32.0, 128.0, corrections=6)
    assert search.find(attempt) is not None
    assert tried == [1.0, 2.0, 8.0, 32.0]
    assert search.damping == 32.0


def test_a_search_without_success_starts_again_from_a_moderate_damping() -> None:
    search = SmallestDamping(1.0)
    attempt, tried = working()
    assert search.find(attempt) is None
    assert max(tried) >= 1e3
    assert search.damping == 1e-3


def test_new_points_are_met_with_more_damping() -> None:
    search = SmallestDamping(1e-6)
    search.objective_changed()
    assert search.damping == pytest.approx(1e-5)
