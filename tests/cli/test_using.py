"""The commands probe, export and compare: what they print and write, and every mistake."""

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from small_runs import FAST

from pinn_metakan.pde.loading import load_problem
from pinn_metakan.results.table import columns_of, read_table, write_table
from pinn_metakan.runs.resume import open_run
from pinn_metakan.runs.solution import Solution
from pinn_metakan.runs.solve import solve

Run = Callable[..., tuple[int, str, str]]
SMALL = {**FAST, "adam": {"steps": 1}, "lm": {"steps": 1}}


@pytest.fixture(scope="module")
def heat(tmp_path_factory: pytest.TempPathFactory) -> Solution:
    folder = tmp_path_factory.mktemp("runs")
    return solve(load_problem("heat"), "mlp", settings=SMALL, out=folder / "heat")


@pytest.fixture(scope="module")
def ball(tmp_path_factory: pytest.TempPathFactory) -> Solution:
    folder = tmp_path_factory.mktemp("runs")
    return solve(load_problem("ball_poisson"), "mlp", settings=SMALL, out=folder / "ball")


def path_of(solution: Solution) -> str:
    return str(solution.folder)


def test_probe_prints_values_and_derivatives_at_a_point(run: Run, heat: Solution) -> None:
    code, out, err = run("probe", path_of(heat), "--at", "x=.5,t=1/5", "--at", "t=0.1,x=9",
                         "--derivative", "u_x", "--derivative", "u*u_x")  # fmt: skip
    assert code == 0
    header, first, second = out.splitlines()
    assert header == "x,t,u,u_x,u*u_x"
    x, t, u, u_x, product = map(float, first.split(","))
    assert (x, t, u) == (0.5, 0.2, heat(x=0.5, t=0.2)["u"])
    assert u_x == heat.derivative("u_x", x=0.5, t=0.2)
    assert product == pytest.approx(u * u_x)
    assert second == "9.0,0.1,nan,nan,nan"  # outside
    assert "runs the code of" in err
    assert "heat.py, whose SHA-256 is that of the run" in err


