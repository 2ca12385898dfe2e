"""The multilayer perceptron: the baseline that KANs are measured against."""

from collections.abc import Sequence
from itertools import pairwise

from torch import Generator, Tensor, nn

from pinn_metakan.derivatives.taylor import JetSpace
from pinn_metakan.families.elementwise import tanh_derivatives
from pinn_metakan.networks.linear import Linear, MatrixLayer, random_matrix, with_constant
from pinn_metakan.networks.network import Layer, Network


class TanhLinear(MatrixLayer):
    """y = W tanh(x) + b."""

    def prepare(self, space: JetSpace, x: Tensor) -> Tensor:
        """Jets of tanh(x) and of the constant 1: (J, N, i) -> (J, N, i + 1)."""
        return with_constant(space.compose(tanh_derivatives(x[0], space.order), x))


class MLP(Network):
    r"""x -> W_L tanh(... tanh(W_1 x + b_1) ...) + b_L.

    Args:
        widths: n_0 ... n_L; it has sum_l (n_l + 1) n_{l+1} parameters.
        generator: CPU generator of the random start.
    """

    def __init__(self, widths: Sequence[int], generator: Generator):
        super().__init__()
        matrices = [random_matrix(i, o, generator) for i, o in pairwise(widths)]
        self._take([Linear(matrices[0]), *(TanhLinear(matrix) for matrix in matrices[1:])])

    @classmethod
    def of_layers(cls, layers: Sequence[Linear | TanhLinear]) -> "MLP":
        """Make it of layers, the first of which is linear."""
        made = cls.__new__(cls)
        Network.__init__(made)
        made._take(layers)
        return made

    def _take(self, layers: Sequence[Linear | TanhLinear]) -> None:
        shapes = [layer.matrix.shape for layer in layers]
        self.widths = (shapes[0][1] - 1, *(shape[0] for shape in shapes))
        self._layers = list(layers)
        self.layers = nn.ModuleList(self._layers)

    @property
    def edge_coefficients(self) -> None:
        """None: the edges are numbers."""
        return None

    def chain(self) -> list[Layer]:
        """The layers, first to last."""
        return list(self._layers)

    def describe(self) -> str:
        """One line on what the network is made of."""
        return "tanh layers with biases"

    def baked(self) -> "MLP":
        """The network itself: its weights are stored."""
        return self
