"""Problems whose first answers were wrong without a word: the right values, and the words."""

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.errors import ProblemError
from pinn_metakan.geometry.box import Interval
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.space_time import SpaceTime
from pinn_metakan.pde.boundary_conditions import Dirichlet
from pinn_metakan.pde.initial import Initial
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.solution import Solution
from pinn_metakan.runs.solve import solve

CASES = Path(__file__).parents[1] / "cases"


def hat() -> Problem:
    """Heat from data with a kink."""
    return load_problem(str(CASES / "kinked_heat.py"))


def plucked_string() -> Problem:
    """Waves from data with a kink."""
    return load_problem(str(CASES / "plucked_string.py"))


def step() -> Problem:
    """Data with a jump, carried along."""
    return load_problem(str(CASES / "carried_step.py"))


class FromHalfTime(Problem):
    """u_t = u_xx / 4 from t = 0.5, where NumPy gives the data."""

    coordinates, unknowns = ("x", "t"), ("u",)
    domain: Domain = SpaceTime(Interval(0.0, 1.0), 0.5, 1.0)

    def __init__(self) -> None:
        start = Initial(u=lambda x: np.exp(-(np.pi**2) / 8) * np.sin(np.pi * x.numpy()))
        self.conditions = {"start": start, "walls": Dirichlet(u=0.0)}

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        u_t, u_xx = jet("u_t", "u_xx")
        return {"heat": u_t - u_xx / 4}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        x, t = points.unbind(1)
        return {"u": torch.exp(-(math.pi**2) * t / 4) * torch.sin(math.pi * x)}


class AwayFromItsMean(Problem):
    r"""u_xx + 1 - I = 0 with the mean I of u,  u(0) = u(1) = 0, stated as the message says.

    The solution is u = (1 - I) x (1 - x) / 2, so that I = (1 - I) / 12 = 1 / 13.
    """

    coordinates, unknowns = ("x",), ("u", "m", "I")
    domain: Domain = Interval(0.0, 1.0)

    def __init__(self) -> None:
        self.conditions = {"ends": Dirichlet(u=0.0, m=0.0)}

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        u, u_xx, m_x, mean, mean_x = jet("u", "u_xx", "m_x", "I", "I_x")
        return {"balance": u_xx + 1 - mean, "mean": m_x - (u - mean), "same": mean_x}


def solved(problem: Problem, network: str, **settings: object) -> tuple[Solution, str]:
    facts: list[tuple[str, str]] = []
    given = {"points.interior": 800, "lm.steps": 30, "evaluation.shape": [61, 61]} | settings
    solution = solve(problem, network, settings=given, announce=facts.extend)
    return solution, "; ".join(text for name, text in facts if name == "note")


@pytest.mark.parametrize(
    ("kind", "network", "note", "largest"),
    [
        (hat, "metakan", "start_u: its data have a kink at x = 0; a layer of diffusion", 1e-4),
        (hat, "kan", "start_u: its data have a kink at x = 0; a layer of diffusion", 1e-4),
        (plucked_string, "kan", "start_u: its data have a kink at x = 0.5", 0.05),
        (step, "kan", "start_u: its data jump at x = 0.3", 0.2),
        (FromHalfTime, "kan", "start_u: its data cannot be differentiated by torch", 2.5e-3),
    ],
)
def test_data_that_are_not_smooth_are_solved_and_told(
    kind: Callable[[], Problem], network: str, note: str, largest: float
) -> None:
    solution, notes = solved(kind(), network)
    assert note in notes
    assert solution.relative_l2["u"] < largest
    assert any(note in line for line in solution.notes)


@pytest.mark.slow
@pytest.mark.parametrize("network", ["metakan", "kan"])
@pytest.mark.parametrize(
    ("kind", "largest"), [(hat, 1e-4), (plucked_string, 0.05), (step, 0.1), (FromHalfTime, 1e-6)]
)
def test_data_that_are_not_smooth_are_solved_by_the_default(
    kind: Callable[[], Problem], largest: float, network: str
) -> None:
    solution = solve(kind(), network)
    print(f"\n{kind.__name__}, {network}: {solution.relative_l2['u']:.1e}")
    assert solution.relative_l2["u"] < largest


def test_a_residual_with_a_mean_is_refused_and_solved_as_the_message_says() -> None:
    class Coupled(AwayFromItsMean):
        """The mean over the points, as a user writes it first."""

        unknowns = ("u",)
        conditions = {"ends": Dirichlet(u=0.0)}  # noqa: RUF012

        def __init__(self) -> None:
            pass

        def residual(self, jet: Jet) -> dict[str, Tensor]:
            return {"balance": jet("u_xx") + 1 - jet("u").mean()}

    with pytest.raises(ProblemError, match="couples its points"):
        solve(Coupled())
    solution, _ = solved(AwayFromItsMean(), "kan", **{"evaluation.shape": [101]})
    x = solution.coordinates["x"]
    np.testing.assert_allclose(solution["I"], 1 / 13, atol=1e-7)
    np.testing.assert_allclose(solution["u"], 12 / 13 * x * (1 - x) / 2, atol=1e-7)


