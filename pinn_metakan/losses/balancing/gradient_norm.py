"""Weights by the gradients of the terms."""

import torch

from pinn_metakan.losses.balancing.balance import Balance, relative_to_equations
from pinn_metakan.losses.objective import Objective


class GradientNorm(Balance):
    r"""Factors that make the gradients of all terms as long as those of the equations.

    .. math:: \lambda_c = \langle |\nabla_\theta L_e| \rangle_e / |\nabla_\theta L_c|

    with the mean square L_c of the scaled residuals of a term c, and equations e.

    Source: Wang, Teng, Perdikaris, SIAM J. Sci. Comput. 43 (2021) A3055-A3081; norms as in Wang,
    Sankaran, Wang, Perdikaris, 2023, arXiv:2308.08468.
    """

    @torch.enable_grad()
    def factors(self, objective: Objective) -> dict[str, float]:
        """Differentiate each term; see `Balance.factors`."""
        parameters = list(objective.ansatz.parameters())
        derivatives, summed = objective.derivatives(), objective.share.communicator.summed
        none = torch.cat([torch.zeros_like(p).flatten() for p in parameters])
        found = dict.fromkeys(objective.weights, none)
        for group in objective.groups:
            values = group.evaluate_counted(derivatives(group.at, group.residual.quantities))
            for term, r in values.items():
                factor = group.factor(objective.sizes[term] ** -2, len(r))
                gradients = torch.autograd.grad(
                    (factor * r).square().sum(),
                    parameters,
                    retain_graph=True,
                    allow_unused=True,
                    materialize_grads=True,
                )
                found[term] = torch.cat([gradient.flatten() for gradient in gradients])
        sizes = {term: float(summed(flat).norm()) for term, flat in found.items()}
        return relative_to_equations(sizes, objective)
