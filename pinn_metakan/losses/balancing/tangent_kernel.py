"""Weights by the traces of the terms' neural tangent kernels."""

from dataclasses import replace

from pinn_metakan.losses.balancing.balance import Balance, relative_to_equations
from pinn_metakan.losses.objective import Objective
from pinn_metakan.losses.responses import some_points


class TangentKernel(Balance):
    r"""Factors that make the neural tangent kernels of all terms as large as the equations'.

    .. math:: \lambda_c = \langle \mathrm{tr} K_e \rangle_e / \mathrm{tr} K_c, \qquad
        K_c = J_c J_c^T / N_c

    with the Jacobian J_c of the scaled residuals of a term c at N_c of its points, and equations
    e: residuals of all terms then fall about as fast under gradient descent.

    Source: Wang, Yu, Perdikaris, J. Comput. Phys. 449 (2022) 110768.
    """

    def factors(self, objective: Objective) -> dict[str, float]:
        """Linearize each term at some of its points; see `Balance.factors`."""
        traces = {}
        for group in objective.collocation.groups:
            some = replace(group, at=some_points(group))
            for term in group.terms:
                weight = {term: objective.sizes[term] ** -2}
                alone = [replace(some, terms=(term,))]
                _, jacobian = objective.engine.linearize(objective.ansatz, alone, weight)
                traces[term] = float(jacobian.square().sum())
        return relative_to_equations(traces, objective)
