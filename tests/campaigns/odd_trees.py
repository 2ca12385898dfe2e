"""Trees of tables and lists with a value that does not belong there."""

import copy
import math
from random import Random
from typing import Any

import torch
from torch import Tensor

#: Values that are of another kind than what stands there, or far out of its range.
ODD: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 7, 10**6, 2**63, 10**400, 0.5, -2.5, 1e300, math.nan, math.inf),
    *("", "x", "metakan", "../../etc/passwd", "a" * 5000, "\0", "\x1b[2J", "\ud800"),
    *([], {}, [[]], [1, 2], ["a"], {"a": 1}, {"": {}}, {"__tensor__": "t0"}),
)


def odd_value(random: Random) -> Any:
    """A value that nobody expects."""
    return copy.deepcopy(random.choice(ODD))


def odd_tensor(value: Tensor, random: Random) -> Tensor:
    """A tensor of another shape, kind or numbers."""
    wide = value.to(torch.float64) if value.dtype == torch.bool else value
    made = [
        wide.reshape(-1)[:-1], torch.cat([wide.reshape(-1)] * 2), wide[None], torch.zeros(0),
        wide.to(torch.float32), wide.to(torch.int64), torch.zeros(3, 5, dtype=torch.float64),
        torch.tensor(1.0, dtype=torch.float64), wide.to(torch.float16),
        torch.full_like(wide.to(torch.float64), math.nan),
        torch.full_like(wide.to(torch.float64), 1e308),
    ]  # fmt: skip
    return random.choice(made)


def with_odd_value(tree: Any, random: Random, depth: int = 0) -> Any:
    """A copy of a tree with one value replaced, taken away, or put to where there was none."""
    if isinstance(tree, dict) and tree:
        found = dict(tree)
        key = random.choice(sorted(tree, key=str))
        act = random.randrange(12)
        if act == 0:
            del found[key]
        elif act == 1:
            found[random.choice(["more", "", "steps"])] = odd_value(random)
        elif act == 2:
            found[key] = odd_value(random)
        else:
            found[key] = with_odd_value(tree[key], random, depth + 1)
        return found
    if isinstance(tree, list) and tree:
        listed, place = list(tree), random.randrange(len(tree))
        act = random.randrange(8)
        if act == 0:
            del listed[place]
        elif act == 1:
            listed.append(odd_value(random))
        else:
            listed[place] = with_odd_value(tree[place], random, depth + 1)
        return listed
    if isinstance(tree, Tensor) and random.randrange(3):
        return odd_tensor(tree, random)
    return odd_value(random)


def nested(depth: int, text: str = "") -> str:
    """JSON that is nested so deep."""
    return "[" * depth + text + "]" * depth if not text else '{"a":' * depth + "1" + "}" * depth
