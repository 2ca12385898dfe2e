"""Files that may come from anyone are regular ones, inside of their folder."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pinn_metakan.errors import RunFolderError
from pinn_metakan.untrusted.plain_file import LARGEST_TEXT, read_plain_text

NO_FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "nothing": (lambda path: None, "No such file"),
    "a folder": (Path.mkdir, "is a folder, where a regular file was expected"),
    "a pipe": (os.mkfifo, "is a named pipe, where a regular file"),
    "a device": (lambda path: path.symlink_to("/dev/zero"), "is a link that leads out of"),
    "a link out": (lambda path: path.symlink_to("../secret"), "is a link that leads out of"),
    "a circle": (lambda path: path.symlink_to(path.name), "leads out of|levels of symbolic links"),
}


@pytest.mark.parametrize("what", NO_FILES)
def test_what_is_no_regular_file_of_the_folder_is_refused(what: str, tmp_path: Path) -> None:
    make, message = NO_FILES[what]
    (tmp_path / "secret").write_text("secret")
    folder = tmp_path / "run"
    folder.mkdir()
    make(folder / "report.json")
    with pytest.raises(RunFolderError, match=message):
        read_plain_text(folder / "report.json", folder)


def test_what_the_user_names_is_told_once(tmp_path: Path) -> None:
    for path in (Path("/dev/zero"), tmp_path):
        with pytest.raises(RunFolderError, match=rf"^{path} is a \w+, where a regular file"):
            read_plain_text(path)


def test_a_link_inside_of_the_folder_and_a_folder_that_is_a_link_are_read(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "kept").write_text("text")
    (tmp_path / "run" / "report.json").symlink_to("kept")
    (tmp_path / "link").symlink_to("run")
    assert read_plain_text(tmp_path / "link" / "report.json", tmp_path / "link") == "text"


def test_a_device_that_the_user_names_is_refused() -> None:
    with pytest.raises(RunFolderError, match="/dev/zero is a device, where a regular file"):
        read_plain_text(Path("/dev/zero"))


def test_a_text_is_bounded_and_in_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    with path.open("wb") as file:
        file.truncate(LARGEST_TEXT + 1)
    with pytest.raises(RunFolderError, match=r"has 67108865 bytes; a text of at most 67108864"):
        read_plain_text(path)
    path.write_bytes(b"\xff")
    with pytest.raises(RunFolderError, match="is no text in UTF-8"):
        read_plain_text(path)
