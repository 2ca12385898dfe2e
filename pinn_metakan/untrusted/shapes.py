"""Shapes of tensors that may come from anyone: those of what they are put in the place of."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pinn_metakan.errors import RunFolderError

if TYPE_CHECKING:
    from torch import Tensor


def refuse_unlike(found: "Tensor", like: "Tensor", place: str) -> None:
    """Refuse a tensor that torch could not put in the place of another, or would repeat to fit.

    Args:
        found: The tensor.
        like: What it is put in the place of.
        place: What messages call it.

    Raises:
        RunFolderError: If it has another shape, or one of the two has whole numbers.
    """
    if found.is_floating_point() != like.is_floating_point():
        raise RunFolderError(f"{place}: expected numbers like {like.dtype}, got {found.dtype}")
    if found.shape != like.shape:
        raise RunFolderError(
            f"{place}: expected the shape {tuple(like.shape)}, got {tuple(found.shape)}"
        )


def refuse_other_shape(found: "Tensor", shape: Sequence[int], place: str) -> None:
    """Refuse a tensor of another shape, or one of whole numbers; as for `refuse_unlike`."""
    if not found.is_floating_point():
        raise RunFolderError(f"{place}: expected floating-point numbers, got {found.dtype}")
    if tuple(found.shape) != tuple(shape):
        raise RunFolderError(
            f"{place}: expected the shape {tuple(shape)}, got {tuple(found.shape)}"
        )


def refuse_other_count(found: int, count: int, place: str, what: str) -> None:
    """Refuse a list or table of another length.

    Args:
        found: Its length.
        count: What it must have.
        place: What messages call it.
        what: What it holds, in the plural.

    Raises:
        RunFolderError: If it has another length.
    """
    if found != count:
        raise RunFolderError(f"{place}: expected {count} {what}, got {found}")
