"""Regions from files: polygons in GeoJSON or WKT, closed surfaces in STL, OBJ or PLY."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch

from pinn_metakan.errors import UserError
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.polygon import Polygon
from pinn_metakan.geometry.segment import Segment, distance_from_segments
from pinn_metakan.geometry.surface import read_surface

#: How far vertices may be from a line that names edges, relative to its length.
_ON_LINE = 1e-6
_SURFACES = (".stl", ".obj", ".ply")

Chain = list[tuple[float, float]]


@dataclass
class _Outline:
    """A polygon of a file.

    Args:
        chains: Its outer vertices, then those of each hole.
        name: What the file calls it; may be empty.
        holes: Vertices of holes by their names.
    """

    chains: list[Chain]
    name: str
    holes: dict[str, Chain] = field(default_factory=dict)


def region_from_file(path: str | Path) -> Domain:
    """Read a region from a file.

    A `.geojson` or `.json` file holds polygons: the region is all of them. A feature's `name` is
    that of the outer part of its boundary; a polygon inside another one is a hole of it, called by
    its name; lines on the outer boundary give their name to the edges that lie on them. A `.wkt`
    file holds a `POLYGON` or a `MULTIPOLYGON`. Files `.stl`, `.obj` and `.ply` hold a closed
    surface in space, the part "surface"; they need `pinn_metakan[geometry]`, and all conditions on
    it are soft.

    Args:
        path: The file.

    Returns:
        A Polygon, a union of several, or the inside of a surface.

    Raises:
        UserError: If the file is not there, is damaged, or holds no region.
    """
    path = Path(path)
    kind = path.suffix.lower()
    if not path.is_file():
        raise UserError(f"there is no file {path}")
    try:
        if kind in (".geojson", ".json"):
            return _region(*_from_geojson(json.loads(path.read_text(encoding="utf-8"))))
        if kind == ".wkt":
            return _region(_from_wkt(path.read_text(encoding="utf-8")), {})
        if kind in _SURFACES:
            return read_surface(path)
    except (ValueError, OverflowError, RecursionError) as error:  # of JSON, and no text, too
        raise UserError(f"{path} holds no region: {error}") from None
    known = ", ".join((".geojson", ".json", ".wkt", *_SURFACES))
    raise UserError(f"{path}: a region is read from {known}")


def _region(outlines: list[_Outline], lines: Mapping[str, Sequence[Chain]]) -> Domain:
    if not outlines:
        raise ValueError("there is no polygon in it")
    for outline in outlines:
        for number, chain in enumerate(outline.chains[1:]):
            outline.holes[f"hole{number + 1}"] = chain
    inner = [each for each in outlines if any(_is_in(each, other) for other in outlines)]
    whole = [each for each in outlines if each not in inner]
    for each in inner:
        if each.holes:
            raise ValueError(f"the polygon {each.name!r}, inside another one, has holes itself")
        outer = next((other for other in whole if _is_in(each, other)), None)
        if outer is None:
            raise ValueError(f"the polygon {each.name!r} is drawn twice, or lies in one that does")
        name = each.name or f"hole{len(outer.holes) + 1}"
        if name in outer.holes:
            raise ValueError(f"two holes are called {name!r}")
        outer.holes[name] = each.chains[0]
    found: list[Domain] = []
    named: set[str] = set()
    for outline in whole:
        names = {
            name: sorted({edge for line in of_name for edge in _edges_on(outline.chains[0], line)})
            for name, of_name in lines.items()
        }
        names = {name: edges for name, edges in names.items() if edges}
        named |= set(names)
        polygon: Domain = Polygon(outline.chains[0], outline.holes, names)
        if outline.name and "outer" in polygon.parts:
            polygon = polygon.named({"outer": outline.name})
        found.append(polygon)
    unused = sorted(set(lines) - named)
    if unused:
        raise ValueError(
            f"no outer edge lies on the line {unused[0]!r}; a hole is named by its polygon"
        )
    return reduce(lambda a, b: a | b, found)


def _is_in(inner: _Outline, outer: _Outline) -> bool:
    if inner is outer:
        return False
    points = torch.tensor(inner.chains[0], dtype=torch.float64)
    return bool(Polygon(outer.chains[0]).contains(points).all())


def _edges_on(chain: Chain, line: Chain) -> list[int]:
    """Numbers of the edges whose ends and middles lie on a line."""
    pieces = [Segment(a, b, ()) for a, b in pairwise(line) if a != b]
    if not pieces:
        raise ValueError("a line needs two points")
    start = torch.tensor(chain, dtype=torch.float64)
    start = start[:-1] if chain[0] == chain[-1] else start
    end = start.roll(-1, dims=0)
    near = [
        distance_from_segments(pieces, points).min(dim=1).values
        <= _ON_LINE * sum(piece.size for piece in pieces)
        for points in (start, end, (start + end) / 2)
    ]
    return torch.stack(near).all(dim=0).nonzero()[:, 0].tolist()


def _from_geojson(tree: Any) -> tuple[list[_Outline], dict[str, list[Chain]]]:
    outlines: list[_Outline] = []
    lines: dict[str, list[Chain]] = {}

    def read(part: Any, name: str) -> None:
        kind = part.get("type") if isinstance(part, dict) else None
        if kind == "FeatureCollection":
            for feature in _listed(part.get("features"), "features"):
                read(feature, name)
        elif kind == "Feature":
            properties = part.get("properties")
            given = properties.get("name") if isinstance(properties, dict) else None
            if part.get("geometry") is not None:
                read(part["geometry"], str(given) if given else name)
        elif kind == "GeometryCollection":
            for geometry in _listed(part.get("geometries"), "geometries"):
                read(geometry, name)
        elif kind in ("Polygon", "MultiPolygon"):
            given = _listed(part.get("coordinates"), "coordinates")
            for rings in [given] if kind == "Polygon" else given:
                outlines.append(_Outline([_chain(ring) for ring in _listed(rings, kind)], name))
        elif kind == "LineString":
            if not name:
                raise ValueError("a line that names edges needs properties with a name")
            lines.setdefault(name, []).append(_chain(part.get("coordinates")))
        else:
            raise ValueError(f"GeoJSON of type {kind!r} is no region; write Polygon features")

    read(tree, "")
    return outlines, lines


def _listed(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise ValueError(f"{what} must be a list that is not empty")
    return value


def _chain(value: Any) -> Chain:
    points = _listed(value, "a line of points")
    try:
        return [(float(point[0]), float(point[1])) for point in points]
    except (TypeError, ValueError, IndexError, KeyError, OverflowError):
        raise ValueError("points must be [x, y], two numbers each") from None


def _from_wkt(text: str) -> list[_Outline]:
    """The polygons of well-known text, whose brackets become those of JSON."""
    match = re.fullmatch(
        r"\s*(SRID=\d+;)?\s*(MULTIPOLYGON|POLYGON)\s*Z?\s*(\(.*\))\s*", text, re.S | re.I
    )
    if match is None:
        raise ValueError("WKT of a region begins with POLYGON or MULTIPOLYGON")
    number = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
    body = re.sub(
        rf"({number})\s+({number})(?:\s+{number})?",
        lambda m: f"[{float(m[1])!r},{float(m[2])!r}]",
        match[3],
    )
    try:
        rings = json.loads(body.replace("(", "[").replace(")", "]"))
    except ValueError:
        raise ValueError(
            "brackets and numbers of the WKT do not fit; write POLYGON ((0 0, 1 0, 1 1, 0 0))"
        ) from None
    polygons: Sequence[Any] = [rings] if match[2].upper() == "POLYGON" else rings
    return [
        _Outline([_chain(ring) for ring in _listed(each, "a polygon")], "") for each in polygons
    ]
