"""A family whose edge functions are not linear in their coefficients."""

from abc import ABC, abstractmethod

from torch import Tensor, nn


class EdgeFamily(nn.Module, ABC):
    r"""Edge functions phi(x; w), each of its own coefficients w in R^D.

    Attributes:
        size: D, the number of coefficients per edge.
        reach: The family covers inputs in [-reach, reach]; layers keep their inputs there.
    """

    size: int
    reach: float

    @abstractmethod
    def derivatives(self, x: Tensor, coefficients: Tensor, order: int) -> list[Tensor]:
        """Evaluate all edges and their derivatives in x, in closed form.

        Args:
            x: Inputs, shape (N, i), dimensionless.
            coefficients: w, shape (o, i, D).
            order: Highest derivative, 0 to 4.

        Returns:
            phi, phi', ... each (N, o, i).
        """

    @abstractmethod
    def sensitivities(self, x: Tensor, coefficients: Tensor, order: int) -> list[Tensor]:
        """Differentiate `derivatives` in the coefficients.

        Args:
            x: Inputs, shape (N, i).
            coefficients: w, shape (o, i, D).
            order: Highest derivative in x, 0 to 4.

        Returns:
            d phi / d w, d phi' / d w, ... each (N, o, i, D).
        """

    @abstractmethod
    def start_sizes(self, inputs: int) -> Tensor:
        """Standard deviations of the random coefficients of a new layer.

        Args:
            inputs: Number i of inputs of the layer.

        Returns:
            Shape (D,).
        """