def test_probe_reads_points_and_writes_a_table(run: Run, heat: Solution, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("sensor,t,x\n7,0.5,0.25\n8,1.0,2.0\n")
    code, out, _ = run("probe", path_of(heat), "--points", "p.csv", "--out", "q.csv",
                       "--extrapolate", "--derivative", "gradient_u")  # fmt: skip
    assert (code, out) == (0, "q.csv\n")
    table = read_table(tmp_path / "q.csv")
    assert list(table) == ["sensor", "t", "x", "u", "gradient_u_1"]
    np.testing.assert_array_equal(table["sensor"], [7, 8])
    expected = heat(x=table["x"], t=table["t"], extrapolate=True)["u"]
    np.testing.assert_array_equal(table["u"], expected)


def test_probe_asks_for_each_component_of_a_vector(run: Run, ball: Solution) -> None:
    at = "x1=.1,x2=.2,x3=0,x4=0"
    code, out, _ = run("probe", path_of(ball), "--at", at, "--derivative", "laplacian_u")
    assert code == 0
    header, values = out.splitlines()
    assert header == "x1,x2,x3,x4,u,laplacian_u"
    assert float(values.split(",")[4]) == ball([[0.1, 0.2, 0.0, 0.0]])["u"]


@pytest.mark.parametrize("kind", ["vtkhdf", "nc", "csv"])
def test_export_writes_beside_the_run(run: Run, heat: Solution, kind: str) -> None:
    code, out, err = run("export", path_of(heat), "--to", kind)
    path = Path(path_of(heat)) / f"solution.{kind}"
    assert (code, out, err) == (0, f"{path}\n", "")
    assert path.stat().st_size > 1000


def test_export_of_a_scattered_run_is_a_cloud_of_points(
    run: Run, ball: Solution, tmp_path: Path
) -> None:
    code, _, _ = run("export", path_of(ball), "--out", "cloud.vtkhdf")
    assert code == 0
    with h5py.File(tmp_path / "cloud.vtkhdf") as file:
        assert bytes(file["VTKHDF"].attrs["Type"]) == b"UnstructuredGrid"
        assert file["VTKHDF/PointData/u"].shape == (100,)


def test_compare_tells_and_draws(run: Run, heat: Solution, tmp_path: Path) -> None:
    columns = columns_of(heat.field)
    write_table(tmp_path / "mine.csv", {**columns, "u": 1.25 * columns["u"]})
    again = path_of(heat)
    code, out, _ = run("compare", again, again, "mine.csv", "--out", "figures")
    assert code == 0
    lines = out.splitlines()
    assert lines[0].split()[:3] == ["run", "problem", "network"]
    assert "differs from that of" in lines[3]
    assert "by 0.000e+00 (relative L2)" in lines[3]
    assert "by 2.500e-01 (relative L2)" in lines[4]
    assert lines[5:] == ["figures/history.png", "figures/difference.png"]
    assert {path.name for path in (tmp_path / "figures").iterdir()} == {
        "history.png",
        "difference.png",
    }


def test_compare_reads_a_file_of_xarray(run: Run, heat: Solution, tmp_path: Path) -> None:
    data = heat.to_xarray()[["u"]] * 2.0
    data.to_netcdf(tmp_path / "theirs.nc", engine="h5netcdf")
    code, out, _ = run("compare", path_of(heat), "theirs.nc")
    assert code == 0
    assert "by 1.000e+00 (relative L2)" in out


MISTAKES = {
    "no points": (["probe", "RUN"], "probe needs points: --at x=.5,t=.2 or --points FILE.csv"),
    "at": (["probe", "RUN", "--at", "x"], "--at: expected a number per coordinate, x=.5,t=.2"),
    "missing": (["probe", "RUN", "--at", "x=1"], "--at has no coordinate t; it has x"),
    "other": (["probe", "RUN", "--at", "x=1,t=1,y=2"], "--at: no coordinate 'y'; there are x, t"),
    "no file": (["probe", "RUN", "--points", "p.csv"], "cannot read p.csv"),
    "no column": (["probe", "RUN", "--points", "bad.csv"], "bad.csv has no column x; it has a, t"),
    "derivative": (
        ["probe", "RUN", "--at", "x=0,t=0", "--derivative", "u_z"],
        "'u_z' is not known; possible are coordinates x, t",
    ),
    "order": (
        ["probe", "RUN", "--at", "x=0,t=0", "--derivative", "u_xxxxx"],
        "'u_xxxxx' is of order 5, above the highest, 4",
    ),
    "no run": (["probe", "nowhere", "--at", "x=0,t=0"], "nowhere"),
    "format": (["export", "RUN", "--to", "vtu"], "no format 'vtu'; choose one of vtkhdf, nc, csv"),
    "folder": (["export", "RUN", "--out", "a/b.vtkhdf"], "there is no folder a"),
    "one": (["compare", "RUN"], "compare needs two runs, or a run and a file of values"),
    "kind": (["compare", "RUN", "bad.txt"], "expected a run folder, or a file that ends in .csv"),
    "gone": (["compare", "RUN", "gone"], "there is no run folder or file gone"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_is_one_line(run: Run, heat: Solution, mistake: str, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("a,t\n1,2\n")
    (tmp_path / "bad.txt").write_text("1 2\n")
    arguments, message = MISTAKES[mistake]
    code, out, err = run(*(path_of(heat) if word == "RUN" else word for word in arguments))
    lines = [line for line in err.splitlines() if not line.startswith("runs the code of")]
    assert (code, out, len(lines)) == (2, "", 1)
    assert message in lines[0]


def test_a_run_without_its_network_is_one_line(run: Run, heat: Solution, tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    heat.save(tmp_path / "bare" / "solution.h5")
    assert open_run(tmp_path / "bare")["u"].shape == (11, 11)
    code, _, err = run("probe", "bare", "--at", "x=0,t=0")
    assert code == 2
    assert "checkpoint" in err
    assert len(err.splitlines()) == 1
