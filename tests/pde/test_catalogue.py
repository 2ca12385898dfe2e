"""Problems by name or file: found, listed without being run, refused in one line."""

from collections.abc import Callable
from pathlib import Path

import pytest
from small_runs import PROBLEM_NAMES

from pinn_metakan.errors import ProblemError
from pinn_metakan.pde.catalogue import known_tags, list_problems, problem_folders, with_tags
from pinn_metakan.pde.loading import load_problem

Write = Callable[..., Path]


def test_shipped_problems_are_listed_with_their_equations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    entries = {entry.name: entry.equation for entry in list_problems()}
    assert list(entries) == PROBLEM_NAMES
    assert entries["burgers"].startswith("u_t + u u_x = nu u_xx,  u(x, 0) = -sin(pi x)")


def test_the_users_problems_come_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write_problem: Write
) -> None:
    monkeypatch.chdir(tmp_path)
    write_problem()
    (tmp_path / "problems").mkdir()
    named = tmp_path / "named"
    named.mkdir()
    (tmp_path / "mine.py").rename(tmp_path / "problems" / "heat.py")
    assert load_problem("heat").origin.path == Path("problems/heat.py")
    (named / "heat.py").write_text((tmp_path / "problems" / "heat.py").read_text())
    assert load_problem("heat", [named]).origin.path == named / "heat.py"
    assert problem_folders([named])[:2] == [named, Path("problems")]
    assert load_problem("burgers", [named]).origin.name == "burgers"


def test_listing_executes_nothing(tmp_path: Path) -> None:
    trap = "from pathlib import Path\nPath(__file__).with_suffix('.ran').touch()\n"
    (tmp_path / "trap.py").write_text(f'"""u_xx = 0"""\n{trap}raise SystemExit\n')
    (tmp_path / "broken.py").write_text("def (:\n")
    entries = {entry.name: entry.equation for entry in list_problems([tmp_path])}
    assert entries["trap"] == "u_xx = 0"
    assert entries["broken"] == "(cannot be read)"
    assert not (tmp_path / "trap.ran").exists()


def test_tags_are_read_as_they_are_written(tmp_path: Path) -> None:
    text = "class A(Problem):\n    tags{} = {}\n    x = 1\n"
    (tmp_path / "one.py").write_text(text.format("", "('mine', 'wave')"))
    (tmp_path / "typed.py").write_text(text.format(": tuple[str, ...]", "('mine', 1)"))
    (tmp_path / "computed.py").write_text(text.format("", "tuple('ab')"))
    tags = {entry.name: entry.tags for entry in list_problems([tmp_path])}
    assert (tags["one"], tags["typed"], tags["computed"]) == (("mine", "wave"), ("mine",), ())
    assert load_problem("wave").tags == tags["wave"]


def test_problems_that_have_all_tags_are_found(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("class A(Problem):\n    tags = ('mine', 'wave')\n")
    entries = list_problems([tmp_path])
    assert [entry.name for entry in with_tags(entries, ["wave", "mine"])] == ["one"]
    assert with_tags(entries, []) == entries
    assert {"mine", "wave"} <= set(known_tags(entries))
    with pytest.raises(ProblemError, match=r"no tag 'flud'; there are .*fluid, .*mine, "):
        with_tags(entries, ["wave", "flud"])


def test_parameters_reach_the_constructor() -> None:
    problem = load_problem("burgers", parameters={"viscosity": 1})
    assert problem.viscosity == 1.0  # type: ignore[attr-defined]
    assert problem.parameters == {"viscosity": 1.0}
    assert problem.origin.name == "burgers"
    assert len(problem.origin.sha256) == 64


def test_a_problem_may_build_on_another_in_its_file(write_problem: Write) -> None:
    path = write_problem()
    more = "class Other(Mine):\n    unit = 1\nAgain = Other\n"
    path.write_text(f"{path.read_text()}{more}")
    assert type(load_problem(str(path))).__name__ == "Other"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1\n", "must define exactly one Problem, it defines none"),
        (
            "from pinn_metakan import Problem\nclass A(Problem): ...\nclass B(Problem): ...\n",
            "A, B",
        ),
        ("import torch\n1 / 0\n", r"failed while loading: ZeroDivisionError: .*bad.py, line 2\)"),
        ("def (:\n", r"failed while loading: SyntaxError: .*\(line 1\)"),
        ("import no_such_module\n", "ModuleNotFoundError: No module named 'no_such_module'"),
        (
            "from pinn_metakan import Problem\nclass A(Problem): ...\n",
            r"A\(...\) failed: TypeError: .*residual",
        ),
    ],
)
def test_a_bad_file_is_refused_in_one_line(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.py"
    path.write_text(text)
    with pytest.raises(ProblemError, match=f"bad.py.*{message}") as caught:
        load_problem(str(path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("burger", {}, "no problem 'burger'; there are .*burgers"),
        ("missing/file.py", {}, "there is no problem file missing/file.py"),
        ("heat", {"kappa": 1.0}, "no parameter 'kappa'; there are diffusivity"),
        ("heat", {"diffusivity": "big"}, "'diffusivity' must be float, got 'big'"),
        ("poisson", {"x": 1}, "no parameter 'x'; there are none"),
    ],
)
def test_a_wrong_name_or_parameter_is_refused(
    name: str, parameters: dict[str, object], message: str
) -> None:
    with pytest.raises(ProblemError, match=message):
        load_problem(name, parameters=parameters)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="no folder of problems"):
        list_problems([tmp_path / "nowhere"])
