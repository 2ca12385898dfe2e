"""Jumps of functions along lines: found by halving, however steep a smooth function may be."""

from collections.abc import Callable

import torch
from torch import Tensor

#: Samples of a line.
_SAMPLES = 257
#: Differences between neighbors that are looked at, the largest first.
_CANDIDATES = 12
#: A smaller difference, relative to the range of the function on the line, is no jump.
_SMALLEST = 1e-3
#: How often an interval is halved: to 1e-10 of the line. The difference over an interval halves
#: with it where the function is smooth, and stays where it jumps.
_HALVINGS = 26
#: Part of a difference that is left when its interval has become small, if there is a jump.
_LEFT = 0.5


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
    differences = (values[1:] - values[:-1]).abs().nan_to_num(0.0, 0.0, 0.0)
    finite = values[torch.isfinite(values)]
    if len(finite) == 0:
        return None
    smallest = max(
        _SMALLEST * float(finite.max() - finite.min()), 1e-12 * float(finite.abs().max())
    )
    first, cells = differences.topk(_CANDIDATES)
    is_large = first > smallest
    first, cells = first[is_large], cells[is_large]
    if len(cells) == 0:
        return None
    low, high = s[cells], s[cells + 1]
    at_low, at_high = values[cells], values[cells + 1]
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        at_middle = function(middle)
        is_left = (at_middle - at_low).abs() >= (at_high - at_middle).abs()
        low, high = torch.where(is_left, low, middle), torch.where(is_left, middle, high)
        at_low = torch.where(is_left, at_low, at_middle)
        at_high = torch.where(is_left, at_middle, at_high)
    left = (at_high - at_low).abs()
    left = torch.where(left > _LEFT * first, left, torch.zeros_like(left))
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
