"""Kolmogorov-Arnold networks: stored coefficients make a KAN, generated ones a MetaKAN."""

import copy
from collections.abc import Callable, Sequence
from itertools import pairwise

from torch import Generator, nn

from pinn_metakan.families.table import AnyFamily
from pinn_metakan.networks.coefficients.clustering import meta_learner_labels
from pinn_metakan.networks.coefficients.coefficients import (
    Coefficients,
    Generated,
    Stored,
    random_coefficients,
)
from pinn_metakan.networks.coefficients.meta_learner import MetaLearner
from pinn_metakan.networks.coefficients.sharing import SharedMetaLearners
from pinn_metakan.networks.dense import KANLinear
from pinn_metakan.networks.linear import Linear
from pinn_metakan.networks.network import Layer, Network

_STORED = "stored coefficients"


class KAN(Network):
    """A chain of KAN layers, the first of which may be linear.

    Args:
        layers: The layers, first to last; each takes the outputs of the one before.
        widths: Inputs, hidden widths and outputs.
        description: The line that `describe` returns.
    """

    def __init__(
        self, layers: Sequence[KANLinear | Linear], widths: Sequence[int], description: str
    ):
        super().__init__()
        self._layers = list(layers)
        self.layers = nn.ModuleList(self._layers)
        self.widths = tuple(widths)
        self._description = description

    @property
    def edge_coefficients(self) -> int:
        """D, coefficients per edge."""
        return self.kan_layers[0].family.size

    @property
    def dense_layers(self) -> tuple[KANLinear | Linear, ...]:
        """All layers, first to last."""
        return tuple(self._layers)

    @property
    def kan_layers(self) -> tuple[KANLinear, ...]:
        """The layers that have edge functions, first to last."""
        return tuple(layer for layer in self._layers if isinstance(layer, KANLinear))

    @property
    def is_generated(self) -> bool:
        """Whether coefficients come from prompts."""
        return any(layer.coefficients.is_generated for layer in self.kan_layers)

    def chain(self) -> list[Layer]:
        """The layers, first to last."""
        return list(self._layers)

    def describe(self) -> str:
        """One line on what the network is made of."""
        return self._description

    def baked(self) -> "KAN":
        """A KAN with the same outputs that stores the coefficients of this network."""
        return self.with_coefficients(lambda layer: layer.coefficients.baked(), _STORED)

    def with_coefficients(
        self, source: Callable[[KANLinear], Coefficients], description: str
    ) -> "KAN":
        """A KAN with the same families whose coefficients come from elsewhere.

        Args:
            source: Takes a layer, returns the coefficients that replace its own.
            description: What they are, for `describe`.

        Returns:
            The network; this one stays as it is.
        """

        def replaced(layer: KANLinear | Linear) -> KANLinear | Linear:
            if not isinstance(layer, KANLinear):
                return copy.deepcopy(layer)
            family = copy.deepcopy(layer.family)
            return KANLinear(family, source(layer), layer.bounded, layer.bias)

        layers = [replaced(layer) for layer in self._layers]
        family = self.kan_layers[0].family
        return KAN(layers, self.widths, f"{_edge_description(family)}; {description}")


def make_kan(
    widths: Sequence[int],
    family: Callable[[], AnyFamily],
    generator: Generator,
    bounded: bool = True,
) -> KAN:
    """Make a KAN, whose coefficients are stored: sum_l n_l n_{l+1} D parameters.

    Args:
        widths: n_0 ... n_L, for example (2, 8, 8, 1).
        family: Makes the family of one layer.
        generator: CPU generator of the random start.
        bounded: Whether hidden layers keep their inputs inside the family's reach.

    Returns:
        The network, float64 on the CPU.

    Source: Liu et al., 2024, arXiv:2404.19756.
    """

    def stored(inputs: int, outputs: int, functions: AnyFamily) -> Coefficients:
        sizes = functions.start_sizes(inputs)
        return Stored(random_coefficients(outputs, sizes, inputs, generator))

    return _chain_of_layers(widths, family, stored, bounded, _STORED)


def make_metakan(
    widths: Sequence[int],
    family: Callable[[], AnyFamily],
    generator: Generator,
    bounded: bool = True,
    prompt_dimension: int = 2,
    hidden_width: int = 16,
    hidden_function: str = "sine",
    frequency: float = 3.0,
    meta_learners: int | Sequence[int] = 0,
) -> KAN:
    """Make a MetaKAN, whose coefficients come from prompts through meta-learners.

    It has E sum_l n_l n_{l+1} + C (E h + h + h D + D) parameters, where C is the number of
    meta-learners.

    Args:
        widths: n_0 ... n_L.
        family: Makes the family of one layer.
        generator: CPU generator of the random start.
        bounded: Whether hidden layers keep their inputs inside the family's reach.
        prompt_dimension: E.
        hidden_width: h.
        hidden_function: Hidden function of the meta-learner: relu (the paper), tanh, silu or sine.
        frequency: Spread omega of its first layer.
        meta_learners: 0 for one per layer; C for as many, shared by layers of similar numbers of
            outputs (K-means); or the label of each layer, from 0.

    Returns:
        The network, float64 on the CPU.

    Raises:
        LookupError: If there is no such hidden function.
        ValueError: If `meta_learners` does not fit the layers.

    Source: Zhao et al., ICML 2025, arXiv:2506.07549.
    """

    def meta_learner(functions: AnyFamily, inputs: int) -> MetaLearner:
        sizes = functions.start_sizes(inputs)
        return MetaLearner(
            prompt_dimension, hidden_width, sizes, hidden_function, frequency, generator
        )

    labels = meta_learner_labels(widths[1:], meta_learners)
    learners = SharedMetaLearners(labels, widths[:-1], meta_learner)
    layers = iter(range(len(labels)))

    def generated(inputs: int, outputs: int, functions: AnyFamily) -> Coefficients:
        learner = learners.of_layer(next(layers), functions)
        return Generated(outputs, inputs, prompt_dimension, learner, generator)

    count = len(set(labels))
    source = (
        f"coefficients from prompts of {prompt_dimension} through {count} "
        f"{hidden_function} meta-learner{'s' if count > 1 else ''} of width {hidden_width}"
    )
    return _chain_of_layers(widths, family, generated, bounded, source)


def _chain_of_layers(
    widths: Sequence[int],
    family: Callable[[], AnyFamily],
    coefficients: Callable[[int, int, AnyFamily], Coefficients],
    bounded: bool,
    source: str,
) -> KAN:
    layers: list[KANLinear] = []
    for index, (inputs, outputs) in enumerate(pairwise(widths)):
        functions = family()
        source_of_layer = coefficients(inputs, outputs, functions)
        layers.append(KANLinear(functions, source_of_layer, bounded and index > 0))
    return KAN(layers, widths, f"{_edge_description(layers[0].family)}; {source}")


def _edge_description(family: AnyFamily) -> str:
    return f"{type(family).__name__} edges, {family.size} coefficients each"
