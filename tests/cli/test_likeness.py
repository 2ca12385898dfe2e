"""Files that start from another problem: `new NAME --like OTHER`."""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from small_runs import FAST_FLAGS, PROBLEM_NAMES

from pinn_metakan.pde.loading import load_problem

Run = Callable[..., tuple[int, str, str]]
Write = Callable[..., Path]


@pytest.mark.parametrize("name", PROBLEM_NAMES)
def test_every_shipped_problem_can_be_started_from(name: str, run: Run) -> None:
    status, out, err = run("new", "my_own", "--like", name)
    assert (status, err) == (0, "")
    assert "pinn-metakan solve my_own.py" in out
    text = Path("my_own.py").read_text()
    assert text.startswith(f"# Started from the problem {name}: ")
    assert ast.get_docstring(ast.parse(text)) == "MyOwn: say here what happens, in one line."
    mine, theirs = load_problem("my_own.py"), load_problem(name)
    assert type(mine).__name__ == "MyOwn"
    assert mine.parameters == theirs.parameters
    status, out, err = run("show", "my_own.py")
    assert (status, err) == (0, "")
    assert type(theirs).__doc__ == type(mine).__doc__


def test_it_solves_as_it_stands_and_its_term_has_the_new_name(run: Run, tmp_path: Path) -> None:
    run("new", "my_wave", "--like", "wave")
    assert 'return {"my_wave": ' in (tmp_path / "my_wave.py").read_text()
    status, out, err = run("solve", "my_wave.py", *FAST_FLAGS, "--out", "run")
    assert (status, err) == (0, "")
    assert "my_wave" in out


def test_a_users_file_can_be_started_from(run: Run, write_problem: Write) -> None:
    path = write_problem(extra="def own(self):\n        return Mine()  # ä Mine")
    path.write_text(path.read_text().replace('"""A problem of a user."""\n', "'é'; Mine_ = 1\n"))
    assert run("new", "other", "--like", "mine.py")[0] == 0
    text = Path("other.py").read_text()
    assert "return Other()  # ä Mine" in text
    assert "Mine_ = 1" in text
    assert type(load_problem("other.py")).__name__ == "Other"


def test_a_file_without_a_docstring_has_one_in_its_likeness(run: Run, write_problem: Write) -> None:
    path = write_problem()
    path.write_text(path.read_text().replace('"""A problem of a user."""\n', ""))
    run("new", "other", "--like", "mine.py")
    assert ast.get_docstring(ast.parse(Path("other.py").read_text())) is not None
    load_problem("other.py")


def test_a_term_that_something_else_names_keeps_its_name(run: Run, write_problem: Write) -> None:
    path = write_problem(extra="settings = {'loss': {'weights': {'mine': 2.0}}}")
    path.write_text(path.read_text().replace("'heat':", "'mine':"))
    run("new", "other", "--like", "mine.py")
    assert Path("other.py").read_text().count("'mine'") == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["2bad", "--like", "wave"], "a problem's name is a word of lower-case letters"),
        (["mine", "--like", "wawe"], "no problem 'wawe'; there are "),
        (["mine", "--like", "no.py"], "there is no problem file no.py"),
        (["box", "--like", "poisson"], "the class of 'box' would be called Box, which "),
        (["mine", "--like", "broken.py"], "broken.py is no Python that could be copied: "),
        (["mine", "--like", "two.py"], "expected one class that derives from Problem, got A, B"),
        (["mine", "--like", "none.py"], "expected one class that derives from Problem, got none"),
        (["two", "--like", "wave"], "two.py exists already; choose another name"),
    ],
)
def test_what_cannot_be_started_from_is_refused_in_one_line(
    arguments: list[str], message: str, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "broken.py").write_text("def (:\n")
    (tmp_path / "two.py").write_text("class A(Problem): ...\nclass B(C.Problem): ...\n")
    (tmp_path / "none.py").write_text("class A(B): ...\nclass B(A): ...\n")
    status, out, err = run("new", *arguments)
    assert (status, out) == (2, "")
    assert message in err
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "mine.py").exists()
