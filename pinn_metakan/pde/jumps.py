"""Jumps of functions along lines, told from steep smooth functions by halving intervals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.sampling import sample_interior

# The values of this file: docs/decisions/0007-rough-data.md.
#: Samples per line.
_SAMPLES = 257
#: How many differences between neighboring samples are examined: those that differ most from the
#: differences beside them.
_CANDIDATES = 12
#: Smallest difference that counts as a jump, relative to the range of the function on the line.
_SMALLEST = 1e-3
#: How often an interval is halved: to 1e-10 of the line. The difference over an interval halves
#: with it where the function is smooth, and stays what it was where it jumps.
_HALVINGS = 26
#: Over this many last halvings, a jump keeps more than this part of its difference.
_LAST, _LEFT = 8, 0.5


def find_jump(function: Callable[[Tensor], Tensor], noise: float = 0.0) -> float | None:
    """Find a place where a function on [0, 1] jumps.

    Args:
        function: Takes numbers (N,) in [0, 1], returns its values (N,) at them.
        noise: Difference of values that may be due to rounding.

    Returns:
        The place of the largest jump, None if there is none. Values that are not finite are left
        out.
    """
    s = torch.linspace(0.0, 1.0, _SAMPLES, dtype=torch.float64)
    values = function(s)
    steps = (values[1:] - values[:-1]).nan_to_num(0.0, 0.0, 0.0)
    beside = torch.cat([steps[:1], steps, steps[-1:]])
    odd = (steps - (beside[2:] + beside[:-2]) / 2).abs()
    odd[0], odd[-1] = (steps[0] - steps[1]).abs(), (steps[-1] - steps[-2]).abs()
    finite = values[torch.isfinite(values)]
    if len(finite) == 0:
        return None
    smallest = max(_SMALLEST * float(finite.max() - finite.min()), noise)
    most, cells = odd.topk(_CANDIDATES)
    cells = cells[most > smallest]
    if len(cells) == 0:
        return None
    low, high = s[cells], s[cells + 1]
    at_low, at_high = values[cells], values[cells + 1]
    before = torch.full_like(low, torch.inf)
    for halving in range(_HALVINGS):
        if halving == _HALVINGS - _LAST:
            before = (at_high - at_low).abs()
        middle = (low + high) / 2
        at_middle = function(middle)
        is_left = (at_middle - at_low).abs() >= (at_high - at_middle).abs()
        low, high = torch.where(is_left, low, middle), torch.where(is_left, middle, high)
        at_low = torch.where(is_left, at_low, at_middle)
        at_high = torch.where(is_left, at_middle, at_high)
    left = (at_high - at_low).abs()
    is_jump = (left > smallest) & (left > _LEFT * before)
    left = torch.where(is_jump, left, torch.zeros_like(left))
    worst = int(left.argmax())
    return float(low[worst] + high[worst]) / 2 if float(left[worst]) > 0 else None


@dataclass(frozen=True)
class Line:
    """A straight line within a domain.

    Args:
        start: Where it begins, shape (d,).
        end: Where it ends, shape (d,).
        axes: The coordinates that change along it.
    """

    start: Tensor
    end: Tensor
    axes: tuple[int, ...]

    def points(self, s: Tensor) -> Tensor:
        """Points (N, d) at the parts s (N,) of the line."""
        return self.start + s[:, None] * (self.end - self.start)


def lines_within(
    domain: Domain, axes: Sequence[int], count: int, generator: Generator
) -> list[Line]:
    """Draw lines through a domain.

    Args:
        domain: The domain.
        axes: Coordinates that lines shall run along.
        count: About how many lines in all; at least one for each coordinate, but no more than
            `count` coordinates are taken.
        generator: CPU generator.

    Returns:
        Lines along each coordinate from one bound to the other, where they do not leave the
        domain; where none fits, as in a ball, lines across its middle and elsewhere in it.
    """
    if not axes:
        return []
    chosen = [axes[k] for k in torch.randperm(len(axes), generator=generator)[:count].tolist()]
    each = max(1, count // len(chosen))

    def inside() -> Tensor:
        return sample_interior(domain, each, "sobol", generator).points

    lines, curved = [], []
    for axis in chosen:
        starts = inside()
        ends = starts.clone()
        starts[:, axis], ends[:, axis] = domain.bounds[axis]
        kept = _lines_inside(domain, starts, ends, (axis,))
        lines += kept
        curved += [] if kept else [axis]
    if curved:
        low, high = torch.tensor(domain.bounds, dtype=torch.float64).T
        is_fixed = [axis for axis in range(domain.dimension) if axis not in curved]
        for across in (True, False):
            starts = sample_interior(domain, count, "sobol", generator).points
            ends = low + high - starts if across else starts[torch.arange(count) - 1].clone()
            ends[:, is_fixed] = starts[:, is_fixed]
            lines += _lines_inside(domain, starts, ends, tuple(curved))
    return lines


def distinct(lines: Sequence[Line]) -> list[Line]:
    """Leave out lines that are there already, such as projections of parallel ones."""
    found = {(tuple(line.start.tolist()), tuple(line.end.tolist())): line for line in lines}
    return list(found.values())


def _lines_inside(
    domain: Domain, starts: Tensor, ends: Tensor, axes: tuple[int, ...]
) -> list[Line]:
    s = torch.linspace(0.0, 1.0, _SAMPLES, dtype=torch.float64)
    lines = [Line(a, b, axes) for a, b in zip(starts, ends, strict=True)]
    return [line for line in lines if bool(domain.contains(line.points(s)).all())]
