"""Run folders on disks that are full, and with two who would write there."""

import logging
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from full_disk import files_of_at_most
from small_runs import FAST, stop_at

from pinn_metakan.errors import Interrupted, RunFolderError, StorageError
from pinn_metakan.locks import Held
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs import folder_lock
from pinn_metakan.runs.folder import RunFolder
from pinn_metakan.runs.folder_lock import LOCK, FolderLock
from pinn_metakan.runs.resume import open_run, resume
from pinn_metakan.runs.solve import solve
from pinn_metakan.training.progress import ProgressEntry


def make_settings(tmp_path: Path) -> bytes:
    """The text of settings.toml of such a run."""
    solve(load_problem("heat"), settings=FAST, out=tmp_path / "other")
    return (tmp_path / "other" / "settings.toml").read_bytes()


def test_a_full_disk_leaves_the_checkpoint_and_says_what_is_needed(tmp_path: Path) -> None:
    problem, folder = load_problem("heat"), tmp_path / "run"
    with (
        files_of_at_most(25_000),
        pytest.raises(StorageError, match=r"solution\.h5: larger .*; .* kB are needed") as full,
    ):
        solve(problem, settings=FAST, out=folder)
    assert full.value.folder == folder
    left = {path.name for path in folder.iterdir()}
    assert left == {"settings.toml", "checkpoint.safetensors", "history.jsonl"}
    whole = solve(problem, settings=FAST)
    np.testing.assert_array_equal(resume(folder)["u"], whole["u"])


