"""Edges that share E functions: evaluated once per input, not once per edge."""

import torch
from torch import Tensor, nn

from pinn_metakan.derivatives.taylor import JetSpace
from pinn_metakan.families.family import Family
from pinn_metakan.networks.coefficients.shared import SharedFunctions
from pinn_metakan.networks.edges import Edges, edge_values
from pinn_metakan.networks.network import ParameterBlock, outer_products


class SharedEdges(Edges):
    r"""Edges of y_o = sum_i sum_e z_oie psi_e(x_i), whose weights are the prompts z.

    The functions of all inputs are features: E matrix products of an MLP's layer. With the slopes
    g_j of a number r in the jets of y,

    .. math:: \frac{\partial r}{\partial A_{ek}} = \sum_m \sum_i c_{mie} B_k^{(m)}(x_i), \qquad
        c_{mie} = \sum_j f_{jmi} \sum_o g_{jo} z_{oie},

    where f_jm is what the m-th derivative is multiplied by in entry j of a composed jet.

    Args:
        family: What the functions are made of.
        source: Prompts z (o, i, E) and functions A (E, D).
    """

    def __init__(self, family: Family, source: SharedFunctions):
        super().__init__(source, family.size)
        self._family = family
        self._source = source

    def weights(self) -> Tensor:
        """The prompts, function after function, shape (o, E i)."""
        return self._source.prompts.transpose(1, 2).flatten(1)

    def prepare(self, space: JetSpace, x: Tensor) -> Tensor:
        """The inputs as they are: the functions of them change in training."""
        return x

    def combine(self, space: JetSpace, prepared: Tensor, weights: Tensor) -> Tensor:
        """Evaluate the functions and multiply by the prompts."""
        return self._features(space, prepared) @ weights.T

    def jacobian(
        self, space: JetSpace, prepared: Tensor, slopes: Tensor, weights: Tensor
    ) -> Tensor:
        """Outer products of slopes and functions, shape (N, o, E i)."""
        return outer_products(slopes, self._features(space, prepared))

    def blocks_in_parameters(self, jacobian: Tensor) -> list[ParameterBlock]:
        """The Jacobian itself: the weights are the prompts."""
        count = len(self._source.meta_learner.functions)
        by_prompts = jacobian.unflatten(2, (count, -1)).transpose(2, 3)  # (N, o, i, E)
        return [(self._source.prompts, by_prompts.flatten(1))]

    def blocks_outside_weights(
        self, space: JetSpace, prepared: Tensor, slopes: Tensor, weights: Tensor
    ) -> list[ParameterBlock]:
        """Differentiate in the functions, (N, E D), unless they are held."""
        functions = self._source.meta_learner.functions
        if not isinstance(functions, nn.Parameter):
            return []
        by_features = (slopes @ weights).unflatten(2, (len(functions), -1))  # (J, N, E, i)
        factors = space.factors(prepared)
        basis = [b.movedim(2, 0) for b in self._family.derivatives(prepared[0], space.order)]
        columns = []
        for slope in by_features.unbind(2):  # of one function, (J, N, i)
            moments = [slope[0], *(torch.zeros_like(slope[0]) for _ in range(space.order))]
            for (entry, power), factor in zip(space.terms, factors, strict=True):
                moments[power].addcmul_(slope[entry], factor)
            table = basis[0] * moments[0]  # (D, N, i)
            for b, c in zip(basis[1:], moments[1:], strict=True):
                table.addcmul_(b, c)
            columns.append(table.sum(dim=2).T)  # (N, D)
        return [(functions, torch.cat(columns, dim=1))]

    def functions(self, x: Tensor, coefficients: Tensor) -> Tensor:
        """Combine the functions of the basis."""
        return edge_values(self._family, x, coefficients)

    def _features(self, space: JetSpace, x: Tensor) -> Tensor:
        """Jets of the functions of all inputs, shape (J, N, E i)."""
        functions = self._source.meta_learner.functions
        psi = self._family.combined(x[0], functions, space.order)  # (E, N, i) each
        parts = [space.compose([p[e] for p in psi], x) for e in range(len(functions))]
        return parts[0] if len(parts) == 1 else torch.cat(parts, dim=2)
