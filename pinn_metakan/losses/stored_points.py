"""Points of a checkpoint, which may come from anyone, in the place of those that were drawn."""

from collections.abc import Mapping

from torch import Tensor

from pinn_metakan.errors import RunFolderError
from pinn_metakan.geometry.sampling import PointSet
from pinn_metakan.untrusted.shapes import refuse_other_shape


def stored_points(
    parts: Mapping[str, Tensor | None], like: PointSet, label: str, is_of_equations: bool
) -> PointSet:
    """Points as a checkpoint has them.

    Args:
        parts: Points (N, d), normals (N, d), weights of residuals, quadrature (Q,), by these names;
            files of version 0.1.0 have no weights, and those of 0.2.0 no quadrature.
        like: The points of the same term that have just been drawn.
        label: What messages call the term.
        is_of_equations: Whether there may be more or fewer of them.

    Returns:
        The points, on the device and in the dtype of those that were drawn.

    Raises:
        RunFolderError: If the term cannot have them.
    """
    place = f"points of {label}"
    points, normals = parts["points"], parts["normals"]
    weights, quadrature = parts.get("weights"), parts.get("quadrature")
    if points is None or len(points.shape) == 0 or len(points) == 0:
        raise RunFolderError(f"{place}: there are none")
    is_any = is_of_equations or "quadrature" not in parts
    count = len(points) if is_any else len(like.points)
    refuse_other_shape(points, (count, *like.points.shape[1:]), place)
    if (normals is None) != (like.normals is None):
        raise RunFolderError(f"{place}: expected {_told(like.normals)}, got {_told(normals)}")
    if normals is not None and like.normals is not None:
        refuse_other_shape(normals, (count, *like.normals.shape[1:]), f"{place}, normals")
    if quadrature is not None:
        nodes = 0 if like.quadrature is None else len(like.quadrature)
        refuse_other_shape(quadrature, (nodes,), f"{place}, quadrature")
    if weights is not None:
        residuals = weights.numel()  # one may compare several points
        if not 0 < residuals <= count or count % residuals != 0:
            raise RunFolderError(f"{place}: {residuals} weights for {count} points")
        refuse_other_shape(weights, (residuals,), f"{place}, weights")
    return PointSet(points, normals, weights, quadrature).to(like.points.device, like.points.dtype)


def _told(normals: Tensor | None) -> str:
    return "no normals" if normals is None else "normals"
