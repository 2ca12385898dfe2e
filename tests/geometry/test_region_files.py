"""Regions from files: polygons with named parts, unions, closed surfaces, files that hold none."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Generator

from pinn_metakan.errors import UserError
from pinn_metakan.geometry.region_files import region_from_file
from pinn_metakan.geometry.sampling import sample_boundary, sample_interior
from pinn_metakan.pde.domain_check import check_domain

SQUARE = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]
SMALL = [[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]]
FAR = [[6, 0], [7, 0], [7, 1], [6, 0]]


def feature(kind: str, coordinates: object, name: str | None = None) -> dict[str, Any]:
    properties = None if name is None else {"name": name}
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def written(tmp_path: Path, *features: dict[str, Any]) -> Path:
    path = tmp_path / "plate.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}))
    return path


def test_features_name_the_outer_part_the_holes_and_edges(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        feature("Polygon", [SQUARE, [[3, 3], [3.5, 3], [3, 3.5], [3, 3]]], "plate"),
        feature("Polygon", [SMALL], "pipe"),
        feature("LineString", [[0, 4], [0, 0]], "inlet"),
    )
    region = region_from_file(path)
    check_domain(region)
    assert set(region.parts) == {"plate", "inlet", "hole1", "pipe"}
    assert region.volume == pytest.approx(16 - 1 - 1 / 8)
    assert region.part_size("plate") == pytest.approx(12)
    assert region.part_size("inlet") == pytest.approx(4)
    assert region.part_size("pipe") == pytest.approx(4)


def test_polygons_apart_are_one_region(tmp_path: Path) -> None:
    region = region_from_file(written(tmp_path, feature("MultiPolygon", [[SQUARE], [FAR]])))
    check_domain(region)
    assert region.parts == ("outer", "outer2")
    assert region.volume == pytest.approx(16.5)
    assert region.contains(torch.tensor([[1.0, 1.0], [6.9, 0.5], [5.0, 0.5]])).tolist() == [
        True,
        True,
        False,
    ]


def test_well_known_text_is_read(tmp_path: Path) -> None:
    path = tmp_path / "plate.wkt"
    path.write_text("POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0),\n (1 1, 1 2, 2e0 2, 2 1, 1 1))")
    region = region_from_file(path)
    assert region.parts == ("outer", "hole1")
    assert region.volume == pytest.approx(15)
    path.write_text("MULTIPOLYGON (((0 0, 1 0, 0 1, 0 0)), ((5 5, 6 5, 5 6, 5 5)))")
    assert region_from_file(path).volume == pytest.approx(1.0)


def test_areas_are_those_of_shapely(tmp_path: Path) -> None:
    shapely = pytest.importorskip("shapely")
    generator = Generator().manual_seed(0)
    angle = torch.linspace(0, 2 * math.pi, 40)[:-1]
    radius = 1 + 0.5 * torch.rand(len(angle), generator=generator)
    star = torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1).double()
    path = tmp_path / "star.wkt"
    shape = shapely.Polygon(star.tolist())
    path.write_text(shape.wkt)
    region = region_from_file(path)
    assert region.volume == pytest.approx(shape.area)
    assert region.part_size("outer") == pytest.approx(shape.length)
    points = 3 * torch.rand(500, 2, generator=generator).double() - 1.5
    expected = [shape.covers(shapely.Point(point)) for point in points.tolist()]
    assert region.contains(points).tolist() == expected
    check_domain(region)


def test_the_inside_of_a_closed_surface_is_a_region(tmp_path: Path) -> None:
    trimesh = pytest.importorskip("trimesh")
    path = tmp_path / "ball.stl"
    ball = trimesh.creation.icosphere(subdivisions=2, radius=2.0)
    ball.invert()  # a file may have it the other way round
    ball.export(path)
    region = region_from_file(path)
    check_domain(region)
    assert region.parts == ("surface",)
    assert region.volume == pytest.approx(abs(ball.volume), rel=1e-5)
    assert region.part_size("surface") == pytest.approx(ball.area, rel=1e-5)
    at = sample_boundary(region, 300, "sobol", Generator().manual_seed(0))
    assert at.normals is not None
    assert region.contains(at.points).all()
    assert region.on_part(at.points, "surface").all()
    assert ((at.points * at.normals).sum(dim=1) > 1.8).all()
    inside = sample_interior(region, 300, "sobol", Generator().manual_seed(0)).points
    assert float(inside.norm(dim=1).max()) < 2.0
    assert float(inside.square().sum(dim=1).mean()) == pytest.approx(0.6 * 4, rel=0.05)


def test_a_surface_that_is_open_is_refused(tmp_path: Path) -> None:
    trimesh = pytest.importorskip("trimesh")
    path = tmp_path / "open.obj"
    box = trimesh.creation.box()
    trimesh.Trimesh(box.vertices, box.faces[:-1]).export(path)
    with pytest.raises(UserError, match=r"open\.obj holds no region: its surface is not closed"):
        region_from_file(path)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.geojson", "{", "holds no region: Expecting"),
        ("a.geojson", '{"type": "Point", "coordinates": [0, 0]}', "of type 'Point' is no region"),
        ("a.geojson", '{"type": "FeatureCollection", "features": []}', "features must be a list"),
        ("a.geojson", '{"type": "Polygon", "coordinates": [[[0, 0], [1]]]}', "points must be"),
        ("a.geojson", '{"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}', "at least three"),
        ("a.geojson", json.dumps(feature("LineString", [[0, 0], [1, 1]])), "needs properties"),
        ("a.geojson", json.dumps(feature("LineString", [[0, 0], [1, 1]], "x")), "no polygon in it"),
        ("a.wkt", "POINT (1 2)", "begins with POLYGON"),
        ("a.wkt", "POLYGON ((0 0, 1 0", "begins with POLYGON"),
        ("a.wkt", "POLYGON ((0 0, one 0, 0 1))", "holds no region"),
        ("a.shp", "", r"a region is read from \.geojson, \.json, \.wkt, \.stl"),
        ("deep.geojson", "[" * 100_000, "holds no region"),
        ("long.geojson", '{"type": "Polygon", "coordinates": [[[1' + "0" * 400 + ", 0]]]}", "two"),
        ("text.geojson", '{"type": "Polygon", "coordinates": [[["a", "b"]]]}', "two numbers"),
        ("open.wkt", "POLYGON ((0 0, 1 0, 1 1)", "brackets and numbers of the WKT do not fit"),
    ],
)
def test_a_file_without_a_region_is_refused_in_one_line(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(UserError, match=message) as failure:
        region_from_file(tmp_path / name)
    assert "\n" not in str(failure.value)


def test_a_damaged_surface_or_none_is_refused_in_one_line(tmp_path: Path) -> None:
    pytest.importorskip("trimesh")
    (tmp_path / "a.ply").write_bytes(b"ply\nformat nonsense\n")
    with pytest.raises(UserError, match=r"a\.ply holds no region: "):
        region_from_file(tmp_path / "a.ply")
    with pytest.raises(UserError, match="there is no file"):
        region_from_file(tmp_path / "b.stl")


def test_a_line_that_no_edge_lies_on_is_refused(tmp_path: Path) -> None:
    line = feature("LineString", [[0, 0], [4, 4]], "inlet")
    with pytest.raises(UserError, match="no outer edge lies on the line 'inlet'"):
        region_from_file(written(tmp_path, feature("Polygon", [SQUARE]), line))


def test_lines_of_one_name_name_all_their_edges(tmp_path: Path) -> None:
    lines = [feature("LineString", [[0, y], [4, y]], "g") for y in (0, 4)]
    region = region_from_file(written(tmp_path, feature("Polygon", [SQUARE]), *lines))
    assert region.part_size("g") == pytest.approx(8)


def test_a_polygon_that_is_drawn_twice_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, *[feature("Polygon", [SQUARE], "plate")] * 2)
    with pytest.raises(UserError, match="the polygon 'plate' is drawn twice"):
        region_from_file(path)
