"""What commands show: in a pipe, in a narrow terminal, as JSON, and while a line is typed."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console
from small_runs import FAST_FLAGS

from pinn_metakan.cli.completion import (
    complete_network,
    complete_problem,
    complete_setting,
    complete_tag,
)
from pinn_metakan.runs.progress_view import ProgressWords, progress_view
from pinn_metakan.training.progress import ProgressEntry

Run = Callable[..., tuple[int, str, str]]

FIVE = {"velocity_x": 1.2e-3, "velocity_y": 3.4e-3, "pressure": 5.6e-4, "T": 0.1, "c": 2e-9}


def entry(**changes: object) -> ProgressEntry:
    told: dict[str, object] = {
        "stage": "second opinion, release", "step": 123, "total": 450, "loss": 1e-5, "errors": {},
        "seconds": 60.0, "seconds_left": 3723.0,
    }  # fmt: skip
    return ProgressEntry(**(told | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("errors", [{}, {"u": 1e-3, "v": 2e-3}, FIVE])
@pytest.mark.parametrize("width", [34, 80, 120])
def test_bar_step_and_time_left_are_whole_in_any_width(
    errors: dict[str, float], width: int
) -> None:
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    console.print(progress_view(entry(stage="release", errors=errors), width))
    assert isinstance(console.file, io.StringIO)
    first, second = console.file.getvalue().rstrip("\n").split("\n")
    assert first.startswith("release 123/450 ")
    assert first.rstrip().endswith("left 1 h 02 min")
    assert ("━" in first) == (width >= 80)
    assert second.startswith("loss 1.00e-05")
    assert len(second) <= width
    if errors and width >= 80:
        worst = max(errors, key=lambda name: errors[name])
        assert (
            f"{errors[worst]:.2e} of {worst}" in second or f"{worst} {errors[worst]:.2e}" in second
        )


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"seconds_left": 41.2}, "left 41 s"),
        ({"seconds_left": 41.2, "budget_left": 30.0}, "left 30 s"),
        ({"seconds_left": None, "stage_seconds_left": 3.0, "stage": "adam"}, "left 3 s of adam"),
        (
            {"seconds_left": None, "stage_seconds_left": 3.0, "stage": "adam", "budget_left": 90.0},
            "left at most 1 min 30 s",
        ),
        ({"seconds_left": None, "stage": "link 2, lm", "stage_seconds_left": 9}, "left 9 s of lm"),
    ],
)
def test_time_left_says_what_is_known(changes: dict[str, object], text: str) -> None:
    assert ProgressWords.of(entry(**changes)).left == text


def test_json_is_the_report_on_standard_output(run: Run, tmp_path: Path) -> None:
    status, out, err = run("solve", "heat", *FAST_FLAGS, "--out", "run", "--json")
    assert status == 0
    report = json.loads(out)
    assert report == json.loads((tmp_path / "run" / "report.json").read_text()) | {"folder": "run"}
    assert "network" in err
    assert "lm 7/7" in err
    status, out, err = run("resume", "run", "--set", "lm.steps=5", "--json", "-q")
    assert (status, err) == (0, "")
    assert json.loads(out)["steps"] == 9


def test_quiet_tells_how_it_ended_and_verbose_each_entry(run: Run) -> None:
    status, out, err = run("solve", "heat", *FAST_FLAGS, "--out", "quiet", "-q")
    assert (status, err) == (0, "")
    assert out.startswith("relative L2 error of u: ")
    assert out.endswith("folder: quiet\n")
    status, out, err = run("solve", "heat", *FAST_FLAGS, "--out", "loud", "-v")
    assert status == 0
    assert [line.split()[1] for line in out.splitlines() if "/7 loss " in line] == [
        "2/7", "4/7", "6/7", "7/7",
    ]  # fmt: skip
    assert "pinn_metakan.runs.sitting: step 2: loss" in err
    status, out, err = run("solve", "heat", "-q", "-v")
    assert (status, out) == (2, "")
    assert "-q and -v exclude each other" in err


def test_a_shell_is_offered_problems_networks_and_settings(tmp_path: Path) -> None:
    def offered(words: str, count: int) -> str:
        asked = {"_PINN_METAKAN_COMPLETE": "complete_bash", "COMP_WORDS": words}
        asked |= {"COMP_CWORD": str(count)}
        command = [sys.executable, "-m", "pinn_metakan"]
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env=os.environ | asked,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.stderr == ""
        return done.stdout

    (tmp_path / "burn.py").write_text("raise SystemExit('never run')")
    assert offered("pinn-metakan solve bur", 2).split() == ["burgers", "burgers_2d", "burn.py"]


def test_names_are_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert [name for name, _ in complete_problem("hel")] == ["helmholtz"]
    assert list(complete_tag("hyper")) == ["hyperbolic"]
    assert list(complete_network("mlp")) == ["mlp"]
    assert [name for name, _ in complete_setting("lm.st")] == ["lm.steps="]
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "wire.py").write_text("")
    assert [name for name, _ in complete_problem("own/w")] == ["own/wire.py"]
    assert [name for name, _ in complete_problem("ow")] == ["own/"]


def test_completion_can_be_installed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    # Which shell this runs below is not known here, so it is named.
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    status, out, _ = run("--help")
    assert status == 0
    assert "--install-completion" in out
    status, out, err = run("--show-completion", "bash")
    assert (status, err) == (0, "")
    assert "_PINN_METAKAN_COMPLETE=complete_bash" in out
