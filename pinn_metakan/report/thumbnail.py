"""A solution as a small picture."""

import struct
import zlib

import numpy as np
from matplotlib import colormaps
from matplotlib.tri import LinearTriInterpolator, Triangulation

from pinn_metakan.results.field import Field, FieldOnMesh
from pinn_metakan.results.metrics import Array

#: Size of the picture [pixels].
_WIDTH, _HEIGHT = 96, 64
#: Points of a mesh along each side of a pixel.
_FINER = 3
_BLUE, _WHITE = (31, 119, 180), (255, 255, 255)


def thumbnail(field: Field) -> bytes | None:
    """Draw the first unknown: as a line, or in colors over two coordinates.

    Of more coordinates two of space are drawn, or space and time, at the end of time and in the
    middle of all others; scattered fields are drawn on their plane.

    Args:
        field: The solution.

    Returns:
        A PNG file, None if there is nothing to draw.
    """
    grid = field.slice if field.slice is not None else field.grid
    names = list(grid.axes)
    mesh = field.mesh
    if mesh is not None and names[:2] == list(mesh.names):
        return _png(_triangles(mesh, field.time))
    values = next(iter(grid.values.values()))
    if not names or not np.isfinite(values).any():
        return None
    if len(names) == 1:
        return _png(_line(values))
    time = field.coordinates[-1] if field.has_time else None
    space = [n for n in names if n != time and n not in field.solution_parameters]
    across, up = [*space, *(n for n in names if n == time), *field.solution_parameters][:2]
    last = {name: len(grid.axes[name]) - 1 for name in names if name == time}
    index = tuple(
        slice(None) if name in (across, up) else last.get(name, len(grid.axes[name]) // 2)
        for name in names
    )
    plane = values[index]
    if names.index(across) < names.index(up):
        plane = plane.T  # (up, across)
    rows = np.linspace(plane.shape[0] - 1, 0, _HEIGHT).round().astype(int)
    columns = np.linspace(0, plane.shape[1] - 1, _WIDTH).round().astype(int)
    return _png(_colored(plane[np.ix_(rows, columns)]))


def _shares(values: Array) -> Array:
    """Values between their smallest, 0, and their largest, 1."""
    finite = np.where(np.isfinite(values), values, np.nan)
    if not np.isfinite(finite).any():
        return finite
    low, high = np.nanmin(finite), np.nanmax(finite)
    return (finite - low) / ((high - low) or 1.0)


def _colored(values: Array) -> np.ndarray:
    """Colors of a map, (height, width, 3); white where there is no value."""
    shares = _shares(values)
    colors = colormaps["viridis"](np.nan_to_num(shares))[..., :3] * 255
    return np.where(np.isfinite(shares)[..., None], colors, _WHITE).astype(np.uint8)


def _triangles(mesh: FieldOnMesh, time: str | None) -> np.ndarray:
    """Colors of a mesh at the last time, mixed with white where a pixel is half outside."""
    values = next(iter(mesh.fields.values.values()))
    _, *others = mesh.fields.axes
    sizes = dict(zip(others, values.shape[1:], strict=True))
    chosen = (sizes[name] - 1 if name == time else sizes[name] // 2 for name in others)
    index: tuple[slice | int, ...] = (slice(None), *chosen)
    (left, low), (right, high) = mesh.points.min(axis=0), mesh.points.max(axis=0)
    across = left + (right - left) * (np.arange(_WIDTH * _FINER) + 0.5) / (_WIDTH * _FINER)
    up = high - (high - low) * (np.arange(_HEIGHT * _FINER) + 0.5) / (_HEIGHT * _FINER)
    triangles = Triangulation(mesh.points[:, 0], mesh.points[:, 1], mesh.cells)
    found = LinearTriInterpolator(triangles, values[index])(*np.meshgrid(across, up))
    fine = _colored(found.filled(np.nan))
    return fine.reshape(_HEIGHT, _FINER, _WIDTH, _FINER, 3).mean(axis=(1, 3)).astype(np.uint8)


def _line(values: Array) -> np.ndarray:
    """A curve in blue on white, (height, width, 3)."""
    picture = np.full((_HEIGHT, _WIDTH, 3), _WHITE, dtype=np.uint8)
    places = np.linspace(0, len(values) - 1, _WIDTH).round().astype(int)
    shares = _shares(values)[places]
    levels = (_HEIGHT - 4) - np.nan_to_num(shares) * (_HEIGHT - 8)
    for column in range(_WIDTH):
        if not np.isfinite(shares[column]):
            continue
        before = levels[max(column - 1, 0)] if np.isfinite(shares[max(column - 1, 0)]) else None
        ends = [levels[column], levels[column] if before is None else before]
        picture[int(min(ends)) : int(max(ends)) + 2, column] = _BLUE
    return picture


def _png(pixels: np.ndarray) -> bytes:
    """A PNG file of colors, (height, width, 3)."""
    height, width, _ = pixels.shape
    lines = b"".join(b"\0" + row.tobytes() for row in pixels)  # each line without a filter
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )
