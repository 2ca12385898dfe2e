"""The figures of a run: which files there are, and of which format."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from drawn_fields import make_field, scattered_field
from matplotlib.image import imread

from pinn_metakan.errors import UserError
from pinn_metakan.plotting.comparison import draw_comparison
from pinn_metakan.plotting.figures import draw_all, draw_chosen
from pinn_metakan.results.comparison import Compared, compare


@pytest.mark.parametrize("name", ["$x", r"$\frac{$", "\udcff", "a" * 100_000, "two\nlines\0"])
@pytest.mark.filterwarnings("ignore:constrained_layout not applied")
def test_any_name_of_a_problem_and_a_network_is_drawn(name: str, tmp_path: Path) -> None:
    field = make_field(2)
    named = replace(field, attributes={**field.attributes, "problem": name, "network": name})
    paths = draw_all(named, tmp_path, dpi=30)
    assert all(np.ptp(imread(path)[..., :3]) == 1.0 for path in paths)
    drawn = draw_comparison(compare([Compared(name, named), Compared("other", field)]), tmp_path)
    assert [path.name for path in drawn] == ["history.png", "difference.png"]


@pytest.mark.parametrize("unit", ["$", r"$\frac{$", r"$\nope{x}$", "m$", r"$\alpha$", "^_#&~"])
def test_any_unit_and_name_of_an_axis_is_drawn(unit: str, tmp_path: Path) -> None:
    field = make_field(2)
    told = dict.fromkeys([*field.grid.axes, *field.grid.values], unit)
    paths = draw_all(replace(field, units=told, long_names=told), tmp_path, dpi=30)
    assert all(np.ptp(imread(path)[..., :3]) == 1.0 for path in paths)


@pytest.mark.parametrize("dimension", [1, 2, 3])
@pytest.mark.parametrize("with_reference", [True, False])
@pytest.mark.parametrize("has_time", [True, False])
def test_every_shape_of_field_is_drawn(
    dimension: int, with_reference: bool, has_time: bool, tmp_path: Path
) -> None:
    field = make_field(dimension, with_reference, has_time)
    paths = draw_all(field, tmp_path, dpi=30)
    names = {"solution.png", "history.png"}
    if dimension == 2 and has_time:
        names.add("profiles.png")
    assert {path.name for path in paths} == names
    assert all(np.ptp(imread(path)[..., :3]) == 1.0 for path in paths)  # from black to white


def test_scattered_fields_are_drawn_on_their_plane(tmp_path: Path) -> None:
    assert len(draw_all(scattered_field(), tmp_path, dpi=30)) == 2


@pytest.mark.parametrize(
    ("format", "begins"), [("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<?xml")]
)
def test_a_format_is_what_its_file_holds_and_the_same_bytes_each_time(
    format: str, begins: bytes, tmp_path: Path
) -> None:
    paths = draw_all(make_field(1), tmp_path, format, 40)
    assert [path.name for path in paths] == [f"solution.{format}", f"history.{format}"]
    contents = [path.read_bytes() for path in paths]
    assert all(content.startswith(begins) for content in contents)
    again = draw_all(make_field(1), tmp_path, format, 40)
    assert [path.read_bytes() for path in again] == contents


def test_resolution_is_dots_per_inch(tmp_path: Path) -> None:
    widths = []
    for dpi in (30, 60):
        path = draw_chosen(make_field(1), tmp_path, ["u"], {}, dpi=dpi)
        widths.append(imread(path).shape[1])
    assert widths[1] == pytest.approx(2 * widths[0], abs=1)


def test_what_is_asked_for_has_a_file_of_its_own(tmp_path: Path) -> None:
    path = draw_chosen(make_field(3), tmp_path, ["u_error"], {"t": 0.5}, "pdf", 30)
    assert path.name == "solution-u_error-t=0.5.pdf"
    assert path.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("format", "dpi", "message"),
    [
        ("jpg", 110, "format 'jpg': figures are written as png, pdf, svg"),
        ("gif", 110, "format 'gif': figures are written as png, pdf, svg"),
        ("png", 5, "dpi 5: expected 20 to 1200 dots per inch"),
        ("png", 100_000, "dpi 100000: expected 20 to 1200"),
    ],
)
def test_other_formats_and_resolutions_are_refused(
    format: str, dpi: int, message: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=message):
        draw_all(make_field(1), tmp_path, format, dpi)
    assert list(tmp_path.iterdir()) == []
