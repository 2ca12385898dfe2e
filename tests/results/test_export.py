"""Fields for other programs: VTKHDF, netCDF, tables, xarray and pandas."""

from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
import xarray

from pinn_metakan.errors import UserError
from pinn_metakan.results.dataset import dataframe_of, dataset_of
from pinn_metakan.results.export import FORMATS, export_field
from pinn_metakan.results.field import Field, FieldOnGrid
from pinn_metakan.results.hdf5 import read_solution, write_solution
from pinn_metakan.results.table import columns_of, read_table, write_table
from pinn_metakan.results.vtkhdf import write_vtkhdf


def field_of(coordinates: str, has_time: bool, points: int = 0, dimension: int = 0) -> Field:
    """u = x + 10 y + 100 z + 1000 t on a grid of 4, 5, ... points, or at scattered points."""
    names = coordinates.split()
    weights = {"x": 1.0, "y": 10.0, "z": 100.0, "t": 1000.0}
    if points:
        places = np.random.default_rng(0).random((points, dimension))
        grid = FieldOnGrid({}, {"u": places.sum(axis=1)}, {}, {}, places)
    else:
        axes = {name: np.linspace(0, k + 1, k + 4) for k, name in enumerate(names)}
        meshes = np.meshgrid(*axes.values(), indexing="ij")
        u = sum(weights[name] * mesh for name, mesh in zip(names, meshes, strict=True))
        grid = FieldOnGrid(axes, {"u": u}, {"u": u + 0.5}, {"pde": 0 * u})
    history = {name: np.arange(3.0) for name in ("step", "seconds", "loss")}
    return Field(grid, tuple(names), {"x": "m", "t": "s", "u": "K"}, {}, history,
                 {"problem": "heat", "network": "kan", "seed": 3}, has_time=has_time)  # fmt: skip


GRIDS = {
    "x t": field_of("x t", True),
    "x y t": field_of("x y t", True),
    "x y z t": field_of("x y z t", True),
    "x y": field_of("x y", False),
    "x": field_of("x", False),
}
SCATTERED = {
    "ball": field_of("x", False, 9, 10),
    "ball in time": field_of("x t", True, 9, 5),
    "plane": field_of("x y", False, 9, 2),
}
ALL = GRIDS | SCATTERED


@pytest.mark.parametrize("name", ALL)
def test_a_data_set_is_what_xarray_opens(name: str, tmp_path: Path) -> None:
    write_solution(tmp_path / "solution.nc", ALL[name])
    with xarray.open_dataset(tmp_path / "solution.nc", engine="h5netcdf") as opened:
        made = dataset_of(ALL[name])
        xarray.testing.assert_equal(made, opened)
        assert set(made.coords) == set(opened.coords)
        assert made["u"].attrs["units"] == opened["u"].attrs["units"] == "K"
        assert made.attrs["Conventions"] == opened.attrs["Conventions"]


def test_a_data_set_is_asked_by_name() -> None:
    data = dataset_of(GRIDS["x y t"])
    assert data["u"].dims == ("t", "y", "x")
    assert float(data["u"].sel(x=1.0, y=2.0, t=3.0)) == 3021.0


@pytest.mark.parametrize("name", ALL)
def test_a_table_has_a_row_for_each_point(name: str, tmp_path: Path) -> None:
    field = ALL[name]
    frame = dataframe_of(field)
    assert list(frame.columns[: len(field.column_names)]) == list(field.column_names)
    np.testing.assert_array_equal(frame["u"], field.grid.values["u"].ravel())
    export_field(tmp_path / "u.csv", field, "csv")
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "u.csv"), frame)
    back = read_table(tmp_path / "u.csv")
    for column, values in columns_of(field).items():
        np.testing.assert_array_equal(back[column], values)


def test_points_outside_the_domain_are_no_rows() -> None:
    field = field_of("x y", False)
    field.grid.values["u"][0, :] = np.nan
    assert len(columns_of(field)["u"]) == field.grid.values["u"].size - 5


@pytest.mark.parametrize("name", ALL)
def test_netcdf_is_a_solution_that_is_read(name: str, tmp_path: Path) -> None:
    export_field(tmp_path / "u.nc", ALL[name], "nc")
    back = read_solution(tmp_path / "u.nc")
    np.testing.assert_array_equal(back.grid.values["u"], ALL[name].grid.values["u"])
    assert back.coordinates == ALL[name].coordinates


