"""Nothing in a run folder is executed, followed or believed, whatever reads it."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from own_parts import write_parts
from small_runs import FAST

from pinn_metakan.cli.exit_status import run
from pinn_metakan.errors import RunFolderError
from pinn_metakan.pde.loading import load_problem, read_origin
from pinn_metakan.runs.pages import write_pages
from pinn_metakan.runs.resume import open_run, resume
from pinn_metakan.runs.solve import solve
from pinn_metakan.training.checkpoint import load_checkpoint, save_checkpoint

#: Paths that were opened, in order; of one test at a time.
OPENED: list[str] = []


def _notice(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and isinstance(arguments[0], str):
        OPENED.append(os.path.realpath(arguments[0]))


sys.addaudithook(_notice)  # stays for as long as the process does


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of heat."""
    folder = tmp_path_factory.mktemp("solved") / "run"
    solve(load_problem("heat"), "kan", settings=FAST, out=folder)
    return folder


@pytest.fixture
def folder(solved: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of it with code beside its files, which nothing may run, and bait outside."""
    shutil.copytree(solved, tmp_path / "run")
    shutil.copytree(solved, tmp_path / "outside")
    (tmp_path / "run" / "problems").mkdir()
    code = f"open({str(tmp_path / 'executed')!r}, 'w').close()\n"
    for name in ("heat.py", "evil.py", "sitecustomize.py", "problems/heat.py", "problems/evil.py"):
        (tmp_path / "run" / name).write_text(code)
    yield tmp_path / "run"
    assert not (tmp_path / "executed").exists()


READERS: dict[str, list[str]] = {
    "plot": ["plot", "run", "--field=u", "--dpi=20"],
    "report": ["report", "run"],
    "export": ["export", "run", "--to=csv", "--out=table.csv"],
    "compare": ["compare", "run", "run/solution.h5", "--out=compared"],
}


@pytest.mark.parametrize("reader", READERS)
def test_readers_import_and_open_nothing_else(reader: str, folder: Path) -> None:
    OPENED.clear()
    known = set(sys.modules)
    assert run(READERS[reader]) == 0
    opened = [Path(path) for path in OPENED if path.startswith(str(folder.parent))]
    assert not [path for path in opened if path.suffix == ".py" or "outside" in path.parts]
    assert not {"evil", "heat", "sitecustomize"} & (set(sys.modules) - known)


NO_FILES: dict[str, Callable[[Path], object]] = {
    "a pipe": os.mkfifo,
    "a folder": Path.mkdir,
    "a link out": lambda path: path.symlink_to(path.parents[1] / "outside" / path.name),
    "a device": lambda path: path.symlink_to("/dev/zero"),
}
FILES = {
    "solution.h5": ["plot", "run"],
    "checkpoint.safetensors": ["resume", "run", "-q"],
    "report.json": ["report", "run"],
    "settings.toml": ["solve", "heat", "--settings=run/settings.toml", "-q", "--out=new"],
}


@pytest.mark.parametrize("what", NO_FILES)
@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_none_ends_in_one_line(
    name: str, what: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / name).unlink()
    NO_FILES[what](folder / name)
    OPENED.clear()
    assert run(FILES[name]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert name in error or "holds no checkpoint" in error
    assert not [path for path in OPENED if "/outside/" in path]


def test_a_part_of_a_run_that_is_a_link_out_is_not_read(folder: Path) -> None:
    (folder / "tied").symlink_to(folder.parent / "outside")
    OPENED.clear()
    assert open_run(folder).earlier == {}
    solution = resume(folder)
    assert solution.earlier == {}
    assert not [path for path in OPENED if "/outside/" in path]


def test_code_of_the_run_folder_is_not_taken_where_it_is_the_present_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    assert resume(".").attributes["problem"] == "heat"  # of the shipped file, with its SHA-256
    path = folder / "checkpoint.safetensors"
    tree = load_checkpoint(path)
    evil = folder / "problems" / "evil.py"
    tree["problem"] |= {"name": "evil", "path": str(evil), "sha256": read_origin(evil).sha256}
    save_checkpoint(path, tree)
    with pytest.raises(RunFolderError, match=r"in no folder of problems.*code will run: .*evil"):
        resume(".")
    with pytest.raises(RunFolderError, match="in no folder of problems"):
        open_run(".", evaluate=True)


def test_resume_says_which_code_it_runs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["resume", "run"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("code ")]
    assert len(lines) == 1
    assert "heat.py, whose SHA-256 is that of the run" in lines[0]


@pytest.mark.parametrize(
    "command",
    [
        ["probe", "run", "--at=x=.5,t=.5"],
        ["export", "run", "--to=pt2"],
        ["profile", "run"],
        ["posterior", "run"],
        ["resume", "run"],
        ["rerun", "run", "--out=again"],
        ["solve", "heat", "--from=run", "--out=next"],
    ],
    ids=lambda command: command[0],
)
def test_which_code_is_run_is_told_before_it_runs(
    command: list[str],
    write_problem: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    says = (
        "import os, sys\n"
        "if os.path.exists('says'):\n"
        "    print('RUNS', flush=True)\n"
        "    print('RUNS', file=sys.stderr)\n"
    )
    write_parts(tmp_path)
    for path in (write_problem(name="problems/mine"), tmp_path / "problems" / "sine.py"):
        path.write_text(says + path.read_text())
    own = FAST | {"network.family": "sine:Sine"}
    solve(load_problem("problems/mine.py"), "kan", settings=own, out=tmp_path / "run")
    Path("says").touch()
    capsys.readouterr()
    run(command)
    shown = capsys.readouterr()
    trains = command[0] in ("resume", "rerun", "solve")
    lines = (shown.out if trains else shown.err).splitlines()
    first = lines.index("RUNS")
    told = " ".join(line for line in lines[:first] if "runs the code of" in line)
    assert "sine.py" in told
    assert "whose SHA-256 is that of the run" in told
    assert ("mine.py" in told) == (command[0] != "solve")


@pytest.mark.parametrize("reader", READERS)
def test_readers_do_not_open_the_file_of_a_network_of_ones_own(
    reader: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_parts(tmp_path)
    own = FAST | {"network.family": "sine:Sine"}
    solve(load_problem("heat"), "kan", settings=own, out=tmp_path / "run")
    OPENED.clear()
    assert run(READERS[reader]) == 0
    open_run("run")
    assert not [path for path in OPENED if path.endswith(("sine.py", "heat.py"))]


CHANGES: dict[str, tuple[list[str], object, str]] = {
    "steps": (["record", "step"], "many", "record.step: expected a whole number, got 'many'"),
    "a list for a tree": (["trainer"], [1], "trainer: expected a table, got a list of 1"),
    "damping": (["trainer", "optimizer"], {"damping": "x"}, "damping: expected a number, got 'x'"),
    "NaN": (["trainer", "best"], float("nan"), "best: expected a tensor, got nan"),
    "history": (["record", "history"], [{"step": 1.0}], r"history\[0\]: there is no 'seconds'"),
    "dtype": (["choices", "dtype"], "float128", "dtype: expected one of float64, float32, got"),
    "points": (["points"], {"a": {"points": 3}}, "points.a.points: expected"),
    "a sha that is none": (["problem", "sha256"], None, "sha256: expected text, got None"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_forged_checkpoint_is_refused_with_the_place(what: str, folder: Path) -> None:
    names, value, message = CHANGES[what]
    path = folder / "checkpoint.safetensors"
    tree = load_checkpoint(path)
    place = tree
    for name in names[:-1]:
        place = place[name]
    place[names[-1]] = value
    save_checkpoint(path, tree)
    with pytest.raises(RunFolderError, match=f"does not fit this version .*{message}"):
        resume(folder)


def test_pictures_and_tables_of_a_folder_of_runs_are_plain_files(folder: Path) -> None:
    top = folder.parent
    (top / "sweep.png").symlink_to(top / "outside" / "solution.png")
    (top / "sweep.json").symlink_to(top / "outside" / "report.json")
    shutil.rmtree(top / "outside" / "problems", ignore_errors=True)
    assert write_pages(top).read_text().count("<img") == 2  # a thumbnail of each run
    (top / "sweep.json").unlink()
    (top / "sweep.json").write_text('{"trials": [{"trial": 3}]}')
    assert "run" in write_pages(top).read_text()
