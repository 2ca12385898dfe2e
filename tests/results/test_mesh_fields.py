"""Fields on triangles: in files, for ParaView, in figures, and of a run."""

from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch
import xarray
from matplotlib.collections import TriMesh
from own_domains import Ellipse, Harmonic, changed

from pinn_metakan import Dirichlet, Domain, Initial, Interior, SpaceTime, solve
from pinn_metakan.geometry.mesh import triangulate
from pinn_metakan.plotting.solution import solution_figure
from pinn_metakan.report.thumbnail import thumbnail
from pinn_metakan.results.field import Field, FieldOnGrid, FieldOnMesh
from pinn_metakan.results.hdf5 import read_solution, write_solution
from pinn_metakan.results.vtkhdf import write_vtkhdf

FEW = {
    "stages": ["lm"],
    "lm": {"steps": 2},
    "network": {"widths": [4]},
    "points": {"interior": 50, "boundary": 50, "initial": 50},
    "evaluation": {"shape": [11, 11]},
}


def ellipse_field(has_time: bool) -> Field:
    """u = x + 10 y + 100 t in an ellipse, with a reference that is 0.5 more."""
    mesh = triangulate(Ellipse(2.0, 1.0), 100)
    assert mesh is not None
    times = {"t": np.array([0.0, 1.0, 2.0])} if has_time else {}
    axes = {"x": np.linspace(-2, 2, 9), "y": np.linspace(-1, 1, 7), **times}
    x, y, *t = np.meshgrid(*axes.values(), indexing="ij")
    u = np.where(x**2 / 4 + y**2 <= 1 + 1e-9, x + 10 * y + sum(100 * part for part in t), np.nan)
    at = mesh.points @ np.array([1.0, 10.0])
    at = at[:, None] + 100 * times["t"] if has_time else at
    numbers = {"point": np.arange(len(mesh.points), dtype=float)}
    fields = FieldOnGrid(numbers | times, {"u": at}, {"u": at + 0.5}, {"pde": 0 * at})
    return Field(
        FieldOnGrid(axes, {"u": u}, {"u": u + 0.5}, {"pde": 0 * u}),
        ("x", "y", "t") if has_time else ("x", "y"),
        {"u": "K"},
        {},
        {name: np.arange(3.0) for name in ("step", "seconds", "loss")},
        {"problem": "heat", "network": "kan"},
        has_time=has_time,
        mesh=FieldOnMesh(mesh.points, mesh.cells, ("x", "y"), fields),
    )


@pytest.mark.parametrize("has_time", [False, True])
def test_a_mesh_is_read_as_it_was_written(has_time: bool, tmp_path: Path) -> None:
    field = ellipse_field(has_time)
    write_solution(tmp_path / "solution.h5", field)
    read = read_solution(tmp_path / "solution.h5").mesh
    assert field.mesh is not None
    assert read is not None
    assert read.names == ("x", "y")
    np.testing.assert_array_equal(read.points, field.mesh.points)
    np.testing.assert_array_equal(read.cells, field.mesh.cells)
    assert list(read.fields.axes) == list(field.mesh.fields.axes)
    for name, values in field.mesh.fields.named.items():
        np.testing.assert_array_equal(read.fields.named[name], values)


def test_a_file_without_a_mesh_is_read(tmp_path: Path) -> None:
    write_solution(tmp_path / "solution.h5", replace(ellipse_field(True), mesh=None))
    assert read_solution(tmp_path / "solution.h5").mesh is None


def test_xarray_opens_the_mesh_with_time_first(tmp_path: Path) -> None:
    write_solution(tmp_path / "solution.h5", ellipse_field(True))
    with xarray.open_dataset(tmp_path / "solution.h5", engine="h5netcdf", group="mesh") as opened:
        assert opened["u"].dims == ("t", "point")
        assert opened["u"].attrs["units"] == "K"
        assert opened["mesh_cells"].dims == ("mesh_cell", "mesh_corner")


