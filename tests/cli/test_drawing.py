"""The command `plot`: what it draws, into which files, and what it refuses."""

from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from drawn_fields import make_field

from pinn_metakan.results.hdf5 import write_solution

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run folder that holds a field of two space coordinates and time."""
    path = tmp_path / "run"
    path.mkdir()
    write_solution(path / "solution.h5", make_field(3))
    return path


def test_a_field_at_a_time_has_a_file_of_its_own(run: Run, folder: Path) -> None:
    status, out, err = run("plot", "run", "--field", "u_error", "--at", "t=1/2", "--dpi", "40")
    assert (status, out, err) == (0, "run/solution-u_error-t=0.5.png\n", "")
    assert (folder / "solution-u_error-t=0.5.png").read_bytes().startswith(b"\x89PNG")


def test_coordinates_are_fixed_together_or_one_by_one(run: Run, folder: Path) -> None:
    name = "run/solution-x=0.5-t=1.svg\n"
    flags = ["--format", "svg", "--dpi", "40"]
    assert run("plot", "run", "--at", "x=.5,t=1", *flags)[:2] == (0, name)
    assert run("plot", "run", "--at", "x=.5", "--at", "t=1", *flags)[:2] == (0, name)


def test_an_animation_is_a_gif(run: Run, folder: Path) -> None:
    flags = ["--field", "u_error", "--dpi", "20"]
    status, out, err = run("plot", "run", "--animate", *flags)
    assert (status, out, err) == (0, "run/animation-u_error.gif\n", "")
    assert (folder / "animation-u_error.gif").read_bytes().startswith(b"GIF89a")


def test_what_was_drawn_is_opened(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(typer, "launch", lambda path: opened.append(path) or 0)
    flags = ["--field=u_error", "--at=t=1", "--dpi=30", "--show"]
    assert run("plot", "run", *flags)[0] == 0
    assert opened == [str(folder / "solution-u_error-t=1.png")]
    monkeypatch.setattr(typer, "launch", lambda path: 1)
    status, out, err = run("plot", "run", *flags)
    assert (status, out) == (2, "run/solution-u_error-t=1.png\n")
    assert "--show: nothing is installed here that opens solution-u_error-t=1.png" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--field", "w"], "no field 'w'; there are u, u_reference, u_error, u_log_error, v,"),
        (["--at", "q=1"], "at q: the coordinates to fix are x, y, t"),
        (["--at", "t=7"], "at t=7: expected a value between 0 and 1"),
        (["--at", "t"], "--at t: expected k=v[,k=v], such as t=.5 or x=pi/4,t=.5"),
        (["--at", "t=late"], "--at t=late: expected k=v[,k=v]"),
        (["--at", "t=0,t=1"], "--at t=0,t=1: t is there twice"),
        (["--format", "bmp"], "format 'bmp': figures are written as png, pdf, svg"),
        (["--format", "gif"], "format 'gif': figures are written as png, pdf, svg"),
        (["--animate", "--format", "png"], "format 'png': animations are written as gif, mp4"),
        (["--dpi", "3"], "dpi 3: expected 20 to 1200 dots per inch"),
        (["--dpi", "many"], "Invalid value for '--dpi'"),
        (["--activations"], "run has no edge functions to draw"),
    ],
)
def test_a_mistake_is_one_line_and_nothing_is_written(
    arguments: list[str], message: str, run: Run, folder: Path
) -> None:
    status, out, err = run("plot", "run", *arguments)
    assert (status, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1
    assert [path.name for path in folder.iterdir()] == ["solution.h5"]
