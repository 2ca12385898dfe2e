"""Data from tables of text and from netCDF."""

from pathlib import Path

import h5py
import numpy as np
import pytest
from scipy.io import netcdf_file

from pinn_metakan.errors import ProblemError
from pinn_metakan.pde.observed_files import observed_from_file

TABLE = "x,t,temperature,error\n0.1,0.5,1.5,0.1\n0.2,0.5,,0.1\n0.3,0.6,2.5,0.2\n"
COLUMNS = {"x": [0.1, 0.2, 0.3], "t": [0.5, 0.5, 0.6], "temperature": [1.5, -99.0, 2.5]}


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_is_read_without_rows_that_lack_a_value(separator: str, tmp_path: Path) -> None:
    path = tmp_path / "rod.csv"
    path.write_text(TABLE.replace(",", separator))
    seen = observed_from_file(path, ("x", "t"), u="temperature", sigma="error")
    assert seen.place.points.tolist() == [[0.1, 0.5], [0.3, 0.6]]
    assert seen.values["u"].tolist() == [1.5, 2.5]
    assert "sigma=0.1 to 0.2" in repr(seen)


@pytest.mark.parametrize("kind", ["classic", "hdf5"])
def test_netcdf_is_read_without_what_is_missing(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "rod.nc"
    if kind == "hdf5":
        with h5py.File(path, "w") as file:
            for name, values in COLUMNS.items():
                file.create_dataset(name, data=np.array(values)).attrs["_FillValue"] = -99.0
    else:
        with netcdf_file(path, "w") as file:
            file.createDimension("row", 3)
            for name, values in COLUMNS.items():
                variable = file.createVariable(name, "d", ("row",))
                variable[:] = np.array(values)
                variable._FillValue = -99.0
    seen = observed_from_file(path, ("x", "t"), u="temperature", sigma="estimate")
    assert seen.place.points.tolist() == [[0.1, 0.5], [0.3, 0.6]]
    assert seen.values["u"].tolist() == [1.5, 2.5]


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        (TABLE, "heat", "has no column 'heat'; there are x, t, temperature, error"),
        ("x,t,u\n1,2\n", "u", "cannot be read as a table of text: each line must have 3 columns"),
        ("x,t,u\n1,2,hot\n", "u", "cannot be read as a table of text: could not convert"),
        ("x,t,u\n", "u", "has no row in which all of x, t, u are"),
    ],
)
def test_what_is_no_table_is_refused(text: str, column: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "rod.csv").write_text(text)
    with pytest.raises(ProblemError, match=message):
        observed_from_file(tmp_path / "rod.csv", ("x", "t"), u=column)


def test_a_file_that_is_not_there_is_refused() -> None:
    with pytest.raises(ProblemError, match=r"there is no file nowhere\.csv"):
        observed_from_file("nowhere.csv", ("x",), u="u")


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (10**14, "cannot be read as netCDF: u has 100000000000000 entries, more than the 10000000"),
        (10**7, r"cannot be read as netCDF: u has 10000000 entries, more than a file of \d+ bytes"),
    ],
)
def test_a_variable_that_is_larger_than_its_file_is_refused(
    entries: int, message: str, tmp_path: Path
) -> None:
    with h5py.File(tmp_path / "rod.nc", "w") as file:
        file.create_dataset("u", shape=(entries,), chunks=(1000,), dtype="f8")
        file["x"] = np.arange(3.0)
    with pytest.raises(ProblemError, match=message):
        observed_from_file(tmp_path / "rod.nc", ("x",), u="u")


def test_variables_that_nobody_named_are_not_read(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "rod.nc", "w") as file:
        file.create_dataset("large", shape=(10**14,), chunks=(1000,), dtype="f8")
        file["nowhere"] = h5py.SoftLink("/gone")
        file["x"] = file["u"] = np.arange(3.0)
    assert observed_from_file(tmp_path / "rod.nc", ("x",), u="u").values["u"].tolist() == [0, 1, 2]
    with pytest.raises(ProblemError, match="no column 'heat'; there are large, u, x"):
        observed_from_file(tmp_path / "rod.nc", ("x",), u="heat")


def test_a_lack_of_memory_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: Path) -> None:
        raise MemoryError

    (tmp_path / "rod.csv").write_text(TABLE)
    monkeypatch.setattr("pinn_metakan.pde.observed_files._text", fail)
    with pytest.raises(ProblemError, match="as a table of text: there is not enough memory"):
        observed_from_file(tmp_path / "rod.csv", ("x",), u="u")


def test_a_classic_file_that_is_cut_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rod.nc"
    with netcdf_file(path, "w") as file:
        file.createDimension("row", 30)
        file.createVariable("u", "d", ("row",))[:] = np.arange(30.0)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ProblemError, match=r"rod\.nc cannot be read as netCDF: "):
        observed_from_file(path, ("u",), u="u")


PACKING = {
    "scale_factor": np.float64(0.01),
    "add_offset": np.float64(5.0),
    "_FillValue": np.int16(-1),
}


@pytest.mark.parametrize("kind", ["classic", "hdf5"])
def test_packed_values_are_unpacked_after_what_is_missing_is_left_out(
    kind: str, tmp_path: Path
) -> None:
    path, stored = tmp_path / "rod.nc", np.array([100, 200, -1, -2, 400], dtype="i2")
    packing = PACKING | {"missing_value": np.array([-2, -3], dtype="i2")}
    if kind == "hdf5":
        with h5py.File(path, "w") as file:
            file["x"] = np.arange(5.0)
            file["u"] = stored
            file["u"].attrs.update(packing)
    else:
        with netcdf_file(path, "w") as file:
            file.createDimension("row", 5)
            file.createVariable("x", "d", ("row",))[:] = np.arange(5.0)
            variable = file.createVariable("u", "i2", ("row",))
            variable[:] = stored
            for name, value in packing.items():
                setattr(variable, name, value)
    seen = observed_from_file(path, ("x",), u="u")
    assert seen.place.points[:, 0].tolist() == [0.0, 1.0, 4.0]
    assert seen.values["u"] == pytest.approx([6.0, 7.0, 9.0], rel=1e-15)


def test_a_missing_value_is_compared_in_the_type_that_is_stored(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "rod.nc", "w") as file:
        file["x"] = np.arange(2.0)
        file["u"] = np.array([1.5, -999.9], dtype="f4")
        file["u"].attrs["missing_value"] = -999.9
    assert observed_from_file(tmp_path / "rod.nc", ("x",), u="u").values["u"].tolist() == [1.5]


def test_a_scale_that_is_no_number_is_refused(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "rod.nc", "w") as file:
        file["x"] = file["u"] = np.arange(2.0)
        file["u"].attrs["scale_factor"] = "large"
    with pytest.raises(ProblemError, match="cannot be read as netCDF: could not convert string"):
        observed_from_file(tmp_path / "rod.nc", ("x",), u="u")
