"""Metrics and HDF5: what is written is what is read, by this package, h5py and xarray."""

from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
import xarray

from pinn_metakan.errors import RunFolderError
from pinn_metakan.results.field import Field, FieldOnGrid
from pinn_metakan.results.hdf5 import read_solution, write_solution
from pinn_metakan.results.metrics import max_error, relative_l1, relative_l2

DATA = Path(__file__).parents[1] / "data" / "version-0.1.0"


def make_field(source: str = "class A: ...", scattered: bool = False) -> Field:
    x, t = np.linspace(0, 1, 5), np.linspace(0, 2, 4)
    values = np.outer(x, t)
    values[0, 0] = np.nan  # outside of the domain
    plane = FieldOnGrid({"x": x, "t": t}, {"u": values}, {"u": values + 0.5}, {"heat": values})
    points = np.random.default_rng(0).random((7, 2))
    loose = FieldOnGrid({}, {"u": points[:, 0]}, {"u": points[:, 1]}, {}, points)
    return Field(
        grid=loose if scattered else plane,
        coordinates=("x", "t"),
        units={"x": "m", "t": "s", "u": "K"},
        long_names={"x": "place", "t": "time", "u": "temperature"},
        history={"step": np.array([1.0, 2.0]), "seconds": np.array([0.1, 0.2]),
                 "loss": np.array([3.0, 2.0]), "relative_l2_u": np.array([0.5, 0.4])},
        attributes={"problem": "heat", "problem_source": source, "seed": 3, "seconds": 1.5},
        slice=plane if scattered else None,
        has_time=True,
    )  # fmt: skip


@pytest.mark.parametrize("scattered", [False, True])
def test_a_field_comes_back_as_it_was(tmp_path: Path, scattered: bool) -> None:
    field = make_field(scattered=scattered)
    write_solution(tmp_path / "solution.h5", field)
    back = read_solution(tmp_path / "solution.h5")
    for old, new in ((field.grid, back.grid), (field.slice, back.slice)):
        if old is None:
            assert new is None
            continue
        assert new is not None
        assert list(new.axes) == list(old.axes)
        np.testing.assert_array_equal(new.values["u"], old.values["u"])
        np.testing.assert_array_equal(new.errors["u"], old.errors["u"])
        assert set(new.residuals) == set(old.residuals)
    assert back.relative_l2 == field.relative_l2
    assert back.units == field.units
    assert back.long_names == field.long_names
    assert back.coordinates == ("x", "t")
    assert back.attributes["seed"] == 3
    np.testing.assert_array_equal(back.history["relative_l2_u"], [0.5, 0.4])


def test_xarray_opens_a_solution_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "solution.h5"
    write_solution(path, make_field())
    with xarray.open_dataset(path, engine="h5netcdf") as data:
        assert data["u"].dims == ("t", "x")  # the order of CF and VTK
        assert data["u_error"].attrs["units"] == "K"
        assert (data["t"].attrs["axis"], data["x"].attrs["axis"]) == ("T", "X")
        assert data["x"].attrs["long_name"] == "place"
        assert float(data["u"].sel(x=0.5, t=2.0)) == 1.0
        assert data.attrs["problem"] == "heat"
    with xarray.open_dataset(path, engine="h5netcdf", group="history") as history:
        assert history["loss"].dims == ("step",)


def test_xarray_opens_scattered_points_and_their_slice(tmp_path: Path) -> None:
    path = tmp_path / "solution.h5"
    write_solution(path, make_field(scattered=True))
    with xarray.open_dataset(path, engine="h5netcdf") as data:
        assert set(data.coords) == {"point", "x", "t"}
        assert data["u"].dims == data["x"].dims == ("point",)
        assert data.plot.scatter(x="x", y="u") is not None
    with xarray.open_dataset(path, engine="h5netcdf", group="slice") as data:
        assert data["u"].dims == ("t", "x")


@pytest.mark.parametrize("scattered", [False, True])
def test_what_xarray_writes_back_is_a_solution(tmp_path: Path, scattered: bool) -> None:
    field, path = make_field(scattered=scattered), tmp_path / "again.nc"
    write_solution(tmp_path / "solution.h5", field)
    with xarray.open_dataset(tmp_path / "solution.h5", engine="h5netcdf") as data:
        data.to_netcdf(path, engine="h5netcdf")
    back = read_solution(path)
    np.testing.assert_array_equal(back.grid.values["u"], field.grid.values["u"])
    assert (back.coordinates, back.has_time, back.units) == (("x", "t"), True, field.units)
    assert (back.relative_l2, back.attributes["seed"]) == (field.relative_l2, 3)
    assert back.history == {}  # of all groups, open_dataset reads the first


