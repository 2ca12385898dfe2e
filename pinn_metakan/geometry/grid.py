"""Grids on which solutions are compared and stored."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.mesh import Mesh
from pinn_metakan.geometry.sampling import sample_interior

#: Name of the axis that counts the vertices of a mesh.
VERTEX = "point"
#: Points of a line of which the second is the middle.
_ENDS_AND_MIDDLE = 3


@dataclass(frozen=True)
class Grid:
    """Points of a domain, and how values at them are laid out.

    Args:
        axes: The 1-D coordinates of a product grid by name; empty for scattered points.
        points: Those points that lie in the domain, shape (M, d), float64.
        inside: Which points of the layout they are, shape of the layout.
    """

    axes: Mapping[str, NDArray[np.float64]]
    points: Tensor
    inside: NDArray[np.bool_]

    def laid_out(self, values: Tensor) -> NDArray[np.float64]:
        """Put values (M,) in the shape of the layout, NaN outside the domain."""
        array = np.full(self.inside.shape, np.nan)
        array[self.inside] = values.detach().cpu().double().numpy()
        return array


def product_grid(domain: Domain, names: Sequence[str], shape: Sequence[int]) -> Grid:
    """Make a grid over the bounds of a domain, ends included.

    Args:
        domain: The domain; points outside of it are left out.
        names: One for each coordinate.
        shape: Number of points along each coordinate.

    Returns:
        The grid.

    Raises:
        ValueError: If the shape does not have one number of at least 2 for each coordinate.
    """
    if len(shape) != domain.dimension or min(shape) < 2:
        expected = f"{domain.dimension} numbers of at least 2"
        raise ValueError(f"the shape of the grid must have {expected}, got {list(shape)}")
    axes = [_line(domain, axis, count) for axis, count in enumerate(shape)]
    points = torch.stack([m.flatten() for m in torch.meshgrid(*axes, indexing="ij")], dim=1)
    return _kept_inside(domain, dict(zip(names, axes, strict=True)), points)


def plane(domain: Domain, axes: Mapping[str, int], count: int) -> Grid:
    """Make a two-dimensional grid through the center of a domain.

    Args:
        domain: The domain.
        axes: Name and column of the two coordinates that vary.
        count: Points along each.

    Returns:
        The grid; its points have all d columns.
    """
    columns = range(domain.dimension)
    center = torch.stack([_line(domain, axis, _ENDS_AND_MIDDLE)[1] for axis in columns])
    lines = {name: _line(domain, axis, count) for name, axis in axes.items()}
    points = center.repeat(math.prod(len(line) for line in lines.values()), 1)
    for axis, mesh in zip(
        axes.values(), torch.meshgrid(*lines.values(), indexing="ij"), strict=True
    ):
        points[:, axis] = mesh.flatten()
    return _kept_inside(domain, lines, points)


def over_mesh(mesh: Mesh, others: Mapping[str, NDArray[np.float64]]) -> Grid:
    """Put the vertices of a mesh at all values of further coordinates.

    Args:
        mesh: A mesh of space.
        others: The 1-D coordinates of what is no space by name, in the order of the columns.

    Returns:
        The grid, whose first axis is the number of the vertex.
    """
    lines = [torch.from_numpy(axis) for axis in others.values()]
    count = len(mesh.points)
    vertices = torch.arange(count, dtype=torch.float64)
    numbers, *values = torch.meshgrid(vertices, *lines, indexing="ij")
    space = torch.from_numpy(mesh.points)[numbers.flatten().long()]
    points = torch.cat([space, *(value.reshape(-1, 1) for value in values)], dim=1)
    axes = {VERTEX: vertices.numpy(), **others}
    return Grid(axes, points, np.ones(numbers.shape, dtype=bool))


def scattered(domain: Domain, count: int) -> Grid:
    """Spread points over a domain, always the same ones."""
    generator = Generator().manual_seed(0)
    points = sample_interior(domain, count, "sobol", generator).points
    return Grid({}, points, np.ones(count, dtype=bool))


def _line(domain: Domain, axis: int, count: int) -> Tensor:
    """Coordinates from one bound to the other, evenly on their scale, (count,)."""
    low, high = torch.tensor(domain.bounds[axis], dtype=torch.float64)
    if axis not in domain.logarithmic_axes:
        return torch.linspace(float(low), float(high), count, dtype=torch.float64)
    line = torch.linspace(float(low.log()), float(high.log()), count, dtype=torch.float64).exp()
    line[0], line[-1] = low, high
    return line


def _kept_inside(domain: Domain, axes: Mapping[str, Tensor], points: Tensor) -> Grid:
    inside = domain.contains(points)
    shape = [len(axis) for axis in axes.values()]
    return Grid(
        {name: axis.numpy() for name, axis in axes.items()},
        points[inside],
        inside.numpy().reshape(shape),
    )
