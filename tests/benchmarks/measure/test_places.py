"""Results that cannot be written are refused before anything is measured."""

import tempfile
from pathlib import Path

import pytest

from pinn_metakan.benchmarks import ablation, ball, defaults, numbers, profile
from pinn_metakan.benchmarks.feynman import comparison as feynman
from pinn_metakan.benchmarks.images import comparison as images
from pinn_metakan.benchmarks.measure.places import prepare_folder
from pinn_metakan.cli import main

#: Command -> what it writes in its folder, None for no file of its own.
COMMANDS: dict[str, str | None] = {
    "bench defaults": None,
    "bench feynman": "feynman.jsonl",
    "bench images": "images.jsonl",
    "bench ball": "ball.jsonl",
    "bench ablation": "ablation.png",
    "networks --profile": "profile.png",
}


@pytest.fixture(autouse=True)
def _nothing_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, measures in (
        (ablation, "run_case"),
        (ball, "_solved"),
        (defaults, "run_case"),
        (feynman, "_fitted"),
        (images, "_trained"),
        (numbers, "run_case"),
        (profile, "_costs"),
    ):
        monkeypatch.setattr(module, measures, None)


def refused(command: str, out: Path, capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as stop:
        main([*command.split(), f"--out={out}"])
    assert stop.value.code == 2
    printed, error = capsys.readouterr()
    assert printed == ""
    assert error.count("\n") == 1
    return error


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_in_the_place_of_the_folder_is_refused(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "file"
    path.write_text("kept")
    assert f"{path} is a file; --out needs a folder" in refused(command, path, capsys)
    assert "Not a directory" in refused(command, path / "below", capsys)
    assert path.read_text() == "kept"


@pytest.mark.parametrize("command", [name for name, file in COMMANDS.items() if file])
def test_a_folder_in_the_place_of_the_file_is_refused(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = COMMANDS[command]
    assert file is not None
    (tmp_path / file).mkdir()
    assert f"{file} is a folder" in refused(command, tmp_path, capsys)


@pytest.mark.parametrize("command", [*COMMANDS, "bench numbers"])
def test_a_folder_that_cannot_be_written_is_refused(
    command: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def denied(dir: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "TemporaryFile", denied)
    out = tmp_path / "numbers.json" if "numbers" in command else tmp_path
    text = f"cannot write to {tmp_path}: Permission denied; choose another --out"
    assert text in refused(command, out, capsys)


def test_numbers_need_a_file_not_a_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert f"{tmp_path} is a folder" in refused("bench numbers", tmp_path, capsys)


def test_a_folder_is_made_and_left_empty(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    prepare_folder(folder)
    prepare_folder(folder, ["figure.png"])
    assert list(folder.iterdir()) == []
