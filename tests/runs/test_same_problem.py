"""The problem of a run is compared before any of its code runs; nothing stored is executed."""

import linecache
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from small_runs import FAST, stop_at

from pinn_metakan.errors import Interrupted, ProblemError, RunFolderError
from pinn_metakan.pde.boundary_conditions import Dirichlet
from pinn_metakan.pde.condition import Condition
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.folder import RunFolder
from pinn_metakan.runs.resume import open_run, rerun, resume
from pinn_metakan.runs.same_problem import Remembered, same_problem
from pinn_metakan.runs.solve import solve

Write = Callable[..., Path]
DATA = Path(__file__).parents[1] / "data" / "version-0.1.0"
POINTS = np.array([[0.3, 0.2], [0.9, 0.8]])
#: Leaves a file beside the problem when its code runs.
TRAP = "__import__('pathlib').Path(__file__).with_suffix('.ran').touch()"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def solved(path: Path, **parameters: object) -> Path:
    out = path.with_name("run")
    solve(load_problem(str(path), parameters=parameters), settings=FAST, out=out)
    return out


def test_the_code_of_a_run_is_run_from_a_file_that_is_named_or_known(
    tmp_path: Path, write_problem: Write
) -> None:
    path = write_problem()
    run = solved(path)
    with pytest.raises(RunFolderError, match=r"made with .*mine\.py, which is in no folder of pro"):
        resume(run)
    assert resume(run, path)["u"].shape == (11, 11)
    (tmp_path / "moved").mkdir()
    moved = path.rename(tmp_path / "moved" / "other_name.py")
    assert resume(run, str(moved))["u"].shape == (11, 11)
    known = moved.rename(tmp_path / "moved" / "mine.py")
    assert resume(run, problems=[known.parent])["u"].shape == (11, 11)
    assert open_run(run, evaluate=True, problems=[known.parent])(POINTS)["u"].shape == (2,)
    (tmp_path / "problems").mkdir()
    known.rename(tmp_path / "problems" / "mine.py")
    assert resume(run)["u"].shape == (11, 11)
    with pytest.raises(ProblemError, match=r"there is no problem file .*gone\.py"):
        resume(run, tmp_path / "gone.py")


def test_another_text_is_refused_before_it_runs(write_problem: Write) -> None:
    path = write_problem()
    run = solved(path)
    path.write_text(f"{path.read_text()}{TRAP}\n")
    for go_on in (resume, open_run, rerun):
        with pytest.raises(RunFolderError, match=r"another version of .*mine\.py .SHA-256"):
            go_on(run, path)  # type: ignore[operator]
        with pytest.raises(RunFolderError, match="another version"):
            go_on(run, problems=[path.parent], **({"evaluate": True} if go_on is open_run else {}))  # type: ignore[operator]
    assert not path.with_suffix(".ran").exists()


def test_a_checkpoint_that_names_another_file_does_not_run_it(
    tmp_path: Path, write_problem: Write
) -> None:
    from pinn_metakan.training.checkpoint import load_checkpoint, save_checkpoint

    run = solved(write_problem())
    trap = tmp_path / "trap.py"
    trap.write_text(f"{TRAP}\n")
    checkpoint = run / "checkpoint.safetensors"
    tree = load_checkpoint(checkpoint)
    for name in ("mine", "../trap", str(trap.with_suffix("")), "trap"):
        tree["problem"] |= {"path": str(trap), "name": name}
        save_checkpoint(checkpoint, tree)
        with pytest.raises(RunFolderError, match="in no folder of problems"):
            resume(run)
    assert not trap.with_suffix(".ran").exists()


def test_of_several_files_of_a_name_that_of_the_run_is_taken(
    tmp_path: Path, write_problem: Write
) -> None:
    path = write_problem()
    run = solved(path)
    (tmp_path / "problems").mkdir()
    (tmp_path / "problems" / "mine.py").write_text(f"{path.read_text()}# changed\n{TRAP}\n")
    (tmp_path / "old").mkdir()
    path.rename(tmp_path / "old" / "mine.py")
    with pytest.raises(RunFolderError, match="another version"):
        resume(run)
    assert resume(run, problems=[tmp_path / "old"])["u"].shape == (11, 11)


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


