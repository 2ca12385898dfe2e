"""Exported programs run where this package is not; pickled solutions where their problem is."""

import json
import pickle
import subprocess
import sys
from pathlib import Path

import joblib
import numpy as np
import pytest
import torch
from small_runs import FAST

from pinn_metakan import (
    Chebyshev,
    Problem,
    Solution,
    UserError,
    load_problem,
    make_kan,
    open_run,
    solve,
)
from pinn_metakan.errors import RunFolderError
from pinn_metakan.results.field import column_names
from pinn_metakan.runs.pickled import unpickled

#: Loads a program and evaluates it, in a process that cannot import the package.
WITHOUT = """
import sys, torch
sys.modules["pinn_metakan"] = None
program = torch.export.load(sys.argv[1])
points = torch.load(sys.argv[2])
torch.save([program.module()(points[:count]) for count in (1, 5, len(points))], sys.argv[3])
"""
#: Unpickles a solution and evaluates it.
AGAIN = """
import pickle, sys
with open("solution.pickle", "rb") as file:
    solution = pickle.load(file)
print(repr(float(solution(x=0.5, t=0.5)["u"])), solution["u"].shape)
"""
SMALL = {**FAST, "lm": {"steps": 1}, "adam": {"steps": 2}}


def python(code: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=cwd, capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip


def inside(problem: Problem, count: int) -> torch.Tensor:
    """Some points of a domain, those at its rim included."""
    unit = torch.rand(count, problem.domain.unit_dimension, dtype=torch.float64)
    return problem.domain.interior(unit)


CASES = {
    "metakan on burgers": ("burgers", "metakan", {}),
    "spline kan on heat, slabs": ("heat", "splinekan", {"slabs": 2}),
    "ball": ("ball_poisson", "mlp", {}),
}


@pytest.mark.filterwarnings("ignore")  # of torch's own, when it follows Python
@pytest.mark.parametrize(
    "case", ["ball", *(pytest.param(c, marks=pytest.mark.slow) for c in CASES if c != "ball")]
)
def test_an_exported_program_runs_without_this_package(case: str, tmp_path: Path) -> None:
    name, network, more = CASES[case]
    problem = load_problem(name)
    solution = solve(problem, network, settings={**SMALL, **more})
    solution.export(tmp_path / "u.pt2")
    points = inside(problem, 20)
    torch.save(points, tmp_path / "points.pt")
    done = python(WITHOUT, "u.pt2", "points.pt", "values.pt", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    expected = torch.from_numpy(solution(points)["u"])
    for found in torch.load(tmp_path / "values.pt"):
        np.testing.assert_allclose(found["u"], expected[: len(found["u"])], rtol=0, atol=1e-14)
    extra = {"field.json": ""}
    torch.export.load(tmp_path / "u.pt2", extra_files=extra)
    facts = json.loads(extra["field.json"])
    assert facts["columns"] == list(column_names(problem.coordinates, problem.domain.dimension))
    assert facts["unknowns"] == ["u"]


@pytest.fixture
def heat() -> Solution:
    return solve(load_problem("heat"), settings=SMALL)


def test_a_function_that_fixes_the_number_of_points_is_one_clear_line(write_problem) -> None:  # type: ignore[no-untyped-def]
    start = "lambda x: torch.cat([torch.sin(torch.pi * p) for p in x.split([1] * len(x))])"
    path = write_problem(conditions=f"{{'initial': Initial(u={start})}}")
    solution = solve(load_problem(str(path)), "mlp", settings=SMALL)
    with pytest.raises(UserError, match=r"torch.export cannot follow .*mine.py: .*x.shape\[0\]"):
        solution.export("u.pt2")


def test_an_export_elsewhere_is_refused(heat: Solution, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"u.onnx: torch.export writes files that end in .pt2"):
        heat.export("u.onnx")
    with pytest.raises(UserError, match="there is no folder nowhere"):
        heat.export("nowhere/u.pt2")


@pytest.mark.slow
def test_a_pickled_solution_is_evaluated_in_another_process(heat: Solution, tmp_path: Path) -> None:
    (tmp_path / "solution.pickle").write_bytes(pickle.dumps(heat))
    done = python(AGAIN, cwd=tmp_path)
    assert done.stdout.split() == [repr(float(heat(x=0.5, t=0.5)["u"])), "(11,", "11)"], done.stderr


def test_joblib_evaluates_a_solution_in_other_processes(heat: Solution) -> None:
    times = [0.1, 0.2]
    jobs = (joblib.delayed(heat)(x=0.5, t=time) for time in times)
    found = [values["u"] for values in joblib.Parallel(n_jobs=1)(jobs)]
    np.testing.assert_array_equal(found, heat(x=0.5, t=times)["u"])
    joblib.dump(heat, "solution.joblib")
    np.testing.assert_array_equal(joblib.load("solution.joblib")(x=0.5, t=times)["u"], found)


def test_a_solution_that_was_only_read_is_pickled_as_it_is(tmp_path: Path) -> None:
    solve(load_problem("heat"), settings=SMALL, out=tmp_path / "run")
    back = pickle.loads(pickle.dumps(open_run(tmp_path / "run")))
    assert back.network is None
    assert back["u"].shape == (11, 11)


def test_a_problem_that_is_not_found_again_is_one_clear_line(write_problem, heat) -> None:  # type: ignore[no-untyped-def]
    path = write_problem()
    kept = pickle.dumps(solve(load_problem(str(path)), settings=SMALL))
    assert pickle.loads(kept)(x=0.5, t=0.5)["u"].shape == ()
    path.write_text(path.read_text() + "\n# changed\n")
    with pytest.raises(UserError, match=r"the pickled solution was made with another version of"):
        pickle.loads(kept)(x=0.5, t=0.5)
    path.unlink()
    with pytest.raises(UserError, match="there is no problem file"):
        pickle.loads(kept)(x=0.5, t=0.5)


def test_a_class_of_a_notebook_is_refused_when_it_is_pickled(write_problem) -> None:  # type: ignore[no-untyped-def]
    cell: dict[str, object] = {"__name__": "__main__"}
    exec(compile(write_problem().read_text(), "<cell>", "exec"), cell)
    solution = solve(cell["Mine"](), settings=SMALL)  # type: ignore[operator]
    with pytest.raises(UserError, match=r"typed into a notebook, a script or a function.*a file"):
        pickle.dumps(solution)


@pytest.mark.slow
def test_a_problem_of_a_module_is_imported_again(write_problem, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    write_problem("module_of_mine")
    code = (
        "import pickle, sys; from module_of_mine import Mine; from pinn_metakan import solve\n"
        f"solution = solve(Mine(), 'mlp', settings={SMALL!r})\n"
        "with open('solution.pickle', 'wb') as file: pickle.dump(solution, file)\n"
        "print(repr(float(solution(x=0.5, t=0.5)['u'])), solution['u'].shape)\n"
    )
    first, second = python(code, cwd=tmp_path), python(AGAIN, cwd=tmp_path)
    assert first.stdout == second.stdout != "", first.stderr + second.stderr
    (tmp_path / "module_of_mine.py").unlink()
    assert "cannot be imported here" in python(AGAIN, cwd=tmp_path).stderr


@pytest.mark.filterwarnings("ignore")
def test_a_network_object_is_pickled_and_exported_with_the_solution(tmp_path: Path) -> None:
    network = make_kan([2, 4, 1], lambda: Chebyshev(3), torch.Generator().manual_seed(0))
    settings = {key: value for key, value in SMALL.items() if key != "network"}
    solution = solve(load_problem("heat"), network, settings=settings)
    back = pickle.loads(pickle.dumps(solution))
    points = [[0.5, 0.5], [0.1, 0.2]]
    np.testing.assert_array_equal(back(points)["u"], solution(points)["u"])
    back.export(tmp_path / "u.pt2")
    program = torch.export.load(tmp_path / "u.pt2").module()
    found = program(torch.tensor(points, dtype=torch.float64))["u"]
    np.testing.assert_allclose(found, back(points)["u"], rtol=0, atol=1e-14)


def test_a_pickle_that_is_not_of_this_version_is_refused() -> None:
    with pytest.raises(RunFolderError, match="the pickled solution: there is no 'problem'"):
        unpickled({"state": {}, "class": ("a", "b"), "network": None})
