"""One dense KAN layer: a function family times a coefficient tensor."""

from torch import Tensor, nn

from pinn_metakan.derivatives.taylor import JetSpace
from pinn_metakan.families.edge_family import EdgeFamily
from pinn_metakan.families.table import AnyFamily
from pinn_metakan.networks.bound import Bound
from pinn_metakan.networks.coefficients.coefficients import Coefficients
from pinn_metakan.networks.edge_kinds import edges_of
from pinn_metakan.networks.network import Layer, ParameterBlock


class KANLinear(Layer):
    r"""y_o = sum_i phi(s(x_i); w_oi) + b_o, where phi is linear in w or not, as the family has it.

    A hidden layer receives sums of edge functions, which may be of any size. With `bounded` its
    inputs pass the s(x) = R tanh(x / R) of `Bound`, so that they stay inside the range [-R, R] that
    the family covers. A family of infinite range needs no bound.

    Args:
        family: The functions of the edges.
        coefficients: Where w comes from, shape (o, i, D).
        bounded: Whether to apply s; the first layer needs no bound, its inputs are scaled.
        bias: b at the start, shape (o,); None for a layer without, as the paper has it.
    """

    def __init__(
        self,
        family: AnyFamily,
        coefficients: Coefficients,
        bounded: bool,
        bias: Tensor | None = None,
    ):
        super().__init__()
        self.family = family
        self.coefficients = coefficients
        self._bound = Bound(bounded, family.reach)
        self.bounded = self._bound.is_on
        self._edges = edges_of(family, coefficients)
        self.bias = None if bias is None else nn.Parameter(bias.detach().clone())

    def weights(self) -> Tensor:
        """Coefficients, shape (o, i D); of shared functions the prompts, (o, E i)."""
        return self._edges.weights()

    def prepare(self, space: JetSpace, x: Tensor) -> Tensor:
        """Compute what depends on the inputs alone; see `Layer.prepare`."""
        return self._edges.prepare(space, self._bound.jets(space, x))

    def combine(self, space: JetSpace, prepared: Tensor, weights: Tensor) -> Tensor:
        """Jets of the outputs; see `Layer.combine`."""
        return self._with_bias(self._edges.combine(space, prepared, weights))

    def product(self, space: JetSpace, x: Tensor, weights: Tensor) -> Tensor:
        """Jets of the outputs from those of the inputs; see `Layer.product`."""
        return self._with_bias(self._edges.product(space, self._bound.jets(space, x), weights))

    def jacobian(
        self, space: JetSpace, prepared: Tensor, slopes: Tensor, weights: Tensor
    ) -> Tensor:
        """Differentiate in the weights; see `Layer.jacobian`."""
        return self._edges.jacobian(space, prepared, slopes, weights)

    def pushed(
        self, space: JetSpace, prepared: Tensor, slopes: Tensor, weights: Tensor, direction: Tensor
    ) -> Tensor:
        """Differentiate along a direction of the weights; see `Layer.pushed`."""
        return self._edges.pushed(space, prepared, slopes, weights, direction)

    def blocks_outside_weights(
        self, space: JetSpace, prepared: Tensor, slopes: Tensor, weights: Tensor
    ) -> list[ParameterBlock]:
        """Differentiate in biases and in what edges share; see `Layer.blocks_outside_weights`."""
        blocks = self._edges.blocks_outside_weights(space, prepared, slopes, weights)
        return blocks if self.bias is None else [*blocks, (self.bias, slopes[0])]

    def blocks_in_parameters(self, jacobian: Tensor) -> list[ParameterBlock]:
        """Turn a Jacobian in the weights into one in what they come from."""
        return self._edges.blocks_in_parameters(jacobian)

    def prompts(self) -> list[nn.Parameter]:
        """The prompts of generated coefficients."""
        return self.coefficients.prompt_parameters()

    def linear_parameters(self) -> list[nn.Parameter]:
        """Biases, and stored coefficients of a family that is linear in them."""
        is_linear = not isinstance(self.family, EdgeFamily)
        found = self.coefficients.linear_parameters() if is_linear else []
        return [*found, self.bias] if found and self.bias is not None else found

    def functions(self, x: Tensor, coefficients: Tensor) -> Tensor:
        """Evaluate edges of given coefficients at the same inputs: (M,), (o, i, D) -> (o, i, M)."""
        return self._edges.functions(x, coefficients)

    def _with_bias(self, outputs: Tensor) -> Tensor:
        """Add b to the values, in place: nothing else holds the outputs yet."""
        if self.bias is not None:
            outputs[0] += self.bias
        return outputs
