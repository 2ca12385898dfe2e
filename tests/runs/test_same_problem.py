"""A problem with other parameters, values or conditions is not the problem of a run."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from small_runs import FAST

from pinn_metakan.errors import RunFolderError
from pinn_metakan.pde.boundary_conditions import Dirichlet
from pinn_metakan.pde.condition import Condition
from pinn_metakan.pde.initial import Initial
from pinn_metakan.pde.interior import Interior
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.resume import open_run, rerun, resume
from pinn_metakan.runs.solve import solve

Write = Callable[..., Path]
Solved = Callable[..., Path]
POINTS = np.array([[0.3, 0.2], [0.9, 0.8]])


def test_a_problem_with_other_parameters_is_refused() -> None:
    solve(load_problem("heat", parameters={"diffusivity": 0.5}), settings=FAST, out="run")
    same = open_run("run", problem=load_problem("heat", parameters={"diffusivity": 0.5}))
    assert same(POINTS)["u"].shape == (2,)
    message = r"made with diffusivity = 0\.5, the problem that was given has diffusivity = 0\.25"
    with pytest.raises(RunFolderError, match=message):
        open_run("run", problem=load_problem("heat"))
    again = open_run("run", evaluate=True)
    np.testing.assert_array_equal(again(POINTS)["u"], same(POINTS)["u"])


def test_a_problem_that_was_changed_after_it_was_made_is_refused() -> None:
    problem = load_problem("heat")
    problem.diffusivity = 0.5  # type: ignore[attr-defined]
    solve(problem, settings=FAST, out="run")
    with pytest.raises(RunFolderError, match="not the problem that run was made with: 'heat' h"):
        open_run("run", problem=load_problem("heat"))
    assert open_run("run", problem=problem)(POINTS)["u"].shape == (2,)


def walls(where: str) -> dict[str, Condition]:
    """What the heat equation needs, with one wall at u = 0."""
    other = "x=1" if where == "x=0" else "x=0"
    start = Initial(u=0.5)
    return {"s": start, "w": Dirichlet(where=where, u=0.0), "o": Dirichlet(where=other, u=1.0)}


def test_conditions_elsewhere_or_more_of_them_are_another_problem() -> None:
    problem = load_problem("heat")
    problem.conditions = walls("x=0")
    solve(problem, settings=FAST, out="run")
    for others in (walls("x=1"), walls("x=0") | {"e": Interior("x=0.5", u=5.0)}, {}):
        problem.conditions = others
        with pytest.raises(RunFolderError, match="not the problem that run was made with"):
            resume("run", problem)
    problem.conditions = walls("x=0")
    assert resume("run", problem)["u"].shape == (11, 11)


def test_a_run_is_not_made_again_with_other_data(
    tmp_path: Path, write_problem: Write, solved: Solved
) -> None:
    (tmp_path / "k.txt").write_text("1")
    read = "float(__import__('pathlib').Path('k.txt').read_text())"
    residual = f"return {{'heat': jet('u_t') - {read} * jet('u_xx')}}"
    path = write_problem(residual=residual)
    run = solved(path)
    (tmp_path / "k.txt").write_text("7")
    for go_on in (resume, rerun):
        with pytest.raises(RunFolderError, match="'heat' has other values now"):
            go_on(run, path)  # type: ignore[operator]
