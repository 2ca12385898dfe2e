"""Time in slabs: what a slab begins with is what the one before has ended with, exactly."""

import math
from pathlib import Path

import pytest
import torch
from torch import Tensor

from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.errors import SettingsError
from pinn_metakan.geometry.box import Interval
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.pde.boundary_conditions import Dirichlet
from pinn_metakan.pde.condition import Condition
from pinn_metakan.pde.initial import Initial
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.problem import Problem
from pinn_metakan.pde.terminal import Terminal
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.choices import choose, suggested_settings
from pinn_metakan.runs.resume import open_run
from pinn_metakan.runs.slabs import slabs_to_try
from pinn_metakan.runs.solve import solve

SMALL: dict[str, object] = {
    "slabs": 3,
    "network": {"widths": [10, 10]},
    "points": {"first": 300, "interior": 600},
    "adam": {"steps": 50},
    "lm": {"steps": 20},
}


class Oscillator(Problem):
    """u'' = -u,  u(0) = 1,  u'(0) = 0,  over three periods: cos t."""

    coordinates, unknowns = ("t",), ("u",)
    domain: Domain = Interval(0.0, 6 * math.pi)

    def __init__(self) -> None:
        self.conditions = {"start": Initial(u=1.0, u_t=0.0)}

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        u, u_tt = jet("u", "u_tt")
        return {"oscillator": u_tt + u}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        return {"u": torch.cos(points[:, 0])}


class FromAFace(Oscillator):
    """u' = -u with the first value as one of a face."""

    domain: Domain = Interval(0.0, 6.0)

    def __init__(self) -> None:
        self.conditions = {"start": Dirichlet(u=1.0, where="t=0")}

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        u, u_t = jet("u", "u_t")
        return {"decay": u_t + u}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        return {"u": torch.exp(-points[:, 0])}


def small(**changes: object) -> dict[str, object]:
    return SMALL | changes


def assembled(problem: Problem, **changes: object) -> AssembledRun:
    settings = suggested_settings(problem, "metakan", [("test", small(**changes))])
    return AssembledRun(problem, choose("metakan", settings, 0, "cpu", "float64"))


@pytest.mark.parametrize(("problem", "largest"), [(Oscillator(), 1e-5), (FromAFace(), 1e-6)])
def test_an_ordinary_equation_is_solved_slab_after_slab(problem: Problem, largest: float) -> None:
    solution = solve(problem, settings=small(**{"evaluation": {"shape": [101]}}))
    assert solution.relative_l2["u"] < largest


def test_values_and_velocities_go_on_without_a_jump() -> None:
    solution = solve(Oscillator(), settings=small(**{"evaluation": {"shape": [11]}}))
    seam, h = 2 * math.pi, 1e-6
    t = [[seam - 2 * h], [seam - h], [seam], [seam + h], [seam + 2 * h]]
    u = solution(t)["u"]
    assert abs(u[3] - u[2]) < 2 * h  # of a function whose slope is at most 1
    before, after = (u[2] - u[0]) / (2 * h), (u[4] - u[2]) / (2 * h)
    assert after == pytest.approx(before, abs=1e-4)


def test_a_partial_equation_begins_a_slab_with_the_field_before() -> None:
    heat = load_problem("heat")
    run = assembled(heat, slabs=2, **{"lm": {"steps": 5}, "evaluation": {"shape": [21, 21]}})
    run.trainer.run(lambda: None, lambda entry: None)
    x = torch.linspace(0, 1, 9, dtype=torch.float64)
    middle = torch.stack([x, torch.full_like(x, 0.5)], dim=1)
    ended = run.evaluate(middle)["u"]
    run.begin_next_leg()
    begun = run.objective.ansatz(middle)[:, 0]  # of the untrained network of the second slab
    assert torch.allclose(begun, ended, rtol=0, atol=1e-14)
    assert run.evaluate(middle)["u"].equal(ended)
    assert run.slab_fields.residuals_on(middle + 0.1)["heat"].shape == (9,)


def test_a_condition_called_as_that_of_a_slab_is_kept() -> None:
    heat = load_problem("heat")
    assert isinstance(heat.conditions, dict)
    heat.conditions["slab"] = heat.conditions.pop("walls")
    run = assembled(heat, slabs=2)
    run.begin_next_leg()
    assert set(run.part.formulation.problem.conditions) == {"slab", "slab_"}


def test_errors_are_measured_up_to_the_slab_that_is_solved() -> None:
    solution = solve(FromAFace(), settings=small(**{"evaluation": {"shape": [101]}}))
    assert max(solution.history["relative_l2_u"][-3:]) < 1e-3
    middle = len(solution.history["relative_l2_u"]) // 2
    assert solution.history["relative_l2_u"][middle] < 0.1  # not that of times still to come


