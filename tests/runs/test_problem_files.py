"""Code of a problem runs from a file that is named or known, after a comparison of its text."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pinn_metakan.errors import ProblemError, RunFolderError
from pinn_metakan.runs.resume import open_run, rerun, resume
from pinn_metakan.training.checkpoint import load_checkpoint, save_checkpoint

Write = Callable[..., Path]
Solved = Callable[..., Path]
POINTS = np.array([[0.3, 0.2], [0.9, 0.8]])
#: Leaves a file beside the problem when its code runs.
TRAP = "__import__('pathlib').Path(__file__).with_suffix('.ran').touch()"


def test_the_code_of_a_run_is_run_from_a_file_that_is_named_or_known(
    tmp_path: Path, write_problem: Write, solved: Solved
) -> None:
    path = write_problem()
    run = solved(path)
    with pytest.raises(
        RunFolderError, match=r"made with mine\.py, .* behind the run .*: /.*mine\.py"
    ):
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


def test_another_text_is_refused_before_it_runs(write_problem: Write, solved: Solved) -> None:
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
    tmp_path: Path, write_problem: Write, solved: Solved
) -> None:
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
    tmp_path: Path, write_problem: Write, solved: Solved
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
