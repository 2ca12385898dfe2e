"""A solution that is computed by a classical method and evaluated at any points."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

from torch import Tensor


class Reference(ABC):
    """A numerical solution, with an estimate of its own error.

    It is computed when it is first called, or asked for its error, not when it is made: a problem
    can make one in its constructor, and is listed and loaded without any work.
    """

    @property
    @abstractmethod
    def error(self) -> Mapping[str, float]:
        """Estimated relative L2 error of each unknown [-], by its name."""

    @abstractmethod
    def __call__(self, points: Tensor) -> dict[str, Tensor]:
        """Evaluate the solution.

        Args:
            points: Shape (N, d), float64, columns in the order of the problem's coordinates.

        Returns:
            One float64 tensor (N,) per unknown; it can be differentiated with respect to points.
        """
