"""One dense KAN layer: a function family times a coefficient tensor."""

from torch import Tensor, nn

from pinn_metakan.derivatives.taylor import JetSpace
from pinn_metakan.families.family import Family
from pinn_metakan.networks.coefficients import Coefficients
from pinn_metakan.networks.composed_product import Recipe, composed_product
from pinn_metakan.networks.elementwise import tanh_derivatives
from pinn_metakan.networks.network import Layer, ParameterBlock


class KANLinear(Layer):
    r"""y_o = sum_i sum_k w_oik B_k(s(x_i)).

    A hidden layer receives sums of edge functions, which may be of any size. With `bounded` its
    inputs pass s(x) = R tanh(x / R), so that they stay inside the range [-R, R] that the family
    covers, nearly unchanged in the middle of it.

    Args:
        family: The functions B_k.
        coefficients: Where w comes from.
        bounded: Whether to apply s; the first layer needs no bound, its inputs are scaled.
    """

    def __init__(self, family: Family, coefficients: Coefficients, bounded: bool):
        super().__init__()
        self.family = family
        self.coefficients = coefficients
        self.bounded = bounded

    def features(self, space: JetSpace, x: Tensor) -> Tensor:
        """Give the jets of B_k(s(x_i)): (J, N, i) -> (J, N, i D)."""
        x = self._bounded(space, x)
        phi = space.compose(self.family.derivatives(x[0], space.order), x)  # (J, N, i, D)
        return phi.flatten(2)

    def product(self, space: JetSpace, x: Tensor, weights: Tensor) -> Tensor:
        """Give the jets of the outputs; features are not kept."""
        x = self._bounded(space, x)
        recipe = Recipe(self.family.derivatives, space.terms, len(space), space.order, self.weights)
        return composed_product(x[0], space.factors(x), weights, recipe)

    def weights(self) -> Tensor:
        """Give the coefficients, shape (o, i D)."""
        return self.coefficients().flatten(1)

    def pull_back(self, jacobian: Tensor) -> list[ParameterBlock]:
        """Take a Jacobian in the coefficients to one in what they come from."""
        outputs = jacobian.shape[1]
        return self.coefficients.pull_back(
            jacobian.view(len(jacobian), outputs, -1, self.family.size)
        )

    def prompts(self) -> list[nn.Parameter]:
        """Give the prompts of generated coefficients."""
        return self.coefficients.prompt_parameters()

    def _bounded(self, space: JetSpace, x: Tensor) -> Tensor:
        if not self.bounded:
            return x
        return space.compose(tanh_derivatives(x[0], space.order, self.family.reach), x)
