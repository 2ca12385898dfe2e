r"""Chebyshev polynomials of tanh x, and combinations of them without a table of them all.

With t = tanh x a derivative in x is a polynomial of t again, as dt/dx = 1 - t^2:

.. math:: \frac{d}{dx} T_k(t) = (1 - t^2) T_k'(t),

of one degree more. So E combinations and all their derivatives are one product of a small matrix
and the polynomials T_0(t) ... T_{n + order}(t).
"""

from functools import cache
from typing import Any

import numpy as np
import torch
from numpy.polynomial import chebyshev
from torch import Tensor


def combined_chebyshev(
    x: Tensor, coefficients: Tensor, lowest: int, order: int
) -> tuple[Tensor, ...]:
    r"""Evaluate psi_e(x) = sum_k c_ek T_{lowest + k}(tanh x) and its derivatives.

    Args:
        x: Inputs, shape (N, i).
        coefficients: c, shape (E, D).
        lowest: Degree of the first polynomial.
        order: Highest derivative in x.

    Returns:
        psi, psi', ... up to the order, shape (E, N, i) each; they can be differentiated once where
        the order is above 0, and any number of times where it is 0.
    """
    if order == 0:
        return (_products(x, coefficients, lowest, 0)[0],)
    found = _ChebyshevOfTanh.apply(x, coefficients, lowest, order)
    assert isinstance(found, Tensor)
    return found.unbind(0)


def chebyshev_basis(x: Tensor, count: int, lowest: int, order: int) -> tuple[Tensor, ...]:
    """Evaluate the polynomials themselves and their derivatives.

    Args:
        x: Inputs, shape (N, i).
        count: D.
        lowest: Degree of the first polynomial.
        order: Highest derivative in x.

    Returns:
        B, B', ... up to the order, shape (D, N, i) each; they can be differentiated any number of
        times.
    """
    return _products(x, torch.eye(count, dtype=x.dtype, device=x.device), lowest, order).unbind(0)


class _ChebyshevOfTanh(torch.autograd.Function):
    """The polynomials are evaluated again in the backward pass instead of being kept."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, coefficients: Tensor, lowest: int, order: int) -> Tensor:
        ctx.save_for_backward(x, coefficients)
        ctx.lowest, ctx.order = lowest, order
        return _products(x, coefficients, lowest, order)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, slopes: Tensor) -> tuple[Tensor, Tensor | None, None, None]:
        x, coefficients = ctx.saved_tensors
        order, functions = ctx.order, len(coefficients)
        maps = _maps(coefficients, ctx.lowest, order + 1)  # (order + 2, D, Q)
        basis = _polynomials(torch.tanh(x).flatten(), maps.shape[2])  # (Q, N i)
        following = (coefficients @ maps[1:]).flatten(0, 1) @ basis  # psi', psi'', ...
        by_x = (slopes.flatten(0, 1).flatten(1) * following).sum(dim=0).view(x.shape)
        if not ctx.needs_input_grad[1]:
            return by_x, None, None, None
        moments = slopes.reshape((order + 1) * functions, -1) @ basis.T  # ((order + 1) E, Q)
        by_order = moments.view(order + 1, functions, -1) @ maps[:-1].transpose(1, 2)
        return by_x, by_order.sum(dim=0), None, None


def _products(x: Tensor, coefficients: Tensor, lowest: int, order: int) -> Tensor:
    """Functions and derivatives, shape (order + 1, E, N, i)."""
    maps = _maps(coefficients, lowest, order)
    basis = _polynomials(torch.tanh(x).flatten(), maps.shape[2])
    found = (coefficients @ maps).flatten(0, 1) @ basis  # ((order + 1) E, N i)
    return found.view(order + 1, len(coefficients), *x.shape)


def _polynomials(t: Tensor, count: int) -> Tensor:
    """T_0 ... T_{count - 1} at t, shape (M,), with count at least 2: (count, M)."""
    if t.requires_grad and torch.is_grad_enabled():
        rows = [torch.ones_like(t), t]
        while len(rows) < count:
            rows.append(torch.addcmul(-rows[-2], 2 * t, rows[-1]))
        return torch.stack(rows)
    # torch.export follows the shape, but not len().
    table = t.new_empty(count, t.shape[0])  # without copies of its rows
    table[0], table[1] = 1, t
    twice = 2 * t
    for k in range(2, count):
        torch.neg(table[k - 2], out=table[k]).addcmul_(twice, table[k - 1])
    return table


def _maps(coefficients: Tensor, lowest: int, order: int) -> Tensor:
    """What turns coefficients into those of each derivative, shape (order + 1, D, Q)."""
    like = coefficients
    return _maps_of(lowest, like.shape[1], order, like.dtype, like.device)


@cache
def _maps_of(
    lowest: int, count: int, order: int, dtype: torch.dtype, device: torch.device
) -> Tensor:
    """The same, made once: a copy to a device at every call would wait for it."""
    maps = np.zeros((order + 1, count, max(2, lowest + count + order)))
    for k in range(count):
        series = np.eye(lowest + k + 1)[lowest + k]
        for n in range(order + 1):
            maps[n, k, : len(series)] = series
            series = chebyshev.chebmul(chebyshev.chebder(series), [0.5, 0.0, -0.5])
    return torch.from_numpy(maps).to(device, dtype)
