"""What a notebook shows of problems, solutions and progress."""

import sys
from types import SimpleNamespace

import pytest
from matplotlib.figure import Figure
from small_runs import FAST

from pinn_metakan.pde.loading import load_problem
from pinn_metakan.plotting.notebook import notebook_shell, show_figures
from pinn_metakan.results.facts_html import facts_html
from pinn_metakan.runs.solve import solve


class ZMQInteractiveShell:
    """The shell of a notebook, as far as figures and progress need it."""

    def __init__(self) -> None:
        self.made: dict[type, object] = {}
        self.display_formatter = SimpleNamespace(formatters={"image/png": self})

    def lookup_by_type(self, kind: type) -> object:
        return self.made[kind]

    def for_type(self, kind: type, function: object) -> None:
        self.made[kind] = function


class Shown:
    """What was displayed, and what replaced it."""

    def __init__(self) -> None:
        self.views: list[object] = []

    def display(self, view: object, display_id: bool) -> "Shown":
        assert display_id
        self.views.append(view)
        return self

    def update(self, view: object) -> None:
        self.views.append(view)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> ZMQInteractiveShell:
    found = ZMQInteractiveShell()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: found))  # type: ignore[misc]
    return found


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Shown:
    found = Shown()
    monkeypatch.setitem(sys.modules, "IPython.display", found)  # type: ignore[misc]
    return found


def test_a_figure_is_drawn_without_magic_and_once(shell: ZMQInteractiveShell) -> None:
    show_figures()
    draw = shell.made[Figure]
    assert callable(draw)
    assert bytes(draw(Figure())).startswith(b"\x89PNG")
    shell.made[Figure] = "of %matplotlib inline"
    show_figures()
    assert shell.made[Figure] == "of %matplotlib inline"


def test_outside_of_a_notebook_nothing_is_shown() -> None:
    assert notebook_shell() is None
    show_figures()


def test_progress_is_shown_below_the_cell(shell: ZMQInteractiveShell, shown: Shown) -> None:
    solution = solve(load_problem("heat"), settings=FAST)
    assert len(shown.views) == len(solution.history["step"])
    page = shown.views[-1]._repr_mimebundle_([], [])["text/html"]  # type: ignore[attr-defined]
    assert "7/7" in page
    assert "error of u" in page
    told: list[object] = []
    shown.views.clear()
    solve(load_problem("heat"), settings=FAST, progress=told.append)
    assert (len(told) > 0, shown.views) == (True, [])


def test_a_solution_and_a_problem_show_what_they_are() -> None:
    problem = load_problem("heat", parameters={"diffusivity": 0.5})
    page = problem._repr_html_()
    for text in ("<strong>heat</strong>", "diffusivity = 0.5", "domain", "condition", "reference"):
        assert text in page
    solution = solve(problem, settings=FAST)
    page = solution._repr_html_()
    for text in ("Solution of heat", "diffusivity = 0.5", "error of u", "data:image/png;base64,"):
        assert text in page
    assert len(page) < 200_000


def test_text_is_escaped() -> None:
    page = facts_html("<script>alert(1)</script>", [("<i>", "a & b <img src=x>")], b"")
    assert "<script>" not in page
    assert "<img src=x>" not in page
    assert "a &amp; b" in page
