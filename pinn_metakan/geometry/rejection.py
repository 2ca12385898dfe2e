"""Points of a part of a surface from unit numbers, by rejection."""

from collections.abc import Callable

from torch import Generator, Tensor

from pinn_metakan.geometry.sequences import draw_unit

#: Most draws until all points are kept ones (docs/decisions/0035-domains.md).
_DRAWS = 200


def accepted(
    at: Callable[[Tensor], tuple[Tensor, Tensor]],
    kept: Callable[[Tensor, Tensor], Tensor],
    unit: Tensor,
) -> tuple[Tensor, Tensor]:
    """Map unit numbers to points that are kept; others take the place of those that are not.

    Args:
        at: Maps unit numbers (N, k) to points and normals (N, d).
        kept: Which of them are kept, (N,).
        unit: Shape (N, k); the same numbers give the same points, whatever was drawn before.

    Returns:
        Points and normals, (N, d) each.

    Raises:
        ValueError: If next to none is kept.
    """
    points, normals = at(unit)
    generator = Generator().manual_seed(int(2**40 * float(unit.sum())) % (2**31 - 1))
    for _ in range(_DRAWS):
        missing = (~kept(points, normals)).nonzero()[:, 0]
        if len(missing) == 0:
            return points, normals
        again = draw_unit("sobol", len(missing), unit.shape[1], generator)
        points[missing], normals[missing] = at(again)
    raise ValueError(f"{len(missing)} of {len(unit)} points of a boundary could not be drawn")