@pytest.mark.parametrize("has_time", [False, True])
def test_paraview_reads_triangles(has_time: bool, tmp_path: Path) -> None:
    field = ellipse_field(has_time)
    assert field.mesh is not None
    write_vtkhdf(tmp_path / "u.vtkhdf", field)
    vertices, triangles = len(field.mesh.points), len(field.mesh.cells)
    with h5py.File(tmp_path / "u.vtkhdf") as file:
        root = file["VTKHDF"]
        assert root.attrs["Type"] == b"UnstructuredGrid"
        assert root["NumberOfPoints"][()].tolist() == [vertices]
        assert root["NumberOfCells"][()].tolist() == [triangles]
        assert root["NumberOfConnectivityIds"][()].tolist() == [3 * triangles]
        np.testing.assert_array_equal(root["Offsets"], 3 * np.arange(triangles + 1))
        np.testing.assert_array_equal(root["Connectivity"], field.mesh.cells.ravel())
        assert set(root["Types"][()]) == {5}
        assert root["Points"].shape == (vertices, 3)
        assert ("Steps" in root) == has_time
        if not has_time:
            assert root["PointData/u"].shape == (vertices,)
            return
        steps = root["Steps"]
        assert steps.attrs["NSteps"] == 3
        assert steps["Values"][()].tolist() == [0, 1, 2]
        offsets = steps["PointDataOffsets/u"][()]
        last = root["PointData/u"][offsets[2] : offsets[2] + vertices]
        np.testing.assert_array_equal(last, field.mesh.fields.values["u"][:, 2])
        for name in ("PartOffsets", "PointOffsets", "CellOffsets", "ConnectivityIdOffsets"):
            assert not steps[name][()].any()
        assert steps["NumberOfParts"][()].tolist() == [1, 1, 1]


@pytest.mark.parametrize("has_time", [False, True])
def test_figures_are_made_of_triangles(has_time: bool) -> None:
    field = ellipse_field(has_time)
    figure = solution_figure(field)
    drawn = [c for axis in figure.axes for c in axis.collections if isinstance(c, TriMesh)]
    assert len(drawn) == (12 if has_time else 4)
    first = drawn[0].get_array()
    assert first is not None
    assert field.mesh is not None
    assert len(first) == len(field.mesh.points)


def test_a_curve_through_a_domain_is_made_of_the_grid() -> None:
    figure = solution_figure(ellipse_field(False), at={"y": 0.0})
    assert len(figure.axes[0].lines[0].get_xdata()) == 9


def test_a_thumbnail_of_a_mesh_has_smooth_edges() -> None:
    picture = thumbnail(ellipse_field(False))
    assert picture is not None
    assert len(picture) > len(thumbnail(replace(ellipse_field(False), mesh=None)) or b"")


def test_a_run_in_a_domain_of_the_user_has_a_mesh(tmp_path: Path) -> None:
    solution = solve(Harmonic(Ellipse(2.0, 1.0), rim=Dirichlet(u=1.0)), settings=FEW)
    mesh = solution.field.mesh
    assert mesh is not None
    assert len(mesh.points) > 90
    at = solution(torch.from_numpy(mesh.points))
    np.testing.assert_allclose(mesh.fields.values["u"], at["u"])


def test_a_run_in_time_has_its_mesh_at_the_times_of_the_grid() -> None:
    space = Ellipse(2.0, 1.0)
    start = Initial(u=lambda x, y: 1 - x**2 / 4 - y**2)
    problem = Harmonic(SpaceTime(space, 0.0, 1.0), start=start, rim=Dirichlet(u=0.0))
    settings = FEW | {"evaluation": {"shape": [9, 9, 4]}}
    mesh = solve(problem, settings=settings).field.mesh
    assert mesh is not None
    assert mesh.fields.axes["t"].tolist() == pytest.approx([0, 1 / 3, 2 / 3, 1])
    first = mesh.fields.values["u"][:, 0]
    np.testing.assert_allclose(first, 1 - mesh.points[:, 0] ** 2 / 4 - mesh.points[:, 1] ** 2)


def test_a_run_whose_boundary_is_not_known_has_no_mesh() -> None:
    problem = Harmonic(
        changed(boundary=Domain.boundary), middle=Interior(u=0.0, where={"x": 0.5, "y": 0.5})
    )
    assert solve(problem, settings=FEW).field.mesh is None
