"""The command line asks for a second opinion, and tells it."""

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
from small_runs import FAST_FLAGS

from pinn_metakan.cli.display import Display
from pinn_metakan.errors import UserError
from pinn_metakan.runs import solve as solving
from pinn_metakan.training.progress import ProgressEntry

Run = Callable[..., tuple[int, str, str]]


def test_a_run_without_a_reference_tells_its_residuals_and_what_a_second_network_says(
    run: Run, tmp_path: Path
) -> None:
    run("new", "flow")
    flags = [*FAST_FLAGS, "--out", "run"]
    status, out, _ = run("solve", "flow.py", *flags)
    assert status == 0
    assert "no reference, so no error; --check asks a second network\n" in out
    assert "residual of flow: " in out
    assert "residual of walls_u: exact, by construction\n" in out
    status, out, err = run("resume", "run", "flow.py", "--check")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert "second opinion  another network on the same problem, seed 1" in lines
    assert any(line.startswith("second opinion, lm 7/7 loss ") for line in lines)
    assert "no reference, so no error" in lines
    told, by = (
        line for line in lines if line.startswith(("second opinion:", "second opinion by:"))
    )
    assert told.startswith("second opinion: u differs by ")
    assert by == "second opinion by: kan, seed 1, 714 parameters, 7 steps"


def test_settings_of_a_checked_run_ask_for_it_again(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, check: bool, **options: object) -> NoReturn:
        raise UserError(f"check is {check}")

    monkeypatch.setattr(solving, "solve", refuse)
    (tmp_path / "mine.toml").write_text("[run]\ncheck = true\n")
    for flags, expected in (["--settings=mine.toml"], True), (["--check"], True), ([], False):
        assert run("solve", "heat", *flags) == (2, "", f"pinn-metakan: check is {expected}\n")


def test_a_second_run_shows_its_progress_from_its_beginning(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Display() as display:
        for stage, seconds in (("lm", 500.0), ("second opinion, lm", 1.0)):
            display.announce([("network", "kan")])
            display.progress(ProgressEntry(stage, 1, 9, 0.5, {}, seconds, 2.0))
    assert "second opinion, lm 1/9 loss 5.00e-01 left 2 s" in capsys.readouterr().out
