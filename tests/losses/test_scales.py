"""Sizes of unknowns and terms: found, stated in the problem, kept, told."""

import json
from collections.abc import Callable
from pathlib import Path

import h5py
import pytest
from small_runs import FAST

from pinn_metakan.benchmarks.measure.assembled import run_of
from pinn_metakan.errors import ProblemError
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.facts import facts
from pinn_metakan.runs.resume import open_run
from pinn_metakan.runs.solve import solve

Write = Callable[..., Path]
KELVIN = {
    "conditions": "{'start': Initial(u=lambda x: 300 + 200 * torch.sin(torch.pi * x)),"
    " 'walls': Dirichlet(u=300.0)}",
    "residual": "u_t, u_xx = jet('u_t', 'u_xx')\n        return {'heat': 4e6 * (u_t - u_xx)}",
}


def run_with(path: Path, **settings: object) -> AssembledRun:
    return run_of(load_problem(str(path)), "metakan", {**FAST, **settings}, "cpu", "float64")


def test_an_offset_of_hard_data_is_no_size(write_problem: Write) -> None:
    scales = run_with(write_problem(**KELVIN)).objective.scales
    assert 50 < scales.unknowns["u"] < 500
    assert 1e8 < scales.terms["heat"] < 1e11


def test_an_untrained_loss_is_of_order_one(write_problem: Write) -> None:
    for conditions in ("hard", "soft"):
        balanced = {"condition_weight": 1.0}
        run = run_with(write_problem(**KELVIN), conditions=conditions, loss=balanced)
        assert 0.05 < float(run.objective.loss().detach()) < 10


def test_terms_without_a_finite_size_count_as_they_are(write_problem: Write) -> None:
    residual = "u, u_t = jet('u', 'u_t')\n        return {'root': u_t / u.abs().sqrt()}"
    run = run_with(write_problem(conditions="{}", residual=residual))
    assert run.objective.scales.unknowns == {"u": 1.0}
    assert run.objective.scales.terms == {"root": 1.0}


@pytest.mark.parametrize("engine", ["jets", "autograd"])
def test_sizes_do_not_depend_on_the_engine(write_problem: Write, engine: str) -> None:
    found, expected = (
        run_with(write_problem(**KELVIN), engine=e, conditions="soft").objective.scales
        for e in (engine, "jets")
    )
    assert found.unknowns == pytest.approx(dict(expected.unknowns), rel=1e-9)
    assert found.terms == pytest.approx(dict(expected.terms), rel=1e-9)


def stated(write_problem: Write, scales: str) -> AssembledRun:
    path = write_problem(**KELVIN)
    text = path.read_text()
    line = next(line for line in text.splitlines() if "unknowns" in line)
    indent = line[: len(line) - len(line.lstrip())]
    path.write_text(text.replace(line, f"{line}\n{indent}scales = {scales}", 1))
    return run_with(path)


def test_a_size_that_the_problem_states_is_used(write_problem: Write) -> None:
    assert stated(write_problem, "{'u': 700.0}").objective.scales.unknowns == {"u": 700.0}


@pytest.mark.parametrize(
    ("scales", "message"),
    [
        ("{'T': 1.0}", "scales: 'T' is no unknown; there are u"),
        ("{'u': 0.0}", "the size of u must be a positive, finite number, got 0.0"),
        ("{'u': float('inf')}", "the size of u must be a positive, finite number, got inf"),
        ("{'u': 'large'}", "the size of u must be a positive, finite number, got 'large'"),
        ("[1.0]", "scales must be a dict such as"),
    ],
)
def test_sizes_that_are_none_are_refused(write_problem: Write, scales: str, message: str) -> None:
    with pytest.raises(ProblemError, match=message):
        stated(write_problem, scales)


def test_sizes_are_told_with_their_units() -> None:
    problem = load_problem("heat")
    problem.units = {"u": "K", "t": "s"}
    run = run_of(problem, "metakan", FAST, "cpu", "float64")
    u, heat = run.objective.scales.unknowns["u"], run.objective.scales.terms["heat"]
    expected = f"u {u:.3g} K, x 1, t 1 s; equation heat {heat:.3g}"
    assert dict(facts(run))["scales"] == expected


def test_sizes_are_kept_in_the_run_folder(write_problem: Write, tmp_path: Path) -> None:
    problem = load_problem(str(write_problem(**KELVIN)))
    solution = solve(problem, settings=FAST, out=tmp_path / "run", device="cpu")
    with h5py.File(tmp_path / "run" / "solution.h5") as file:
        kept = json.loads(file.attrs["scales"])
    assert kept == json.loads((tmp_path / "run" / "report.json").read_text())["scales"]
    assert kept == json.loads(str(solution.attributes["scales"]))
    again = open_run(tmp_path / "run", problem)
    point = [[0.3, 0.2]]
    assert again(point)["u"] == solution(point)["u"]


def test_a_checkpoint_without_sizes_counts_as_sizes_of_one(write_problem: Write) -> None:
    run = run_with(write_problem(**KELVIN))
    state = run.state()
    del state["scales"]
    run.load(state)
    assert run.objective.scales.unknowns == {"u": 1.0}
    assert run.objective.scales.terms == {"heat": 1.0}
    assert run.ansatz is run.objective.ansatz
