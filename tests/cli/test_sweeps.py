"""What --over and --search of a sweep may be, and what the command prints."""

import json
from collections.abc import Callable
from io import StringIO

import pytest
from rich.console import Console
from small_runs import FAST_FLAGS

from pinn_metakan.cli.sweep_display import sweep_view
from pinn_metakan.cli.sweep_values import read_over, read_search
from pinn_metakan.errors import UserError
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.sweeps.axes import grid_axes
from pinn_metakan.sweeps.base_run import base_run
from pinn_metakan.sweeps.ledger import Attempt, State
from pinn_metakan.sweeps.plan import made_plan
from pinn_metakan.sweeps.process import Process
from pinn_metakan.sweeps.progress import SweepProgress
from pinn_metakan.sweeps.search_range import SearchRange

Run = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("seed=0..3", [0, 1, 2, 3]),
        ("seed=1,5..7", [1, 5, 6, 7]),
        ("adam.steps=100..300..100", [100, 200, 300]),
        ("network.widths=[8,8],[12, 12]", [[8, 8], [12, 12]]),
        ("network=kan,mlp", ["kan", "mlp"]),
        ("param.viscosity=0.5,1/4,1e-3", [0.5, 0.25, 1e-3]),
        ("loss.weights={a = 1.0, b = 2.0},{a = 3.0}", [{"a": 1.0, "b": 2.0}, {"a": 3.0}]),
        ('network.family="rbf","a,b"', ["rbf", "a,b"]),
    ],
)
def test_values_are_read_as_other_options_read_them(text: str, values: list[object]) -> None:
    (found,) = read_over([text]).values()
    assert found == values


def test_ranges_and_choices_are_searched() -> None:
    found = read_search(["a=log:1e-4..1/10", "b=1..8", "c=hard,soft", "d=0.5..1.5"])
    assert found == {
        "a": SearchRange(1e-4, 0.1, is_log=True),
        "b": SearchRange(1, 8),
        "c": ["hard", "soft"],
        "d": SearchRange(0.5, 1.5),
    }


@pytest.mark.parametrize(
    ("option", "text", "message"),
    [
        ("over", "seed", "--over: expected NAME=VALUES, such as seed=0..9"),
        ("over", "seed=", "--over: expected NAME=VALUES"),
        ("over", "seed=1,,2", "expected values between commas, got '1,,2'"),
        ("over", "seed=9..0", r"no number is in 9\.\.0"),
        ("over", "seed=0..9..0", r"no number is in 0\.\.9\.\.0"),
        ("over", "seed=0.5..3", r"LOW\.\.HIGH and LOW\.\.HIGH\.\.STEP are whole numbers"),
        ("over", "seed=0..99999", "more than 10000 values"),
        ("over", "network.widths=[8,8],[12", r"'\[' is not closed"),
        ("over", "network.widths=[8,8)", r"'\)' closes nothing"),
        ("over", "network.family='rbf", '"\'" is not closed'),
        ("over", "a=1979-05-27", "expected a number, text, true or false, or a list"),
        ("search", "a", "--search: expected NAME=VALUES, such as adam.learning_rate=log:"),
        ("search", "a=log:1e-4", r"expected log:LOW\.\.HIGH"),
        ("search", "a=log:0..1", "logarithms needs positive numbers"),
        ("search", "a=2..1", r"a range needs low < high, got 2\.\.1"),
        ("search", "a=x..y", r"expected two numbers, got 'x\.\.y'"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(option: str, text: str, message: str) -> None:
    read = {"over": read_over, "search": read_search}[option]
    with pytest.raises(UserError, match=message):
        read([text])
    with pytest.raises(UserError, match="a is given twice"):
        read(["a=1,2", "a=3,4"])


def test_a_sweep_prints_a_table_and_goes_on_without_work(run: Run) -> None:
    asked = [
        "sweep",
        "heat",
        "--over",
        "seed=0..0",
        "--over",
        "param.diffusivity=1/10",
        *FAST_FLAGS,
    ]
    status, out, err = run(*asked)
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert any(line.startswith("trials   ") and "1 (seed)" in line for line in lines)
    assert "trial-000 seed 0, param.diffusivity 0.1: finished, error " in out
    assert any(line.startswith("best: trial-000, error ") for line in lines)
    assert lines[-1].startswith("folder: outputs/heat/sweep-")
    status, out, err = run(*asked, "--json")
    told = json.loads(out)
    assert status == 0
    assert told["trials"][0]["values"] == {"seed": 0, "param.diffusivity": 0.1}
    assert "over before" in err


def test_a_setting_that_is_not_there_is_refused(run: Run) -> None:
    status, out, err = run("sweep", "heat", "--over", "adam.lr=0.1,0.2")
    assert (status, out) == (2, "")
    assert err.startswith("pinn-metakan: over adam.lr=0.1: no setting 'adam.lr'; there are steps")


def test_a_terminal_shows_the_whole_and_what_is_trained() -> None:
    console = Console(file=StringIO(), width=100)
    base = base_run(load_problem("heat"), None, (), 0, "cpu", "float64", None, (), ())
    plan = made_plan(base, grid_axes({"seed": range(4)}), (), None, None, None)
    process = Process("here", "", 1, "")
    reached = {"stage": "lm", "step": 30, "total": 90, "loss": 1e-3, "errors": {"u": 0.25}}
    result = {"error": 1e-3, "loss": 1e-6, "seconds": 60.0}
    over = Attempt(0, 0, {"seed": 0}, 0, 0, State.FINISHED, process, {}, result, {}, {})
    running = Attempt(1, 0, {"seed": 1}, 1, 1, State.RUNNING, process, reached, {}, {}, {})
    console.print(sweep_view(SweepProgress(plan, {0: over, 1: running})))
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "1 of 4 trials" in shown
    assert "left 3 min 00 s" in shown
    assert "best error 1.00e-03 (trial-000: seed 0)" in shown
    assert "trial-001 seed 1: lm 30/90 loss 1.00e-03 error of u 2.50e-01" in shown
