"""How many conditions a system of equations asks for along each coordinate."""

import numpy as np

from pinn_metakan.diagnosis.sensitivity import Sensitivities, order

#: What a pair of an equation and an unknown that it does not have costs: more than any order.
_NEVER = 1e6


def asked_conditions(equations: Sensitivities, unknowns: int, axis: int) -> int | None:
    r"""Number of conditions that equations ask for along an axis.

    It is Jacobi's bound on the order of a system,

    .. math:: \max_\sigma \sum_c a_{c \sigma(c)},

    where a_ck is how often equation c differentiates unknown k along the axis, and sigma assigns an
    unknown to each equation. For one equation it is the order of its unknown; flow without
    compressibility (u_xx, v_xx and p_x, and u_x in the continuity equation) has 4, as it should.

    Args:
        equations: What each equation depends on.
        unknowns: How many unknowns there are.
        axis: The column of the coordinate.

    Returns:
        The number; None if there are not as many equations as unknowns, or they cannot be assigned.

    Source: Ollivier, Jacobi's bound and normal forms computations, 2009, arXiv:0911.2674.
    """
    from scipy.optimize import linear_sum_assignment  # as slow to import as half of the package

    if len(equations) != unknowns:
        return None
    costs = np.full((unknowns, unknowns), _NEVER)
    for row, terms in enumerate(equations.values()):
        for k in range(unknowns):
            found = order(terms, k, axis)
            if found is not None:
                costs[row, k] = -found
    rows, columns = linear_sum_assignment(costs)
    total = float(costs[rows, columns].sum())
    return None if total > 0 else -round(total)
