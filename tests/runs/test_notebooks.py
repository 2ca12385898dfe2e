"""A problem whose class was typed into a notebook is known by the text of its cell."""

import linecache

import pytest
from small_runs import FAST

from pinn_metakan.errors import RunFolderError
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.resume import resume
from pinn_metakan.runs.solve import solve


def typed(text: str, number: int) -> type[Problem]:
    """Define a class as a notebook does, whose cells linecache keeps."""
    cell = f"<cell {number}>"
    linecache.cache[cell] = (len(text), None, text.splitlines(keepends=True), cell)
    scope: dict[str, object] = {"__name__": "typed_in_a_notebook"}
    exec(compile(text, cell, "exec"), scope)
    found = scope["Typed"]
    assert isinstance(found, type)
    return found


CELL = """
from pinn_metakan import Dirichlet, Interval, Problem

class Typed(Problem):
    coordinates, unknowns = ("x",), ("u",)
    domain = Interval(0.0, 1.0)
    conditions = {"ends": Dirichlet(u=0.0)}

    def residual(self, jet):
        u_xx, u = jet("u_xx", "u")
        return {"typed": u_xx + SOURCE}
"""


LINE = {"evaluation": {"shape": [11]}}


def test_a_class_of_a_notebook_is_known_by_its_text() -> None:
    first = typed(CELL.replace("SOURCE", "1"), 1)
    solution = solve(first(), settings=FAST | LINE, out="run")
    assert "class Typed(Problem)" in str(solution.attributes["problem_source"])
    assert "u_xx + 1" in str(solution.attributes["problem_source"])
    assert resume("run", first())["u"].shape == (11,)
    edited = typed(CELL.replace("SOURCE", "2"), 2)
    with pytest.raises(RunFolderError, match="another version of typed"):
        resume("run", edited())
    with pytest.raises(RunFolderError, match="problem without a file; give resume"):
        resume("run")


def test_a_name_outside_of_the_text_is_noticed() -> None:
    kind = typed("FACTOR = 1\n" + CELL.replace("SOURCE", "FACTOR"), 3)
    solve(kind(), settings=FAST | LINE, out="run")
    kind.residual.__globals__["FACTOR"] = 2
    with pytest.raises(RunFolderError, match="'typed' has other values now"):
        resume("run", kind())


def test_a_class_whose_text_is_not_known_cannot_go_on() -> None:
    kind = typed(CELL.replace("SOURCE", "1"), 4)
    del linecache.cache["<cell 4>"]
    solve(kind(), settings=FAST | LINE, out="run")
    with pytest.raises(RunFolderError, match=r"text of typed is not known.*write"):
        resume("run", kind())