def test_parameters_are_recorded_however_a_problem_is_made() -> None:
    kind = type(load_problem("heat"))
    assert kind(0.1).parameters == {"diffusivity": 0.1}  # type: ignore[call-arg]
    assert kind(diffusivity=0.1).parameters == {"diffusivity": 0.1}  # type: ignore[call-arg]
    assert kind().parameters == {"diffusivity": 0.25}
    with pytest.raises(TypeError, match="unexpected keyword argument 'speed'"):
        kind(speed=1.0)  # type: ignore[call-arg]

    class Bare(Problem):
        def residual(self, jet):  # type: ignore[no-untyped-def]
            return {}

    with pytest.raises(TypeError, match=r"Bare\(\) takes no arguments"):
        Bare(1)

    class Odd(Bare):
        def __init__(self, values, scale, *rest, **more):  # type: ignore[no-untyped-def]
            pass

    odd = Odd(np.ones(3), np.float64(2.0), 1, "a", key=[1, (2, 3)], f=torch.sin)
    assert odd.parameters == {
        "values": {"not recorded": "ndarray"},
        "scale": 2.0,
        "rest": [1, "a"],
        "more": {"key": [1, [2, 3]], "f": {"not recorded": "builtin_function_or_method"}},
    }


def test_arguments_of_every_kind_go_on_as_they_were(write_problem: Write) -> None:
    extra = (
        "def __init__(self, a, /, b: float = None, *rest, c=(1, 2), **more):\n"
        "        assert isinstance(c, tuple)\n"
        "        self.given = (a, b, rest, c, more)"
    )
    path = write_problem(extra=extra)
    kind = type(load_problem(str(path), parameters={"a": 1}))
    problem = kind(3, 0.5, "x", d=4)  # type: ignore[call-arg]
    problem._origin = load_problem(str(path), parameters={"a": 1}).origin
    solve(problem, settings=FAST, out="run")
    again = same_problem(Remembered.read(RunFolder(Path("run"))), path, ())
    assert again.given == (3, 0.5, ("x",), (1, 2), {"d": 4})  # type: ignore[attr-defined]
    assert again.parameters == problem.parameters


def test_a_parameter_that_cannot_be_recorded_needs_the_problem(write_problem: Write) -> None:
    extra = "def __init__(self, source=None):\n        self.source = source"
    path = write_problem(extra=extra)
    problem = load_problem(str(path), parameters={"source": torch.sin})
    solve(problem, settings=FAST, out="run")
    with pytest.raises(RunFolderError, match="could not record the parameter 'source'"):
        resume("run", path)
    assert resume("run", problem)["u"].shape == (11, 11)


def test_a_run_of_version_0_1_0_goes_on_where_it_was(tmp_path: Path) -> None:
    import shutil

    shutil.copytree(DATA / "decay", tmp_path / "decay")
    with pytest.raises(RunFolderError, match="in no folder of problems"):
        resume("decay")
    solution = resume("decay", DATA / "decay.py")
    assert solution.relative_l2["u"] == pytest.approx(0.004882870571475635, rel=1e-6)
    assert solution.attributes["problem_parameters"] == '{"diffusivity": 0.2}'
    assert solution.tied is not None


def test_a_solution_of_version_0_1_0_is_read_and_evaluated() -> None:
    solution = open_run(DATA / "pair", DATA / "pair.py")
    assert solution.relative_l2["u"] == pytest.approx(8.996496416181146e-06)
    assert solution.field.slice is not None
    points = solution.coordinates["points"]
    np.testing.assert_allclose(solution(points)["v"], solution["v"], atol=1e-12)
    with pytest.raises(RunFolderError, match="in no folder of problems"):
        open_run(DATA / "pair", evaluate=True)


