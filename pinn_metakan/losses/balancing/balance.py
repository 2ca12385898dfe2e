"""Weights of residual terms that follow training."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

from pinn_metakan.losses.objective import Objective

#: A term counts at most so many times as much as settings say, and at least the inverse part
#: (docs/decisions/0032-balance-of-conditions.md).
_LARGEST = 1e4


class Balance(ABC):
    """What each residual term counts for beside its weight, found anew while training."""

    @abstractmethod
    def factors(self, objective: Objective) -> dict[str, float]:
        """Find what terms would count for at the present parameters.

        Args:
            objective: Terms, points and field.

        Returns:
            A positive factor of each weight by term; empty if weights stay as they are.
        """


def relative_to_equations(sizes: Mapping[str, float], objective: Objective) -> dict[str, float]:
    """The factors that make sizes of all terms those that the equations have in the mean.

    Args:
        sizes: By term, not negative.
        objective: Tells which terms are equations.

    Returns:
        mean / size for each term, within bounds; 1 for a term of size 0, and for all where the
        equations have none.
    """
    equations = objective.collocation.equations.terms
    mean = sum(sizes[term] for term in equations) / len(equations)
    return {
        term: min(max(mean / size, 1 / _LARGEST), _LARGEST) if size > 0 and mean > 0 else 1.0
        for term, size in sizes.items()
    }
