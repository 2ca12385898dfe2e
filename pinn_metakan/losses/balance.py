r"""Sizes of unknowns that balance the terms of a problem.

In each equation the largest of r_c (what it is at u = g) and of U_k L_ck (how far each unknown of
size U_k moves it) must be met by another one of them. Each unknown is matched with one equation so
that the product of the matched L is as large as possible; then

.. math:: U_k = \max\left(r_c, \max_{j \ne k} L_{cj} U_j\right) / L_{ck}

has a solution, which as many repetitions as there are unknowns find: the matching leaves no cycle
along which sizes could grow. It is Cramer's rule where sums are replaced by the largest summand. An
unknown that enters an equation weakly gets no huge size from it, unless no equation suits it
better; sizes follow exactly where unknowns or equations are multiplied by a number.

Source: Duff, Koster, SIAM J. Matrix Anal. Appl. 22 (2001) 973-996 (the matching); Butkovic,
Max-linear Systems, 2010.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Decides between matchings that are equally good but for rounding, by the order in which unknowns
#: and equations are stated, and costs more than any matching with a term that does not answer
#: (docs/decisions/0016-scales.md).
_TIE, _NO_ANSWER = 1e-6, 1e6


def balanced_sizes(at_data: Array, to: Array, least: Array, given: Array) -> Array:
    """Balance equations.

    Args:
        at_data: r, shape (C,), not negative.
        to: L, shape (C, m), not negative.
        least: What sizes are at least, from the data; 0 where nothing is known, shape (m,).
        given: Sizes that are fixed, 0 for those that are not, shape (m,).

    Returns:
        U, shape (m,); 0 where nothing says what it is.
    """
    is_free = given == 0
    sizes = np.where(is_free, least, given)
    matched = _matched(to)
    for _ in range(2):
        for _ in range(len(sizes) + 1):
            _balance(sizes, matched, at_data, to, is_free)
        found = sizes.copy()
        _cover(sizes, set(matched.values()), at_data, to, is_free)
        _follow(sizes, to, is_free)
        if (sizes == found).all():
            break
    return sizes


def _matched(to: Array) -> dict[int, int]:
    """Match unknowns with equations: unknown -> equation."""
    from scipy.optimize import linear_sum_assignment  # as slow to import as half of the package

    answers = to > 0
    logs = np.log(np.where(answers, to, 1.0))
    for _ in range(len(to) + len(to.T)):  # sizes of rows and columns have no say
        for axis in (0, 1):
            counts = np.maximum(answers.sum(axis=axis, keepdims=True), 1)
            logs = np.where(answers, logs - logs.sum(axis=axis, keepdims=True) / counts, 0.0)
    rows, columns = np.indices(to.shape)
    costs = np.where(answers, -logs, _NO_ANSWER) + _TIE * (rows - columns) ** 2
    pairs = zip(*linear_sum_assignment(costs), strict=True)
    return {int(k): int(c) for c, k in pairs if answers[c, k]}


def _balance(
    sizes: Array, matched: dict[int, int], at_data: Array, to: Array, is_free: NDArray[np.bool_]
) -> None:
    """Let each unknown answer to what drives its equation."""
    for k, c in matched.items():
        others = np.delete(to[c] * sizes, k)
        drive = max(at_data[c], others.max(initial=0.0))
        if is_free[k]:
            sizes[k] = max(sizes[k], drive / to[c, k])


def _cover(
    sizes: Array, done: set[int], at_data: Array, to: Array, is_free: NDArray[np.bool_]
) -> None:
    """Raise the unknown that weighs most in an equation that is left and that none answers to."""
    for c in set(range(len(to))) - done:
        answers = (to[c] > 0) & is_free
        if answers.any() and (to[c] * sizes).max() < at_data[c]:
            shares = np.where(answers, to[c] * sizes, -1.0)
            k = int(shares.argmax())
            sizes[k] = at_data[c] / to[c, k]


def _follow(sizes: Array, to: Array, is_free: NDArray[np.bool_]) -> None:
    """Let an unknown of no size be as large as those that it is balanced by, the least of them."""
    for k in np.flatnonzero((sizes == 0) & is_free):
        drives = (to * sizes).max(axis=1)
        usable = (to[:, k] > 0) & (drives > 0)
        if usable.any():
            sizes[k] = (drives[usable] / to[usable, k]).min()
