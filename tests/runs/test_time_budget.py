"""What a run says of its part of a budget is what the user gave."""

from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.solve import solve
from pinn_metakan.runs.time_budget import TimeBudget


def test_a_part_of_a_budget_is_told_with_what_was_given() -> None:
    assert TimeBudget(25.0, 0.0).label == "the budget of 25 s"
    part = TimeBudget(12.5, 0.0, given=25.0)
    assert part.label == "its part of 12.5 s of the budget of 25 s"
    assert part.given_for(35.0) == 70.0
    assert TimeBudget(25.0, 0.0).given_for(35.0) == 35.0


def test_a_run_with_a_second_opinion_asks_for_what_both_need() -> None:
    small = {"points.interior": 60, "evaluation.shape": [21, 21]}
    solution = solve(load_problem("heat"), settings=small, budget=0.5, check=True)
    assert (
        solution.attributes["stop_reason"] == "its part of 0.25 s of the budget of 0.5 s is used up"
    )
    assert "of its part of 0.25 s of the budget of 0.5 s, starting took" in solution.notes[0]
