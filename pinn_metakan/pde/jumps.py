"""Jumps of functions along lines: found by halving, however steep a smooth function may be."""

from collections.abc import Callable

import torch
from torch import Tensor

#: Samples of a line.
_SAMPLES = 257
#: Differences between neighbors that are looked at: those that differ most from their own
#: neighbors.
_CANDIDATES = 12
#: A smaller difference, relative to the range of the function on the line, is no jump.
_SMALLEST = 1e-3
#: How often an interval is halved: to 1e-10 of the line. The difference over an interval halves
#: with it where the function is smooth, and stays what it was where it jumps.
_HALVINGS = 26
#: The last halvings, and the part of a difference that a jump leaves of it over them.
_LAST, _LEFT = 8, 0.5


def find_jump(function: Callable[[Tensor], Tensor]) -> float | None:
    """Find a place where a function on [0, 1] jumps.

    Args:
        function: Takes numbers (N,) in [0, 1], gives (N,), the value at each number alone.

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
    smallest = max(
        _SMALLEST * float(finite.max() - finite.min()), 1e-12 * float(finite.abs().max())
    )
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


def lines_within(
    inside: Callable[[Tensor], Tensor], starts: Tensor, ends: Tensor
) -> list[tuple[Tensor, Tensor]]:
    """Keep those straight lines that do not leave a domain.

    Args:
        inside: Tells which points (N, d) lie in it.
        starts: Where the lines begin, shape (M, d).
        ends: Where they end, shape (M, d).

    Returns:
        Pairs of points (d,).
    """
    s = torch.linspace(0.0, 1.0, _SAMPLES, dtype=starts.dtype)[:, None]
    pairs = zip(starts, ends, strict=True)
    return [(a, b) for a, b in pairs if bool(inside(a + s * (b - a)).all())]
