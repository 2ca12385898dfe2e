"""Patches of one domain, cut by another."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Generator, Tensor

from pinn_metakan.geometry.patch import Patch
from pinn_metakan.geometry.rejection import accepted
from pinn_metakan.geometry.sequences import draw_unit
from pinn_metakan.geometry.trimming import trimmed

# All: docs/decisions/0035-domains.md.
#: Places on all curves together where cuts are looked for; on each at least.
_PLACES, _FEWEST = 16_384, 64
#: Halvings that find a cut; pieces that are shorter, in parts of the curve, are rounding.
_HALVINGS, _SHORTEST = 48, 1e-6
#: Points that tell how much of a surface is kept; less is nothing.
_POINTS, _LEAST = 2**16, 1e-4

#: Takes points (N, d) and normals (N, d), tells which are kept.
Kept = Callable[[Tensor, Tensor], Tensor]
#: Takes points (N, d), gives (N,) numbers that change where a curve may be cut.
Label = Callable[[Tensor], Tensor]


def cut(
    patches: Sequence[Patch], kept: Kept, labels: Sequence[Label], inside: Label
) -> list[list[Patch]]:
    """Cut patches to what is kept of them.

    Args:
        patches: Those of one domain.
        kept: Which of their points are kept.
        labels: What changes where they meet the other domain, the more exact ones first.
        inside: A function that is positive where they are kept, and vanishes where surfaces are
            cut.

    Returns:
        The pieces of each.
    """
    total = sum(patch.size for patch in patches)
    found: list[list[Patch]] = []
    for patch in patches:
        if patch.between(0.0, 1.0) is not None:
            places = max(_FEWEST, round(_PLACES * patch.size / total))
            found.append(_pieces(patch, kept, labels, places))
        else:
            found.append(_trimmed(patch, kept, inside))
    return found


def _pieces(patch: Patch, kept: Kept, labels: Sequence[Label], places: int) -> list[Patch]:
    """The pieces of a curve between the places where a label changes."""
    cuts = [0.0, 1.0]
    for label in labels:
        found = _changes(patch, label, places)
        cuts += [u for u in found if all(abs(u - other) > _SHORTEST for other in cuts)]
    pairs = list(pairwise(sorted(cuts)))
    middles = torch.tensor([[(a + b) / 2] for a, b in pairs], dtype=torch.float64)
    is_kept = kept(*patch.at(middles)).tolist()
    return [
        piece
        for low_end, high_end in _joined(
            [pair for pair, keep in zip(pairs, is_kept, strict=True) if keep],
            _is_closed(patch),
        )
        if (piece := patch.between(low_end, high_end)) is not None
    ]


def _changes(patch: Patch, label: Label, places: int) -> list[float]:
    """The unit numbers at which the label of a curve changes."""

    def label_at(unit: Tensor) -> Tensor:
        return label(patch.at(unit[:, None])[0])

    unit = torch.linspace(0, 1, places + 1, dtype=torch.float64)
    labels = label_at(unit)
    changes = (labels[1:] != labels[:-1]).nonzero()[:, 0]
    low, high, before = unit[changes], unit[changes + 1], labels[changes]
    for _ in range(_HALVINGS if len(changes) else 0):
        middle = (low + high) / 2
        is_before = label_at(middle) == before
        low, high = torch.where(is_before, middle, low), torch.where(is_before, high, middle)
    return ((low + high) / 2).tolist()


def _is_closed(patch: Patch) -> bool:
    (first, last), _ = patch.at(torch.tensor([[0.0], [1.0]], dtype=torch.float64))
    return float((first - last).norm()) < _SHORTEST * patch.size


def _joined(pairs: list[tuple[float, float]], is_closed: bool) -> list[tuple[float, float]]:
    """Pairs of numbers, those that follow each other in one."""
    found: list[tuple[float, float]] = []
    for low, high in pairs:
        if found and low - found[-1][1] <= _SHORTEST:
            found[-1] = (found[-1][0], high)
        else:
            found.append((low, high))
    if is_closed and len(found) > 1 and found[0][0] == 0.0 and found[-1][1] == 1.0:
        (_, high), (low, _) = found[0], found[-1]
        return [*found[1:-1], (low, 1.0 + high)]
    return found


def _trimmed(patch: Patch, kept: Kept, inside: Label) -> list[Patch]:
    unit = draw_unit("sobol", _POINTS, patch.unit_dimension, Generator().manual_seed(0))
    share = float(kept(*patch.at(unit)).double().mean())
    if share < _LEAST:
        return []
    return [patch] if share == 1.0 else [TrimmedPatch(patch, kept, inside, share)]


class TrimmedPatch(Patch):
    """What is kept of a surface, by rejection.

    Args:
        patch: The surface.
        kept: Which of its points are kept.
        inside: As for `cut`.
        share: The part of its area that is kept, 0 to 1.
    """

    def __init__(self, patch: Patch, kept: Kept, inside: Label, share: float):
        self._patch, self._kept, self._inside, self._share = patch, kept, inside, share
        self.names, self.has_away = patch.names, patch.has_away

    @property
    def size(self) -> float:
        """A part of that of the surface."""
        return self._share * self._patch.size

    @property
    def unit_dimension(self) -> int:
        """That of the surface."""
        return self._patch.unit_dimension

    def at(self, unit: Tensor) -> tuple[Tensor, Tensor]:
        """Draw on the surface; the numbers choose other points for those that are not kept."""
        return accepted(self._patch.at, self._kept, unit)

    def away(self, points: Tensor) -> Tensor:
        """Trim what vanishes on the surface."""
        return trimmed(self._patch.away(points), self._inside(points))

    def holds(self, points: Tensor, tolerance: float) -> Tensor:
        """Ask the surface, and whether a point is on the side that is kept."""
        is_on = self._patch.holds(points, tolerance)
        return is_on & (self._inside(points) >= -tolerance)

    def called(self, *names: str) -> "Patch":
        """Make the same patch with other names."""
        return TrimmedPatch(self._patch.called(*names), self._kept, self._inside, self._share)

    def flipped(self) -> "Patch":
        """Exchange the sides."""
        return TrimmedPatch(self._patch.flipped(), self._flipped_kept, self._inside, self._share)

    def _flipped_kept(self, points: Tensor, normals: Tensor) -> Tensor:
        return self._kept(points, -normals)
