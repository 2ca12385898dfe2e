"""The inside of a closed surface of triangles."""

import math
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor

from pinn_metakan.errors import UserError
from pinn_metakan.geometry.domain import ROUNDING, Domain
from pinn_metakan.geometry.patch import Patch
from pinn_metakan.geometry.probing import size_of

#: Pairs of points and triangles that are looked at together.
_PAIRS = 1_000_000


class TriangleSurface(Patch):
    """Triangles in space, counterclockwise seen from outside.

    Args:
        corners: Shape (T, 3, 3), float64.
        names: See `Patch`.
    """

    has_away = False

    def __init__(self, corners: Tensor, names: tuple[str, ...]):
        self.corners, self.names = corners, names
        a, b, c = corners.unbind(1)
        crossed = torch.linalg.cross(b - a, c - a)
        self._areas = crossed.norm(dim=1) / 2
        self.normals = crossed / (2 * self._areas[:, None])

    @property
    def size(self) -> float:
        """Its area."""
        return float(self._areas.sum())

    @property
    def unit_dimension(self) -> int:
        """How many unit random numbers one of its points takes."""
        return 2

    def at(self, unit: Tensor) -> tuple[Tensor, Tensor]:
        """Choose a triangle by its area, and a point on it."""
        ends = self._areas.cumsum(0)
        place = unit[:, 0] * ends[-1]
        which = torch.bucketize(place, ends).clamp(max=len(ends) - 1)
        left = ((place - (ends - self._areas)[which]) / self._areas[which]).clamp(0.0, 1.0)
        root = left.sqrt()[:, None]
        a, b, c = self.corners[which].unbind(1)
        points = (1 - root) * a + root * (1 - unit[:, 1:2]) * b + root * unit[:, 1:2] * c
        return points, self.normals[which]

    def away(self, points: Tensor) -> Tensor:
        """Refuse: no smooth function is known.

        Raises:
            NotImplementedError: Always.
        """
        raise NotImplementedError("no smooth function is known that vanishes on a surface")

    def holds(self, points: Tensor, tolerance: float) -> Tensor:
        """Compare the distance from the planes of triangles whose bounds a point is in."""
        found = torch.zeros(len(points), dtype=torch.bool, device=points.device)
        corners, normals = self.corners.to(points), self.normals.to(points)
        low, high = corners.amin(dim=1) - tolerance, corners.amax(dim=1) + tolerance
        chunk = max(1, _PAIRS // len(corners))
        for start in range(0, len(points), chunk):
            near = points[start : start + chunk, None]  # (n, 1, 3)
            rows, which = ((near >= low) & (near <= high)).all(dim=2).nonzero().unbind(1)
            is_on = _are_on(near[rows, 0], corners[which], normals[which], tolerance)
            found[start + rows[is_on]] = True
        return found

    def called(self, *names: str) -> "TriangleSurface":
        """Make the same surface with other names."""
        return TriangleSurface(self.corners, names)

    def flipped(self) -> "TriangleSurface":
        """Walk around triangles the other way."""
        return TriangleSurface(self.corners.flip(1), self.names)


class Enclosed(Domain):
    """The inside of a closed surface; `region_from_file` makes one.

    A point is inside where the solid angles of all triangles add up to 4 pi, and outside where
    they add up to 0.

    Args:
        corners: Of its triangles, (T, 3, 3), float64, counterclockwise seen from outside.
        shown: Where they are from.

    Source: Van Oosterom, Strackee, IEEE Trans. Biomed. Eng. 30 (1983) 125-126.
    """

    boundary_unit_dimension = 2

    def __init__(self, corners: Tensor, shown: str):
        self._surface = TriangleSurface(corners, ("surface",))
        self._shown = shown
        low, high = corners.amin(dim=(0, 1)).tolist(), corners.amax(dim=(0, 1)).tolist()
        self.bounds = tuple(zip(low, high, strict=True))
        a, b, c = corners.unbind(1)
        self.volume = float((a * torch.linalg.cross(b, c)).sum()) / 6

    @cached_property
    def patches(self) -> tuple[Patch, ...]:
        """The surface."""
        return (self._surface,)

    def __repr__(self) -> str:
        return f"region_from_file({self._shown!r})"

    def boundary(self, unit: Tensor) -> tuple[Tensor, Tensor]:
        """Draw on the surface."""
        return self._surface.at(unit)

    def contains(self, points: Tensor) -> Tensor:
        """Sum the solid angles of triangles: 4 pi inside, 0 outside."""
        corners = self._surface.corners.to(points)
        inside = []
        chunk = max(1, _PAIRS // len(corners))
        for part in points.split(chunk):
            a, b, c = (corners[:, k] - part[:, None] for k in range(3))  # (n, T, 3)
            la, lb, lc = (side.norm(dim=2) for side in (a, b, c))
            volume = (a * torch.linalg.cross(b, c)).sum(dim=2)
            ab, bc, ca = ((p * q).sum(dim=2) for p, q in ((a, b), (b, c), (c, a)))
            angle = 2 * torch.atan2(volume, la * lb * lc + ab * lc + bc * la + ca * lb)
            inside.append(angle.sum(dim=1) > 2 * math.pi)
        is_inside = torch.cat(inside) if inside else torch.zeros(0, dtype=torch.bool)
        outside = ~is_inside
        margin = ROUNDING * size_of(self.bounds)
        is_inside[outside] = self._surface.holds(points[outside], margin)
        return is_inside

    def factor(self, points: Tensor) -> Tensor | None:
        """No function is known; conditions are soft."""
        return None

    def patches_factor(self, points: Tensor, patches: Sequence[Patch]) -> Tensor | None:
        """No function is known; conditions are soft."""
        return None


def read_surface(path: Path) -> Enclosed:
    """Read a closed surface of triangles with trimesh.

    Args:
        path: The file.

    Returns:
        Its inside.

    Raises:
        UserError: If trimesh is not installed.
        ValueError: If the file cannot be read, or its surface is not closed.
    """
    try:
        import trimesh
    except ImportError:
        raise UserError(f"{path}: install pinn_metakan[geometry] to read surfaces") from None
    try:
        mesh = trimesh.load_mesh(str(path), process=True)
        mesh.merge_vertices()
        corners = torch.from_numpy(mesh.triangles.copy()).double()
    except Exception as error:  # what a reader raises for a damaged file is its own affair
        raise ValueError(f"it cannot be read: {' '.join(str(error).split())}") from None
    if len(corners) == 0:
        raise ValueError("there is no triangle in it")
    if not mesh.is_watertight or not mesh.is_winding_consistent:
        raise ValueError(
            "its surface is not closed: each edge must belong to two triangles that are walked "
            "around alike; repair it, for example with trimesh.repair"
        )
    a, b, c = corners.unbind(1)
    corners = corners[torch.linalg.cross(b - a, c - a).norm(dim=1) > 0]
    is_inward = float((a * torch.linalg.cross(b, c)).sum()) < 0
    return Enclosed(corners.flip(1) if is_inward else corners, str(path))


def _are_on(points: Tensor, corners: Tensor, normals: Tensor, tolerance: float) -> Tensor:
    """Whether each point is on its triangle, within a distance."""
    a = corners[:, 0]
    height = ((points - a) * normals).sum(dim=1)
    is_on = height.abs() <= tolerance
    for k in range(3):
        start, end = corners[:, k], corners[:, (k + 1) % 3]
        inward = torch.linalg.cross(normals, end - start)
        inward = inward / inward.norm(dim=1, keepdim=True)
        is_on &= ((points - start) * inward).sum(dim=1) >= -tolerance
    return is_on
