"""A run whose points are shared out among threads, as among processes, does what one does."""

import json
from pathlib import Path

import pytest
import torch
from launched_processes import begin, ended
from short_spread_runs import CASES, Outcome, assembled, assert_same, outcome, reverse_points
from threads_as_processes import Exchange, OneOfThreads, in_threads

from pinn_metakan.losses.share import Share
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.problem import Problem

TESTS = Path(__file__).parents[1]

#: The one of the fast tests; the others are as many seconds.
FAST = ("burgers",)


def alone(problem: Problem, settings: dict[str, object]) -> tuple[Outcome, Outcome]:
    """What one process does, and what it does with its points in reverse order."""
    turned = assembled(problem, settings)
    reverse_points(turned)
    return outcome(assembled(problem, settings)), outcome(turned)


@pytest.mark.parametrize(
    "case", [pytest.param(c, marks=[] if c in FAST else pytest.mark.slow) for c in CASES]
)
def test_a_run_of_several_trains_as_one_does(case: str) -> None:
    name, settings = CASES[case]
    problem = load_problem(name)
    one, backward = alone(problem, settings)
    count = 3 if case == "soft" else 2
    found = in_threads(count, lambda c: outcome(assembled(problem, settings, c)))
    for each in found:
        assert each == found[0], "processes are alike, bit for bit"
    assert_same(found[0], one, backward)


def test_a_small_sample_has_a_point_for_each_process() -> None:
    run = assembled(load_problem("burgers"), CASES["burgers"][1])
    exchange = Exchange(3)
    for number in range(3):
        own = run.objective.spread(Share(OneOfThreads(exchange, number, 3)))
        part = own.with_part(1, torch.Generator().manual_seed(0))
        assert len(part.linearize()[0]) >= 1


@pytest.mark.slow
def test_a_kernel_of_two_processes_trains_as_that_of_one_does(tmp_path: Path) -> None:
    """By gloo: samples are the same, and so are all of the losses."""
    problem, settings = CASES["kernel"]
    one = outcome(assembled(load_problem(problem), settings))
    script = str(TESTS / "short_spread_runs.py")
    statuses, _, told = ended(begin(tmp_path, 2, script, str(tmp_path), "kernel"))
    assert (statuses, told) == ([0, 0], ["", ""])
    first, second = (json.loads((tmp_path / f"{n}.json").read_text())["kernel"] for n in range(2))
    assert first == second
    assert first["losses"] == pytest.approx(one.losses, rel=1e-8)
    assert first["error"] == pytest.approx(one.error, rel=1e-6)


@pytest.mark.slow
def test_runs_of_one_to_four_processes_train_as_one_does(tmp_path: Path) -> None:
    """By gloo, one thread each."""
    expected = {
        name: alone(load_problem(problem), settings) for name, (problem, settings) in CASES.items()
    }
    for count in (1, 2, 3, 4):
        folder = tmp_path / str(count)
        folder.mkdir()
        script = str(TESTS / "short_spread_runs.py")
        statuses, _, told = ended(begin(folder, count, script, str(folder)))
        assert (statuses, told) == ([0] * count, [""] * count)
        first, *others = (json.loads((folder / f"{n}.json").read_text()) for n in range(count))
        assert all(other == first for other in others), "processes are alike, bit for bit"
        for name, found in first.items():
            assert_same(Outcome(**found), *expected[name])