def finished(run: AssembledRun) -> AssembledRun:
    """Train it to the end of its last slab."""
    run.trainer.run(lambda: None, lambda entry: None)
    while run.awaits_next_leg:
        run.begin_next_leg()
        run.trainer.run(lambda: None, lambda entry: None)
    return run


@pytest.fixture(scope="module")
def whole() -> AssembledRun:
    """A run that is not interrupted."""
    return finished(assembled(FromAFace()))


@pytest.mark.parametrize("stop", [30, 80, 150])
def test_slabs_go_on_exactly_where_they_were(stop: int, whole: AssembledRun) -> None:
    first, second = (assembled(FromAFace()) for _ in range(2))
    taken = iter(range(stop))

    def interrupt() -> object:
        return None if next(taken, None) is not None else first.trainer.verdict

    first.trainer.run(interrupt, lambda entry: None)  # type: ignore[arg-type]
    while first.awaits_next_leg and first.record.step < stop:
        first.begin_next_leg()
        first.trainer.run(interrupt, lambda entry: None)  # type: ignore[arg-type]
    second.load(first.state())
    assert second.schedule.leg == first.schedule.leg
    finished(second)
    t = torch.linspace(0, 6, 50, dtype=torch.float64).unsqueeze(1)
    assert second.evaluate(t)["u"].equal(whole.evaluate(t)["u"])


@pytest.mark.figures
def test_a_stored_run_is_evaluated_in_all_slabs(tmp_path: Path) -> None:
    path = tmp_path / "decay.py"
    path.write_text(
        "from pinn_metakan import Initial, Interval, Problem\n"
        "class Decay(Problem):\n"
        '    coordinates, unknowns = ("t",), ("u",)\n'
        "    domain = Interval(0.0, 6.0)\n"
        '    conditions = {"start": Initial(u=1.0)}\n'
        "    def residual(self, jet):\n"
        '        u, u_t = jet("u", "u_t")\n'
        '        return {"decay": u_t + u}\n'
    )
    solution = solve(load_problem(str(path)), settings=small(), out=tmp_path / "run")
    points = [[0.5], [2.5], [5.5]]
    again = open_run(tmp_path / "run", load_problem(str(path)))
    assert again(points)["u"].tolist() == solution(points)["u"].tolist()
    assert again(points)["u"] == pytest.approx([math.exp(-t) for (t,) in points], rel=1e-3)


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("poisson", {}, "has no time, so that it cannot be cut into slabs; set 1"),
        ("heat", {"untie": {"steps": 3}}, "cannot grow between slabs; set 1, or untie.steps=0"),
    ],
)
def test_what_cannot_be_cut_is_told(name: str, changes: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        assembled(load_problem(name), **changes, **{"evaluation": {"shape": [5, 5]}})


@pytest.mark.parametrize("end", [Terminal(u=0.0), Dirichlet(u=0.0, where="t=6"), Dirichlet(u=1.0)])
def test_a_condition_for_the_whole_time_is_told(end: Condition) -> None:
    problem = FromAFace()
    problem.conditions = {**problem.conditions, "end": end}
    with pytest.raises(SettingsError, match="condition 'end' holds for its whole time; set 1"):
        assembled(problem)


def test_a_problem_without_a_start_is_told() -> None:
    problem = FromAFace()
    problem.conditions = {}
    with pytest.raises(SettingsError, match="no condition at its first time to go on from; set 1"):
        assembled(problem)


@pytest.mark.parametrize(
    ("problem", "changes", "count"),
    [
        (FromAFace(), {"slabs": 1}, 2),  # six characteristic times, of which a slab has three
        (FromAFace(), {"slabs": 3}, 6),
        (Oscillator(), {"slabs": 40}, 64),
        (load_problem("heat"), {"slabs": 1}, 4),  # of fewer than a slab has
        (load_problem("poisson"), {"slabs": 1}, 0),
    ],
)
def test_a_run_that_is_stuck_is_told_slabs_that_can_be(
    problem: Problem, changes: dict[str, object], count: int
) -> None:
    run = assembled(problem, **changes, **{"evaluation": {"shape": None}})
    assert slabs_to_try(run.settings, run.formulation, run.objective) == count


def test_a_run_that_ended_between_slabs_says_how_far_it_is_solved() -> None:
    solution = solve(Oscillator(), settings=small(**{"evaluation": {"shape": [101]}}), budget=0.1)
    (note,) = [note for note in solution.notes if "solved up to t = 6.283" in note]
    assert "what follows continues the last slab and is no solution" in note
    assert not any("another solution than the reference" in note for note in solution.notes)


def test_slabs_without_a_stage_are_written(tmp_path: Path) -> None:
    settings = SMALL | {"stages": ["lift", "untie"]}
    solution = solve(Oscillator(), settings=settings, out=tmp_path / "run")
    assert solution.attributes["stop_reason"] == "no stage has a step"
    assert (open_run(tmp_path / "run")["u"] == solution["u"]).all()
