"""Files are written whole or not at all, and what killed programs leave is removed."""

import errno
import os
import signal
from pathlib import Path

import pytest
from full_disk import files_of_at_most

from pinn_metakan.files import (
    NotWrittenError,
    remove_leftovers,
    write_all,
    write_bytes,
    write_new_text,
    write_text,
    written_whole,
)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_several_files_are_replaced_together_or_not_at_all(tmp_path: Path) -> None:
    first, second = tmp_path / "first.txt", tmp_path / "second.txt"
    write_all({first: b"old", second: b"old"})
    with files_of_at_most(100), pytest.raises(NotWrittenError) as failure:
        write_all({first: b"new", second: 500 * b"n"})
    assert (failure.value.errno, failure.value.filename) == (errno.EFBIG, str(second))
    assert failure.value.size == 503
    assert (first.read_bytes(), second.read_bytes()) == (b"old", b"old")
    write_all({first: b"new", second: b"new"})
    assert (first.read_bytes(), second.read_bytes()) == (b"new", b"new")
    assert names_in(tmp_path) == ["first.txt", "second.txt"]


def test_a_folder_where_a_file_belongs_leaves_all_as_they_were(tmp_path: Path) -> None:
    first, second = tmp_path / "first.txt", tmp_path / "second.txt"
    first.write_text("old")
    second.mkdir()
    with pytest.raises(NotWrittenError, match=r"Is a directory.*second\.txt"):
        write_all({first: b"new", second: b"new"})
    assert first.read_text() == "old"


def test_a_file_that_a_library_writes_is_replaced_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "film.gif"
    write_text(path, "old")
    with pytest.raises(ZeroDivisionError), written_whole(path) as temporary:
        temporary.write_text(f"half {1 / 0}")
    assert path.read_text() == "old"
    with files_of_at_most(3), pytest.raises(NotWrittenError), written_whole(path) as temporary:
        temporary.write_text("too long")
    assert (path.read_text(), names_in(tmp_path)) == ("old", ["film.gif"])


def test_a_folder_that_has_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotWrittenError, match=r"No such file.*gone/a\.txt"):
        write_text(tmp_path / "gone" / "a.txt", "a")


def test_a_new_file_is_written_once(tmp_path: Path) -> None:
    write_new_text(tmp_path / "a.txt", "first")
    with pytest.raises(FileExistsError):
        write_new_text(tmp_path / "a.txt", "second")
    assert (tmp_path / "a.txt").read_text() == "first"
    assert names_in(tmp_path) == ["a.txt"]


def test_a_name_may_be_as_long_as_the_system_lets_it(tmp_path: Path) -> None:
    path = tmp_path / f"{'n' * 251}.txt"
    write_bytes(path, b"a")
    assert path.read_bytes() == b"a"


def test_leftovers_of_killed_programs_are_removed_and_nothing_else(tmp_path: Path) -> None:
    child = os.fork()
    if child == 0:
        with written_whole(tmp_path / "solution.h5") as temporary:
            temporary.write_text("half")
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".solution.pinn-metakan-tmp-")
    kept = [
        *(".mine-abcdefgh.h5", ".solution-my_notes.txt", ".solution-my_notes.h5", ".solution.h5"),
        *("solution-abcdefgh.h5", "solution.h5", left.name[1:], f"{left.name}.bak"),
    ]
    for name in kept:
        (tmp_path / name).write_text("mine")
    assert len(names_in(tmp_path)) == 9
    remove_leftovers(tmp_path)
    assert names_in(tmp_path) == sorted(kept)


def test_a_file_that_is_being_written_is_no_leftover(tmp_path: Path) -> None:
    with written_whole(tmp_path / "solution.h5") as temporary:
        temporary.write_text("new")
        remove_leftovers(tmp_path)
        assert temporary.exists()
    assert (tmp_path / "solution.h5").read_text() == "new"