def test_an_interrupt_carries_what_was_reached(tmp_path: Path) -> None:
    settings = FAST | {"adam": {"steps": 30}}
    with pytest.raises(Interrupted) as stop:
        solve(load_problem("heat"), settings=settings, progress=stop_at(20))
    solution = stop.value.solution
    assert solution.attributes["stop_reason"] == "interrupted"
    assert solution.history["step"][-1] == 20
    assert solution(POINTS)["u"].shape == (2,)
    assert stop.value.folder is None
    with pytest.raises(Interrupted) as stop:
        solve(load_problem("heat"), settings=settings, progress=stop_at(20), out="run")
    assert stop.value.folder == Path("run")
    np.testing.assert_array_equal(open_run("run")["u"], solution["u"])


def test_a_run_is_made_again_with_changes() -> None:
    first = solve(
        load_problem("heat", parameters={"diffusivity": 0.5}), "kan", settings=FAST, seed=3, out="a"
    )
    again = rerun("a", out="b")
    assert again["u"].tobytes() == first["u"].tobytes()
    other = rerun("a", settings=[("changes", {"lm": {"steps": 5}})], seed=4)
    assert other.history["step"][-1] == 9
    assert other.attributes["seed"] == 4
    assert other.attributes["network"] == "kan"
    assert other.attributes["problem_parameters"] == '{"diffusivity": 0.5}'


def walls(where: str) -> dict[str, Condition]:
    return {"w": Dirichlet(where=where, u=0.0)}


def test_conditions_elsewhere_or_more_of_them_are_another_problem() -> None:
    kind = typed(CELL.replace("SOURCE", "1"), 5)
    problem = kind()
    problem.conditions = walls("x=0")
    solve(problem, settings=FAST | LINE, out="run")
    for others in (walls("x=1"), walls("x=0") | {"e": Dirichlet(where="x=1", u=5.0)}, {}):
        problem.conditions = others
        with pytest.raises(RunFolderError, match="not the problem that run was made with"):
            resume("run", problem)
    problem.conditions = walls("x=0")
    assert resume("run", problem)["u"].shape == (11,)


def test_a_run_is_not_made_again_with_other_data(tmp_path: Path, write_problem: Write) -> None:
    (tmp_path / "k.txt").write_text("1")
    read = "float(__import__('pathlib').Path('k.txt').read_text())"
    residual = f"return {{'heat': jet('u_t') - {read} * jet('u_xx')}}"
    path = write_problem(residual=residual)
    run = solved(path)
    (tmp_path / "k.txt").write_text("7")
    for go_on in (resume, rerun):
        with pytest.raises(RunFolderError, match="'heat' has other values now"):
            go_on(run, path)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("extra", "parameters"),
    [
        ("def __init__(self, force=torch.sin): self.force = force", {}),
        ("def __init__(self, **options): self.options = options", {"k": 3}),
        ("def __new__(cls, *a, **k): return object.__new__(cls)", {}),
    ],
)
def test_constructors_of_many_kinds_go_on(
    extra: str, parameters: dict[str, object], write_problem: Write
) -> None:
    path = write_problem(extra=extra)
    run = solved(path, **parameters)
    assert resume(run, path)["u"].shape == (11, 11)


def test_a_frozen_dataclass_can_be_a_problem(write_problem: Write) -> None:
    path = write_problem()
    text = path.read_text().replace("class Mine", "@dataclass(frozen=True)\nclass Mine")
    path.write_text(f"from dataclasses import dataclass\n{text}    speed: float = 2.0\n")
    run = solved(path)
    assert open_run(run, path).attributes["problem_parameters"] == '{"speed": 2.0}'


def test_a_problem_may_build_on_another_in_its_file(write_problem: Write) -> None:
    path = write_problem()
    more = "class Other(Mine):\n    unit = 1\nAgain = Other\n"
    path.write_text(f"{path.read_text()}{more}")
    assert type(load_problem(str(path))).__name__ == "Other"


def test_the_name_of_the_record_is_not_free(write_problem: Write) -> None:
    own = write_problem("own", extra="def __init__(self): self.parameters = {'k': 2.0}")
    with pytest.raises(ProblemError, match=r"own\.py: Mine.*'parameters'.*line"):
        load_problem(str(own))
    own = write_problem("own", extra="parameters = {'k': 2.0}")
    with pytest.raises(ProblemError, match="'parameters' holds what the constructor was given"):
        solve(load_problem(str(own)), settings=FAST)
