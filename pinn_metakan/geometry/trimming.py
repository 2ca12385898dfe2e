r"""Functions that vanish on a part of a curve or a surface, and on several of them.

A curve f = 0 is cut to where t >= 0, and functions of several curves are joined:

.. math:: \phi = \sqrt{f^2 + \left(\frac{\sqrt{t^2 + f^2} - t}{2}\right)^2}, \qquad
    \phi = \frac{1}{1/\phi_1 + \dots + 1/\phi_n}

Both are smooth but at ends and vertices, where second derivatives grow like 1 / distance
(docs/decisions/0035-domains.md).

Source: Rvachev, Theory of R-functions, 1982; Sukumar, Srivastava, Comput. Methods Appl. Mech.
Engrg. 389 (2022) 114333, with f^4 in the place of f^2.
"""

import torch
from torch import Tensor

#: Rounding of points on a curve is below this power of the precision: 4e-10 in float64.
_ROUNDING = 0.6


def rounding_of(values: Tensor) -> float:
    """How far points on a curve may be from it for rounding, relative to its length."""
    return float(torch.finfo(values.dtype).eps ** _ROUNDING)


def trimmed(f: Tensor, t: Tensor) -> Tensor:
    """Evaluate a function that vanishes where f = 0 and t >= 0, and is positive elsewhere.

    Args:
        f: Any shape; vanishes to first order on the curve [-].
        t: The same shape; not negative on the part of the curve that is meant [-].

    Returns:
        About abs(f) near that part. Derivatives are finite on it: where f = 0, those from the side
        on which f is positive; at its ends, 0.
    """
    rounding = rounding_of(f)
    is_end = (f.abs() <= rounding) & (t.abs() <= rounding)
    t = torch.where(is_end, torch.ones_like(t), t)
    is_kept = t > 0
    root = (t.square() + f.square()).sqrt()
    # On the part: abs(f) sqrt(1 + (s / f)^2), where s / f has no division by f.
    total = torch.where(is_kept, root + t, torch.ones_like(t))
    near = positive(f) * (1 + (f / (2 * total)).square()).sqrt()
    s = (root - t) / 2
    square = torch.where(is_kept, torch.ones_like(f), f.square() + s.square())
    value = torch.where(is_kept, near, square.sqrt())
    return torch.where(is_end, torch.zeros_like(value), value)


def positive(f: Tensor) -> Tensor:
    """The absolute value, with the derivatives of f itself where f vanishes but for rounding.

    Args:
        f: Any shape, at most about 1 [-].

    Returns:
        The same shape; where f is rounding below zero, f.
    """
    rounding = rounding_of(f)
    return f * torch.where(f < -rounding, -torch.ones_like(f), torch.ones_like(f))


def narrowed(t: Tensor, other: Tensor, f: Tensor) -> Tensor:
    """Evaluate what is not negative, where f = 0, exactly where t and another function are not.

    Args:
        t: Any shape.
        other: t', the same shape.
        f: The same shape.

    Returns:
        The R-conjunction t + t' - (t^2 + t'^2 + f^2)^(1/2), smooth off the curve for f^2, with
        finite derivatives everywhere.
    """
    square = t.square() + other.square() + f.square()
    is_end = square == 0
    root = torch.where(is_end, torch.ones_like(square), square).sqrt()
    return t + other - torch.where(is_end, torch.zeros_like(root), root)


def joined(values: Tensor) -> Tensor:
    """Join functions: the result vanishes to first order where one of them does.

    Args:
        values: Not negative, shape (N, n).

    Returns:
        1 / (1 / v_1 + ... + 1 / v_n), shape (N,), with finite derivatives also where it is 0.
    """
    if values.shape[1] == 1:
        return values[:, 0]
    which = values.detach().argmin(dim=1, keepdim=True)
    lowest = values.gather(1, which)  # (N, 1)
    is_lowest = torch.zeros_like(values, dtype=torch.bool).scatter(1, which, True)
    is_safe = (values > 0) & ~is_lowest
    ratios = lowest / torch.where(is_safe, values, torch.ones_like(values))
    total = 1 + torch.where(is_safe, ratios, torch.zeros_like(ratios)).sum(dim=1)
    return lowest[:, 0] / total