def test_a_full_disk_leaves_the_last_solution(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    solve(load_problem("heat"), settings=FAST, out=folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    longer = {"lm.steps": 6}
    with files_of_at_most(25_000), pytest.raises(StorageError):
        resume(folder, settings=longer)
    kept = {"solution.h5", "report.json", "report.html"}
    assert all((folder / name).read_bytes() == before[name] for name in kept)
    assert resume(folder).history["step"][-1] == 10


def test_a_run_whose_first_checkpoint_finds_no_room_has_nothing_to_go_on_from(
    tmp_path: Path,
) -> None:
    text = len(make_settings(tmp_path))
    with files_of_at_most(text + 10), pytest.raises(StorageError, match="checkpoint") as full:
        solve(load_problem("heat"), settings=FAST, out=tmp_path / "run")
    assert full.value.folder is None
    assert not (tmp_path / "run").exists()
    with files_of_at_most(100), pytest.raises(RunFolderError, match=r"settings\.toml: larger .*kB"):
        solve(load_problem("heat"), settings=FAST, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("is_absolute", [False, True])
def test_a_working_directory_that_goes_away_is_told_where_a_run_needs_it(
    is_absolute: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "place"
    place.mkdir()
    monkeypatch.chdir(place)

    def gone(entry: ProgressEntry) -> None:
        if entry.step == 4:
            shutil.rmtree(place)

    out = tmp_path / "run" if is_absolute else Path("run")
    problem, settings = load_problem("heat"), FAST | {"checkpoint_seconds": 1e-3}
    if is_absolute:
        solution = solve(problem, settings=settings, out=out, progress=gone)
        np.testing.assert_array_equal(open_run(out)["u"], solution["u"])
        return
    with pytest.raises(StorageError, match=r"cannot write run/checkpoint.*: No such file"):
        solve(problem, settings=settings, out=out, progress=gone)


def test_a_folder_that_is_being_written_is_refused_with_who_writes(tmp_path: Path) -> None:
    problem, folder = load_problem("heat"), tmp_path / "run"
    told = []

    def meanwhile(entry: ProgressEntry) -> None:
        for attempt in (
            lambda: resume(folder),
            lambda: solve(problem, settings=FAST, out=folder, overwrite=True),
        ):
            with pytest.raises(RunFolderError, match=f"written by process {os.getpid()} on ") as e:
                attempt()
            told.append(str(e.value))

    solve(problem, settings=FAST | {"report_every": 100}, out=folder, progress=meanwhile)
    assert told
    assert not (folder / LOCK).exists()
    resume(folder)


def test_a_killed_process_leaves_no_lock(tmp_path: Path) -> None:
    child = os.fork()
    if child == 0:
        FolderLock(tmp_path).take()
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    assert (tmp_path / LOCK).exists()
    lock = FolderLock(tmp_path)
    lock.refuse_if_held()
    lock.take()
    assert (tmp_path / LOCK).read_text().startswith(f"process {os.getpid()} on ")
    with pytest.raises(RunFolderError, match="is being written by process"):
        FolderLock(tmp_path).refuse_if_held()
    lock.release()
    assert list(tmp_path.iterdir()) == []


def test_where_there_are_no_locks_that_is_told_and_the_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(folder_lock, "try_to_hold", lambda handle: Held.NO_LOCKS)
    with caplog.at_level(logging.WARNING):
        solve(load_problem("heat"), settings=FAST, out=tmp_path / "run")
    assert f"no locks in {tmp_path / 'run'}" in caplog.text
    assert not (tmp_path / "run" / LOCK).exists()


def test_a_lock_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / LOCK).symlink_to(tmp_path / "mine.txt")
    with pytest.raises(RunFolderError, match="cannot write to"):
        FolderLock(tmp_path).take()
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_who_goes_on_removes_what_a_killed_process_left(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with pytest.raises(Interrupted):
        solve(load_problem("heat"), settings=FAST, out=folder, progress=stop_at(4))
    left = [
        folder / ".checkpoint.pinn-metakan-tmp-abcdefgh.safetensors",
        folder / ".solution.pinn-metakan-tmp-0_cdefgh.h5",
    ]
    for path in left:
        path.write_text("half")
    resume(folder)
    assert not any(path.exists() for path in left)


def test_a_second_interrupt_ends_at_once_and_the_run_goes_on_exactly(tmp_path: Path) -> None:
    problem, folder = load_problem("heat"), tmp_path / "run"

    def twice(entry: ProgressEntry) -> None:
        if entry.step == 4:
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(Interrupted) as stop:
        solve(problem, settings=FAST, out=folder, progress=twice)
    assert (stop.value.solution, stop.value.folder) == (None, folder)
    assert not RunFolder(folder).solution.exists()
    np.testing.assert_array_equal(resume(folder)["u"], solve(problem, settings=FAST)["u"])


def test_an_interrupt_while_results_are_written_lets_them_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = RunFolder.finish

    def interrupted(self: RunFolder, *given: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        write(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(RunFolder, "finish", interrupted)
    with pytest.raises(Interrupted) as stop:
        solve(load_problem("heat"), settings=FAST, out=tmp_path / "run")
    np.testing.assert_array_equal(open_run(tmp_path / "run")["u"], stop.value.solution["u"])


@pytest.mark.parametrize(
    ("part", "given"),
    [("second-opinion", {"check": True}), ("link-1", {"along": {"diffusivity": [0.3]}})],
)
def test_a_part_that_was_killed_before_its_first_checkpoint_begins_again(
    part: str, given: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem, folder = load_problem("heat"), tmp_path / "run"
    save = RunFolder.save_checkpoint

    def killed(self: RunFolder, *told: Any) -> None:
        if self.path.name == part:
            raise SystemError("killed")
        save(self, *told)

    monkeypatch.setattr(RunFolder, "save_checkpoint", killed)
    with pytest.raises(SystemError):
        solve(problem, settings=FAST, out=folder, **given)
    assert RunFolder(folder / part).has_only_begun()
    monkeypatch.setattr(RunFolder, "save_checkpoint", save)
    np.testing.assert_array_equal(resume(folder)["u"], solve(problem, settings=FAST, **given)["u"])


def test_an_interrupt_while_the_folder_is_taken_or_let_go_leaves_no_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem, folder = load_problem("heat"), tmp_path / "run"
    take, release = FolderLock.take, FolderLock.release

    def take_interrupted(self: FolderLock) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        take(self)

    def release_interrupted(self: FolderLock) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        release(self)

    monkeypatch.setattr(FolderLock, "take", take_interrupted)
    with pytest.raises(KeyboardInterrupt):
        solve(problem, settings=FAST, out=folder)
    assert not folder.exists()
    monkeypatch.setattr(FolderLock, "take", take)
    monkeypatch.setattr(FolderLock, "release", release_interrupted)
    solution = solve(problem, settings=FAST, out=folder)
    assert not (folder / LOCK).exists()
    np.testing.assert_array_equal(open_run(folder)["u"], solution["u"])