@pytest.mark.parametrize("name", GRIDS)
def test_paraview_reads_grids_as_images_with_steps(name: str, tmp_path: Path) -> None:
    pyvista = pytest.importorskip("pyvista")
    field, path = GRIDS[name], tmp_path / "u.vtkhdf"
    export_field(path, field, "vtkhdf")
    reader = pyvista.get_reader(str(path))
    if field.has_time:
        vtk = reader.reader
        vtk.UpdateInformation()
        assert vtk.GetNumberOfSteps() == len(field.grid.axes["t"])
        vtk.SetStep(2)
    image = reader.read()
    image = image[0] if isinstance(image, pyvista.MultiBlock) else image
    if field.has_time:
        assert vtk.GetTimeValue() == field.grid.axes["t"][2]
    values = field.grid.values["u"]
    values = values[..., 2] if field.has_time else values
    assert image.dimensions[: values.ndim] == values.shape
    np.testing.assert_allclose(image["u"], values.ravel(order="F"))
    axis = field.grid.axes["x"]
    np.testing.assert_allclose(np.unique(image.points[:, 0]), axis)
    assert {"u", "u_reference", "u_error", "residual_pde"} <= set(image.point_data)


@pytest.mark.parametrize("name", SCATTERED)
def test_paraview_reads_points_as_an_unstructured_grid(name: str, tmp_path: Path) -> None:
    pyvista = pytest.importorskip("pyvista")
    field, path = SCATTERED[name], tmp_path / "u.vtkhdf"
    export_field(path, field, "vtkhdf")
    cloud = pyvista.read(str(path))
    assert (cloud.n_points, cloud.n_cells) == (9, 9)
    np.testing.assert_allclose(cloud["u"], field.grid.values["u"])
    assert field.grid.points is not None
    np.testing.assert_allclose(cloud.points[:, :2], field.grid.points[:, :2])
    assert set(field.column_names) <= set(cloud.point_data)


def test_vtkhdf_has_what_the_format_asks_for(tmp_path: Path) -> None:
    write_vtkhdf(tmp_path / "u.vtkhdf", GRIDS["x y t"])
    with h5py.File(tmp_path / "u.vtkhdf") as file:
        root = file["VTKHDF"]
        assert bytes(root.attrs["Type"]) == b"ImageData"
        assert root.attrs["WholeExtent"].tolist() == [0, 3, 0, 4, 0, 0]
        assert root["PointData/u"].shape == (6, 5, 4)
        assert root["Steps"].attrs["NSteps"] == 6
        assert root["Steps/PointDataOffsets/u"][...].tolist() == [0, 1, 2, 3, 4, 5]


def test_a_format_or_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match=r"no format 'vtu'; choose one of vtkhdf, nc, csv"):
        export_field(tmp_path / "u.vtu", GRIDS["x"], "vtu")
    for kind in FORMATS:
        with pytest.raises(UserError, match=r"there is no folder .*nowhere"):
            export_field(tmp_path / "nowhere" / "u", GRIDS["x"], kind)
        with pytest.raises(UserError, match=r"is a folder; name a file"):
            export_field(tmp_path, GRIDS["x"], kind)


TABLES = {
    "empty": ("", r"has no rows; expected a line of names and lines of numbers"),
    "names alone": ("x,t\n", r"has no rows"),
    "ragged": ("x,t\n1,2\n3\n", r"row 3: 1 cells, expected 2"),
    "word": ("x,t\n1,2\n3,four\n", r"row 3: t is 'four', expected a number"),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_that_cannot_be_read_is_one_clear_line(name: str, tmp_path: Path) -> None:
    text, message = TABLES[name]
    (tmp_path / "p.csv").write_text(text)
    with pytest.raises(UserError, match=message):
        read_table(tmp_path / "p.csv")
    with pytest.raises(UserError, match=r"cannot read"):
        read_table(tmp_path / "nowhere.csv")


def test_an_empty_cell_is_nan_and_every_digit_is_kept(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("\ufeffx, t\n0.1,\n\n2e-3,1\n", encoding="utf-8")
    table = read_table(tmp_path / "p.csv")
    np.testing.assert_array_equal(table["t"], [np.nan, 1.0])
    write_table(tmp_path / "q.csv", {"x": np.array([0.1, 1 / 3])})
    np.testing.assert_array_equal(read_table(tmp_path / "q.csv")["x"], [0.1, 1 / 3])


def test_without_xarray_the_way_to_install_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr("pinn_metakan.results.dataset.import_module", missing)
    with pytest.raises(
        UserError, match=r"xarray is not installed: pip install 'pinn_metakan\[data"
    ):
        dataset_of(GRIDS["x"])
    with pytest.raises(UserError, match=r"pandas is not installed"):
        dataframe_of(replace(GRIDS["x"]))