def test_a_file_says_what_cf_asks_for(tmp_path: Path) -> None:
    field = replace(make_field(), units={"x": "-", "t": "hours", "u": "°C"})
    write_solution(tmp_path / "solution.h5", field)
    with h5py.File(tmp_path / "solution.h5") as file:
        assert {"Conventions", "title", "history", "source"} <= set(file.attrs)
        assert file.attrs["format"] == 2
        units = [file[name].attrs["units"] for name in ("x", "t", "u", "residual_heat")]
        assert units == ["1", "h", "degC", "1"]  # as UDUNITS spells them
        assert file["history/seconds"].attrs["units"] == "s"
        assert file["history/step"].dtype == np.int64
    assert read_solution(tmp_path / "solution.h5").units == field.units
    with xarray.open_dataset(tmp_path / "solution.h5", engine="h5netcdf") as data:
        assert data["t"].dtype == np.float64  # no durations


def test_a_vector_coordinate_is_a_coordinate_for_each_component(tmp_path: Path) -> None:
    points = np.random.default_rng(0).random((7, 5))
    loose = FieldOnGrid({}, {"u": points[:, 0]}, {}, {}, points)
    field = replace(make_field(), grid=loose, units={"x": "m", "t": "s", "u": "K"})
    write_solution(tmp_path / "solution.h5", field)
    with xarray.open_dataset(tmp_path / "solution.h5", engine="h5netcdf") as data:
        assert set(data.coords) == {"point", "x1", "x2", "x3", "x4", "t"}
        assert data["x4"].attrs["units"] == "m"
        assert data["t"].attrs["axis"] == "T"
    back = read_solution(tmp_path / "solution.h5")
    np.testing.assert_array_equal(back.grid.points, points)
    assert back.units["x"] == "m"


def test_format_1_is_read() -> None:
    field = read_solution(DATA / "pair" / "solution.h5")
    assert field.grid.points is not None
    assert field.slice is not None
    assert "format" not in field.attributes


def test_h5py_finds_what_the_contract_names(tmp_path: Path) -> None:
    path = tmp_path / "solution.h5"
    write_solution(path, make_field())
    with h5py.File(path) as file:
        assert {"x", "t", "u", "u_reference", "u_error", "residual_heat", "history"} == set(file)
        assert file["x"].is_scale
        assert file["u"].dtype == np.float64
        assert file.attrs["max_error_u"] == 0.5
        assert {"relative_l2_u", "relative_l1_u"} <= set(file.attrs)


def test_the_disagreement_of_two_networks_is_stored_beside_the_error(tmp_path: Path) -> None:
    field = make_field()
    apart = {"u": np.abs(0.5 * field.grid.values["u"])}
    field = replace(field, grid=replace(field.grid, disagreements=apart))
    write_solution(tmp_path / "solution.h5", field)
    with h5py.File(tmp_path / "solution.h5") as file:
        np.testing.assert_array_equal(file["u_disagreement"][...], apart["u"].T)
        assert file["u_disagreement"].attrs["units"] == "K"
        assert file["u_disagreement"].dims[0].keys() == ["t"]
        assert file.attrs["disagreement_u"] == pytest.approx(0.5)
        assert file.attrs["max_disagreement_u"] == 1.0
    assert read_solution(tmp_path / "solution.h5").disagreement == field.disagreement


def test_a_long_problem_file_fits(tmp_path: Path) -> None:
    source = "# a long file\n" * 20_000
    write_solution(tmp_path / "s.h5", make_field(source))
    assert read_solution(tmp_path / "s.h5").attributes["problem_source"] == source


def test_the_same_field_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.h5", "b.h5"):
        write_solution(tmp_path / name, make_field())
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "solution.h5"
    write_solution(path, make_field())
    before = path.read_bytes()

    def full_disk(*arguments: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("pinn_metakan.results.hdf5._write_columns", full_disk)
    with pytest.raises(OSError, match="no space"):
        write_solution(path, make_field())
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("content", [b"", b"not HDF5", None])
def test_what_is_no_solution_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "solution.h5"
    if content is None:
        with h5py.File(path, "w") as file:
            file["something"] = [1, 2, 3]
    else:
        path.write_bytes(content)
    with pytest.raises(
        RunFolderError, match=r"is not a solution of this|no HDF5 file that can be read"
    ):
        read_solution(path)
    with pytest.raises(RunFolderError, match="no solution file"):
        read_solution(tmp_path / "missing.h5")


def test_metrics_follow_their_formulas_and_skip_the_outside() -> None:
    values = np.array([[3.0, np.nan], [0.0, 5.0]])
    reference = np.array([[0.0, np.nan], [0.0, 1.0]])
    assert relative_l2(values, reference) == pytest.approx(5.0)
    assert relative_l1(values, reference) == pytest.approx(7.0)
    assert max_error(values, reference) == pytest.approx(4.0)
    assert relative_l2(values, 0 * reference) == pytest.approx(np.sqrt(34))
