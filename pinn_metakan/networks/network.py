"""What every network offers to the rest of the package."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from torch import Tensor, nn


class Network(nn.Module, ABC):
    """A map R^i -> R^o whose weights are made once and then used at many points.

    Attributes:
        widths: Inputs, hidden widths and outputs.
    """

    widths: tuple[int, ...]

    @abstractmethod
    def weights(self) -> tuple[Tensor, ...]:
        """Give the weights of all layers; a MetaKAN generates them here, once a step."""

    @abstractmethod
    def evaluate(self, x: Tensor, weights: Sequence[Tensor]) -> Tensor:
        """Evaluate at points.

        Args:
            x: Inputs, shape (N, i), dimensionless, in [-1, 1].
            weights: What `weights` gave.

        Returns:
            Outputs, shape (N, o).
        """

    @abstractmethod
    def prompts(self) -> list[nn.Parameter]:
        """Give the prompts, which train at a rate of their own; empty unless a MetaKAN."""

    @abstractmethod
    def describe(self) -> str:
        """Say in one line what the network is made of."""

    def forward(self, x: Tensor) -> Tensor:
        """Evaluate with fresh weights: (N, i) -> (N, o)."""
        return self.evaluate(x, self.weights())

    @property
    def n_parameters(self) -> int:
        """Number of trainable parameters; one that layers share counts once."""
        return sum(p.numel() for p in self.parameters() if p.requires_grad)
