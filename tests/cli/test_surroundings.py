"""Commands where something around them is poor: streams, folders, names."""

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from campaigns.answers import files_in, judged
from campaigns.child import Ended, in_child, in_this_process
from campaigns.poor import SOLVE, WRITING
from campaigns.run_files import damage_in, leftovers_in
from read_only import make_read_only
from small_runs import FAST_FLAGS, SHIPPED, start

from pinn_metakan.cli import main
from pinn_metakan.runs import folder as run_folder

#: A name that is no text in UTF-8, as Python has it.
BYTES = os.fsdecode(b"b\xffd")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run; children find all imported."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_folder, "all_figures", lambda field: {})
        assert in_this_process(lambda: main([*SOLVE, "--out=run"]), folder) == 0
    return folder / "run"


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A folder with a copy of it."""
    shutil.copytree(made, tmp_path / "case" / "run")
    return tmp_path / "case"


def called(
    arguments: Sequence[str], folder: Path, make: Callable[[], object] = lambda: None
) -> Ended:
    """Run a command in a child whose surroundings are made first."""

    def command() -> None:
        make()
        main(list(arguments))

    return in_child(command, folder, 60.0)


def output_to(descriptor: int, encoding: str = "utf-8") -> None:
    os.dup2(descriptor, 1)
    sys.stdout = os.fdopen(1, "w", encoding=encoding, closefd=False)


def broken_pipe() -> int:
    reading, writing = os.pipe()
    os.close(reading)
    return writing


PRINTING = [["list"], ["show", "heat"], [*SOLVE, "--out=new"]]


@pytest.mark.parametrize("arguments", PRINTING, ids=lambda words: words[0])
def test_output_onto_a_full_disk_is_told_in_one_line(arguments: list[str], folder: Path) -> None:
    ended = called(arguments, folder, lambda: output_to(os.open("/dev/full", os.O_WRONLY)))
    told = "pinn-metakan: standard output cannot be written: No space left on device\n"
    assert (ended.status, ended.error) == (1, told)
    assert damage_in(folder) == leftovers_in(folder) == []
    assert (folder / "new" / "report.json").exists() is ("--out=new" in arguments)


@pytest.mark.parametrize("arguments", PRINTING, ids=lambda words: words[0])
def test_a_reader_that_goes_away_is_no_failure(arguments: list[str], folder: Path) -> None:
    ended = called(arguments, folder, lambda: output_to(broken_pipe()))
    assert (ended.status, ended.error) == (0, "")
    assert damage_in(folder) == leftovers_in(folder) == []


def test_any_text_is_printed_where_output_is_in_ascii(folder: Path) -> None:
    path = folder / "mine.py"
    path.write_text((SHIPPED / "heat.py").read_text().replace("kappa", "κ"))
    ended = called(["show", "mine.py"], folder, lambda: output_to(os.dup(1), "ascii"))
    assert (ended.status, ended.error) == (0, "")
    assert r"u_t = \u03ba u_xx" in ended.out
    ended = called([*SOLVE, "--out=κ"], folder, lambda: output_to(os.dup(1), "ascii"))
    assert (ended.status, ended.error) == (0, "")
    assert ended.out.endswith("folder: \\u03ba\n")
    assert damage_in(folder / "κ") == []


@pytest.mark.parametrize(
    "arguments", [["list"], ["new", "mine"], SOLVE, ["resume", "run"], ["bench", "memory"]]
)
def test_a_working_directory_that_is_gone_is_told_in_one_line(
    arguments: list[str], folder: Path
) -> None:
    def gone() -> None:
        (folder / "inside").mkdir()
        os.chdir(folder / "inside")
        (folder / "inside").rmdir()

    ended = called(arguments, folder, gone)
    assert judged(ended, [])[0] == "refused"
    assert "the working directory has been removed; change to one that is there" in ended.error


#: A run that is over writes nothing unless it is to go on.
GOING_ON = [[*WRITING[0], "--set=lm.steps=5"], *WRITING[1:]]


@pytest.mark.parametrize("arguments", GOING_ON, ids=lambda words: words[0])
def test_a_folder_that_may_only_be_read_is_told_in_one_line(
    arguments: list[str], folder: Path
) -> None:
    before = {path: path.read_bytes() for path in (folder / "run").iterdir()}
    ended = called(arguments, folder, lambda: make_read_only(folder / "run"))
    assert judged(ended, [])[0] == ("failed" if arguments[0] == "new" else "refused"), ended.error
    assert ended.error.count("\n") == 1
    assert "run" in ended.error
    assert {path: path.read_bytes() for path in (folder / "run").iterdir()} == before


@pytest.mark.parametrize("name", ["n" * 300, "/".join(["deep" * 10] * 120), "nowhere/mine"])
def test_a_name_that_no_file_can_have_is_told_in_one_line(name: str, folder: Path) -> None:
    before = files_in(folder)
    commands = [["new", name], ["resume", name], ["plot", name], ["show", f"{name}.py"]]
    if name != "nowhere/mine":
        commands.append([*SOLVE, f"--out={name}"])
    for arguments in commands:
        ended = called(arguments, folder)
        assert judged(ended, sorted(files_in(folder) - before))[0] == "refused", ended.error


def test_a_folder_whose_name_is_no_text_is_as_good_as_any(folder: Path) -> None:
    for arguments in (
        [*SOLVE, f"--out={BYTES}"], ["resume", BYTES, "-q", "--set=lm.steps=4"], ["plot", BYTES],
        ["report", BYTES], ["export", BYTES, "--to=csv"], 
        ["compare", BYTES, "run", "--out=compared"], ["rerun", BYTES, "-q", f"--out={BYTES}2"],
        ["solve", "heat", "-q", f"--settings={BYTES}/settings.toml", "--out=again"],
    ):  # fmt: skip
        ended = called(arguments, folder)
        assert (ended.status, ended.error) == (0, ""), arguments
    ended = called(["probe", BYTES, "--at=x=.5,t=.5"], folder)
    assert ended.status == 0
    assert ended.error.endswith("whose SHA-256 is that of the run\n")
    assert damage_in(folder) == leftovers_in(folder) == []
    assert {BYTES, f"{BYTES}2", "again", "compared"} <= {path.name for path in folder.iterdir()}


def test_a_problem_file_whose_name_is_no_text_is_refused_before_anything_is_written(
    folder: Path,
) -> None:
    shutil.copyfile(SHIPPED / "heat.py", folder / f"{BYTES}.py")
    before = files_in(folder)
    ended = called(["solve", f"{BYTES}.py", "-q", *FAST_FLAGS], folder)
    assert judged(ended, sorted(files_in(folder) - before))[0] == "refused", ended.error
    assert "problem: expected text in UTF-8, got 'b\\udcffd'; rename it" in ended.error


@pytest.mark.parametrize(("value", "status"), [("jet('u_t') - jet('u_xx')", 0), ("3", 2)])
def test_warnings_of_a_file_are_a_line_each_whatever_becomes_of_it(
    value: str, status: int, tmp_path: Path, write_problem: Callable[..., Path]
) -> None:
    path = write_problem(residual=f"return {{'heat': {value}}}")
    path.write_text(f"import warnings\nwarnings.warn('two\\nlines')\n{path.read_text()}")
    process = start(tmp_path, "show", path.name)  # of its own: a test notes warnings itself
    first, *more = process.communicate(timeout=60)[1].splitlines()
    assert process.returncode == status
    assert first == "pinn-metakan: warning: mine.py, line 2: two lines"
    assert len(more) == (status == 2)
