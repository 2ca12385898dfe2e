"""What a solution draws in Python, as solved and as opened; what its history says of stages."""

import json
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from drawn_fields import make_field
from matplotlib.figure import Figure
from small_runs import FAST

from pinn_metakan import load_problem, open_run, solve
from pinn_metakan.runs.solution import Solution


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Solution, Solution]:
    """A run as it was solved, and as it is opened."""
    folder = tmp_path_factory.mktemp("runs") / "run"
    settings = {**FAST, "slabs": 2, "lbfgs": {"steps": 0}}
    return solve(load_problem("heat"), settings=settings, out=folder), open_run(folder)


@pytest.mark.parametrize("opened", [0, 1])
def test_a_field_is_drawn_on_axes_of_the_user(
    solved: tuple[Solution, Solution], opened: int
) -> None:
    solution = solved[opened]
    figure = Figure()
    left, right = figure.subplots(1, 2)
    assert solution.plot("u_error", ax=left) is figure
    assert solution.plot(ax=right, at={"t": 0.5}) is figure
    mesh = left.collections[0]
    np.testing.assert_array_equal(mesh.get_array(), solution["u_error"])
    np.testing.assert_array_equal(right.lines[0].get_ydata(), solution["u"][:, 5])
    assert left.get_title() == "error"
    assert right.get_title() == "solution, t = 0.5"
    (bar,) = (axis for axis in figure.axes if axis.get_label() == "<colorbar>")
    assert bar.get_ylabel() == "u, error [-]"


@pytest.mark.parametrize("opened", [0, 1])
def test_every_figure_is_there(
    solved: tuple[Solution, Solution], opened: int, tmp_path: Path
) -> None:
    solution = solved[opened]
    assert len(solution.plot().axes) == 7  # four maps, three color bars
    assert solution.plot("u_log_error").axes[0].get_title().startswith("log10 |error|, ○")
    assert solution.plot_profiles().axes[0].get_xlabel() == "x [-]"
    axis = Figure().subplots()
    assert solution.plot_history(ax=axis) is axis.figure
    texts = [text.get_text() for text in solution.plot_history().axes[0].texts]
    assert texts == ["slab 1, adam", "lm", "slab 2, adam", "lm"]
    path = solution.animate(tmp_path / "u.gif", "u_error", dpi=20)
    assert path.read_bytes().startswith(b"GIF89a")
    assert (
        mpl.rcParams["savefig.dpi"] == mpl.rcParamsDefault["savefig.dpi"]
    )  # the style stays the user's


def test_stages_are_kept_with_leg_slab_step_and_time(solved: tuple[Solution, Solution]) -> None:
    solution, opened = solved
    begins = json.loads(str(opened.attributes["stage_begins"]))
    assert [(b["stage"], b["leg"], b["slab"]) for b in begins] == [
        *(("adam", 1, 1), ("lm", 1, 1)),
        *(("adam", 2, 2), ("lm", 2, 2)),
    ]
    steps = [b["step"] for b in begins]
    assert steps == sorted(set(steps))
    assert steps[0] == 0
    seconds = [b["seconds"] for b in begins]
    assert seconds == sorted(seconds)
    assert seconds[-1] <= solution.history["seconds"][-1]


def test_axes_have_two_coordinates_at_most() -> None:
    solution = Solution(make_field(3))
    axis = Figure().subplots()
    told = r"u_error has the axes x, y, t, a map has two: fix others, such as at=\{'t': \.\.\.\}"
    with pytest.raises(ValueError, match=told):
        solution.plot("u_error", ax=axis)
    with pytest.raises(ValueError, match="axes show one field; name it: u, v, or another one"):
        solution.plot(ax=axis)
    assert not axis.has_data()


@pytest.mark.figures
def test_the_plane_of_a_ball_is_named(tmp_path: Path) -> None:
    solve(load_problem("ball_poisson"), settings=FAST, out=tmp_path / "run")
    figure = open_run(tmp_path / "run").plot()
    assert "plane x3 = x4 = 0" in figure.get_suptitle()