def test_a_small_loss_beside_a_large_error_is_told() -> None:
    class Shifted(type(hat())):  # type: ignore[misc]
        """Its reference is that of other data."""

        def __init__(self) -> None:
            self.conditions = {
                "start": Initial(u=lambda x: torch.cos(math.pi / 2 * x)),
                "walls": Dirichlet(u=0.0),
            }

        def reference(self, points: Tensor) -> dict[str, Tensor]:
            return {"u": 2 + 0 * points[:, 0]}

    solution, _ = solved(Shifted(), "kan", **{"lm.steps": 60})
    assert solution.history["loss"][-1] < 1e-8
    start, walls, note = solution.notes
    assert "the reference does not satisfy condition 'start'" in start
    assert "the reference does not satisfy condition 'walls'" in walls
    assert "the error of u is 0.9: equations and conditions are met by another solution" in note


def test_a_solution_of_a_billionth_is_found_as_any_other() -> None:
    class Tiny(FromHalfTime):
        """Everything is a billionth."""

        def __init__(self) -> None:
            start = Initial(u=lambda x: 1e-9 * math.exp(-(math.pi**2) / 8) * torch.sin(math.pi * x))
            self.conditions = {"start": start, "walls": Dirichlet(u=0.0)}

        def reference(self, points: Tensor) -> dict[str, Tensor]:
            return {"u": 1e-9 * super().reference(points)["u"]}

    solution, _ = solved(Tiny(), "kan", **{"adam.steps": 5, "lm.steps": 12})
    assert solution.relative_l2["u"] < 1e-3
    assert not solution.notes


def test_a_solution_stays_as_it_is() -> None:
    problem = load_problem("heat")
    settings = {"points.interior": 60, "adam.steps": 3, "lm.steps": 2, "evaluation.shape": [11, 11]}
    first = solve(problem, settings=settings)
    points = np.array([[0.3, 0.2]])
    before, field = first(points)["u"], first["u"]
    second = solve(problem, first.network, settings=settings)
    assert second(points)["u"] != before
    assert first(points)["u"] == before
    first["u"][:] = 0.0
    first.coordinates["x"][:] = 0.0
    np.testing.assert_array_equal(first["u"], field)
    assert first.coordinates["x"][-1] == 1.0


def test_points_are_of_the_right_shape_and_outside_is_nan() -> None:
    settings = {"points.interior": 60, "adam.steps": 1, "lm.steps": 1, "evaluation.shape": [5, 5]}
    solution = solve(load_problem("heat"), settings=settings)
    for points in ([0.5, 0.25], [[0.5]], [[0.1, 0.2, 0.3]], 3.0):
        with pytest.raises(ValueError, match=r"points must have shape \(M, 2\), columns x, t, got"):
            solution(points)
    with pytest.raises(ValueError, match="points must be numbers"):
        solution([["a", "b"]])
    outside = [[0.5, 0.5], [2.0, 0.0]]
    np.testing.assert_array_equal(np.isnan(solution(outside)["u"]), [False, True])
    assert np.isfinite(solution(outside, extrapolate=True)["u"]).all()
    with pytest.raises(ValueError, match=r"point 0 at \(nan, 0\) is not finite"):
        solution([[math.nan, 0.0]], extrapolate=True)
    assert solution(torch.tensor([[0.5, 0.5]], requires_grad=True))["u"].shape == (1,)


def test_the_history_ends_with_what_was_evaluated() -> None:
    for settings in ({"adam.steps": 2, "lm.steps": 1}, {"adam.steps": 13, "lm.steps": 0}):
        small = {"points.interior": 60, "evaluation.shape": [21, 21]}
        solution = solve(load_problem("heat"), settings={**small, **settings})
        history = solution.history
        assert history["relative_l2_u"][-1] == pytest.approx(solution.relative_l2["u"], rel=1e-9)
        steps = settings["adam.steps"] + settings["lm.steps"]
        assert history["step"][-1] == steps


def test_a_budget_ends_the_history_with_what_was_evaluated() -> None:
    small = {"points.interior": 60, "evaluation.shape": [21, 21], "report_every": 1000}
    problem = load_problem("heat")
    solution = solve(problem, settings={**small, "adam.steps": 10**6}, budget=12)
    assert "budget" in str(solution.attributes["stop_reason"])
    assert solution.history["relative_l2_u"][-1] == pytest.approx(solution.relative_l2["u"])
    assert solution.history["step"][-1] > 0


def test_a_budget_without_a_step_says_so() -> None:
    small = {"points.interior": 60, "evaluation.shape": [21, 21]}
    solution = solve(load_problem("heat"), settings=small, budget=0.5)
    (note,) = solution.notes
    assert "no step was trained: of the budget of 0.5 s, starting took" in note
    assert "give at least" in note
    assert list(solution.history["step"]) == [0.0]


def test_a_hole_in_the_solution_is_told_and_no_small_error(tmp_path: Path) -> None:
    class Torn(type(hat())):  # type: ignore[misc]
        """Its transform has no value in the middle, where no point is drawn."""

        def transform(self, points: Tensor, outputs: dict[str, Tensor]) -> dict[str, Tensor]:
            x, _ = points.unbind(1)
            return {"u": torch.where(x.abs() < 1e-12, torch.nan, outputs["u"])}

    small = {"points.interior": 60, "adam.steps": 2, "lm.steps": 1, "evaluation.shape": [21, 21]}
    solution = solve(Torn(), "kan", settings={**small, "conditions": "hard"}, out=tmp_path / "run")
    assert math.isnan(solution.relative_l2["u"])
    assert "u is NaN or infinite at 21 of 441 points of the grid" in solution.notes
    report = json.loads((tmp_path / "run" / "report.json").read_text())
    assert report["relative_l2"] == {"u": None}
    assert report["notes"] == list(solution.notes)
