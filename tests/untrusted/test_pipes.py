"""Settings from a pipe that the user names: read whole, or refused in one line, never for ever."""

import os
import shlex
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pinn_metakan.errors import RunFolderError, SettingsError
from pinn_metakan.settings.layers import read_settings
from pinn_metakan.untrusted import pipe
from pinn_metakan.untrusted.pipe import read_pipe_text


def written_later(path: Path, content: bytes) -> threading.Thread:
    """Write into a named pipe from elsewhere."""

    def write() -> None:
        try:
            path.write_bytes(content)
        except BrokenPipeError:  # who reads has had enough
            pass

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    return writer


def test_settings_of_a_named_pipe_are_read(tmp_path: Path) -> None:
    path = tmp_path / "settings"
    os.mkfifo(path)
    text = "[lm]\nsteps = 3\n" + "# long\n" * 30_000
    writer = written_later(path, text.encode())
    assert read_settings(path)[0][1] == {"lm": {"steps": 3}}
    writer.join()


@pytest.mark.parametrize("closes", [True, False], ids=["ended", "open"])
def test_a_pipe_that_is_open_already_is_read_to_its_end(
    closes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipe, "LONGEST_WAIT", 0.2)
    reading, writing = os.pipe()
    os.write(writing, b"[lm]\nsteps = 3\n")
    path = Path(f"/dev/fd/{reading}")
    try:
        if closes:
            os.close(writing)
            assert read_settings(path)[0] == (str(path), {"lm": {"steps": 3}})
            assert read_settings(path)[0][1] == {}  # nothing is left, and it has ended
        else:
            with pytest.raises(SettingsError, match="is a pipe that has not ended after 0 s; wri"):
                read_settings(path)
    finally:
        os.close(reading)
        if not closes:
            os.close(writing)


def test_a_pipe_that_nobody_writes_to_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipe, "LONGEST_WAIT", 0.1)
    os.mkfifo(tmp_path / "settings")
    with pytest.raises(SettingsError, match="settings is a pipe that has not ended after"):
        read_settings(tmp_path / "settings")


def test_what_a_pipe_gives_is_bounded_and_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipe, "LARGEST_TEXT", 100_000)
    path = tmp_path / "settings"
    os.mkfifo(path)
    written_later(path, b"#" * 200_000)
    with pytest.raises(RunFolderError, match="gives more than 100000 bytes"):
        read_pipe_text(path)
    os.mkfifo(tmp_path / "bytes")
    written_later(tmp_path / "bytes", b"\xff")
    with pytest.raises(RunFolderError, match="is no text in UTF-8"):
        read_pipe_text(tmp_path / "bytes")


def test_a_pipe_in_a_run_folder_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "settings.toml")
    (tmp_path / "checkpoint.safetensors").touch()
    with pytest.raises(SettingsError, match="is a named pipe, where a regular file was expected"):
        read_settings(tmp_path / "settings.toml")


def test_a_shell_hands_settings_on_from_a_command(tmp_path: Path) -> None:
    solve = shlex.join([sys.executable, "-m", "pinn_metakan", "solve", "heat", "--out=run"])
    text = r"printf '[lm]\nstepz = 3\n'"
    ended = subprocess.run(
        ["bash", "-c", f"{solve} --settings <({text})"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 2
    assert "/dev/fd/" in ended.stderr
    assert "stepz" in ended.stderr
