"""Pages of run folders: written with the run, written anew, and the table of all of them."""

import os
import re
import shutil
from pathlib import Path

import h5py
import pytest
from small_runs import FAST, SHIPPED

from pinn_metakan.cli.exit_status import run
from pinn_metakan.errors import RunFolderError
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.pages import write_pages
from pinn_metakan.runs.resume import open_run
from pinn_metakan.runs.solution import Solution
from pinn_metakan.runs.solve import solve

OLD = SHIPPED.parent / "tests" / "data" / "version-0.1.0"


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Solution:
    """A run of heat in a folder ``runs/heat``."""
    folder = tmp_path_factory.mktemp("work") / "runs" / "heat"
    return solve(load_problem("heat"), "kan", settings=FAST, out=folder, command="the command")


@pytest.fixture
def runs(solved: Solution, tmp_path: Path) -> Path:
    """A folder with a copy of that run in it."""
    assert solved.folder is not None
    shutil.copytree(solved.folder.parent, tmp_path / "runs")
    return tmp_path / "runs"


def test_a_run_writes_its_page(runs: Path) -> None:
    page = (runs / "heat" / "report.html").read_text()
    for part in (
        "u_t = kappa u_xx", "SpaceTime(Box((0.0, 1.0)), 0.0, 1.0)", "Dirichlet(u=0.0)",
        "parameter diffusivity", "the command", "lm: all 3 steps taken", "exact, by construction",
        "lm.steps", "kan [2, 4, 1]", "60 for residual (sobol)", "adam (at most 4 steps)",
    ):  # fmt: skip
        assert part in page, part
    assert page.count('<img src="data:image/png;base64,') == 3


def test_the_page_of_a_run_is_written_anew(runs: Path) -> None:
    page = runs / "heat" / "report.html"
    before = page.read_text()
    page.unlink()
    assert write_pages(runs / "heat") == page
    (told,) = set(re.findall(r"pinn-metakan rerun (\S+?)<", page.read_text()))
    assert told == str(runs / "heat")
    assert page.read_text().replace(told, "") == re.sub(r"(?<=rerun )\S+?(?=<)", "", before)


def test_a_solution_writes_its_page_anywhere(solved: Solution, tmp_path: Path) -> None:
    solved.report(tmp_path / "page.html")
    bare = Solution(solved.field, notes=["a note of mine"])
    bare.report(tmp_path / "bare.html")
    page, other = (tmp_path / "page.html").read_text(), (tmp_path / "bare.html").read_text()
    assert "the command" in page
    assert "a note of mine" in other
    assert page.count("<figure>") == other.count("<figure>") == 3  # drawn for it
    with pytest.raises(RunFolderError, match=r"cannot write .*nowhere.page\.html: No such file"):
        solved.report(tmp_path / "nowhere" / "page.html")


def test_a_run_of_an_earlier_version_has_a_page(tmp_path: Path) -> None:
    shutil.copytree(OLD / "pair", tmp_path / "pair")
    page = write_pages(tmp_path / "pair").read_text()
    assert "lm: all 4 steps taken" in page
    assert 'id="viewer"' in page  # the plane of its scattered points


def test_nothing_that_a_run_holds_is_executed(runs: Path, tmp_path: Path) -> None:
    mark = tmp_path / "executed"
    code = f"open({str(mark)!r}, 'w').close()\nclass Heat:\n    'u = 0'\n"
    with h5py.File(runs / "heat" / "solution.h5", "r+") as file:
        file.attrs["problem_source"] = code
        del file.attrs["description"]
    assert "u = 0" in write_pages(runs / "heat").read_text()
    assert not mark.exists()


def test_a_figure_that_is_a_link_or_no_picture_stays_out(runs: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"\x89PNG\r\n\x1a\n of another")
    (runs / "heat" / "history.png").write_text("secret")
    (runs / "heat" / "solution.png").unlink()
    (runs / "heat" / "solution.png").symlink_to(tmp_path / "secret")
    assert write_pages(runs / "heat").read_text().count("<figure>") == 1


def test_a_table_lists_all_runs_but_not_their_parts(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(runs / "heat", runs / "heat" / "tied")
    shutil.copytree(runs / "heat", runs / "deep" / "a & b")
    (runs / "deep" / "a & b" / "report.html").unlink()
    (runs / "none").mkdir()
    shutil.copytree(OLD, runs / "old")
    (runs / "old" / "pair" / "report.json").write_text("{")
    monkeypatch.chdir(runs)
    page = write_pages(Path(".")).read_text()
    assert page.count("<tr") == 5
    assert re.findall(r'href="(.*?)"', page) == [
        "./deep/a%20%26%20b/report.html",
        "./heat/report.html",
    ]
    assert (runs / "deep" / "a & b" / "report.html").is_file()
    assert "Runs in runs" in page
    assert "old/decay has no solution.h5: its run ended before it could be written" in page
    assert "old/pair/report.json is not a report of this package" in page


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda run: os.truncate(run / "solution.h5", 3000), "solution.h5 is no HDF5 file"),
        (lambda run: (run / "report.json").write_text("[]"), "report.json is not a report of"),
        (lambda run: (run / "solution.h5").unlink(), "has no solution.h5: its run ended before"),
        (lambda run: changed(run, settings="{"), "attributes.settings is no JSON"),
        (lambda run: changed(run, residual_norms='{"a": {}}'), "residual_norms.a: there is"),
        (lambda run: changed(run, seconds="soon"), "seconds: expected a number, got"),
        (lambda run: shutil.rmtree(run), "there is no folder"),
        (lambda run: [path.unlink() for path in run.iterdir()], "holds no run, nor does a folder"),
    ],
)  # fmt: skip
def test_a_damaged_run_is_refused_in_one_line(
    damage: object, message: str, runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(damage)
    damage(runs / "heat")
    before = sorted(runs.rglob("*"))
    assert run(["report", str(runs / "heat")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line
    assert str(runs / "heat") in line or "attribute" in line
    assert sorted(runs.rglob("*")) == before


def test_the_command_names_the_page_it_wrote(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["report", str(runs / "heat")]) == 0
    assert capsys.readouterr().out == f"{runs / 'heat' / 'report.html'}\n"
    assert run(["report", str(runs)]) == 0
    assert capsys.readouterr().out == f"{runs / 'index.html'}\n"


@pytest.mark.figures
def test_a_run_that_replaces_another_has_a_page_of_its_own(runs: Path) -> None:
    poisson = load_problem("poisson")
    solve(poisson, "kan", settings=FAST, out=runs / "heat", overwrite=True)
    assert "kappa" not in (runs / "heat" / "report.html").read_text()
    assert open_run(runs / "heat").attributes["problem"] == "poisson"


def changed(run: Path, **attributes: str) -> None:
    """Change attributes of a solution."""
    with h5py.File(run / "solution.h5", "r+") as file:
        for name, value in attributes.items():
            file.attrs[name] = value
