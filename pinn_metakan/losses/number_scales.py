"""Sizes of residual terms, which follow the unknown numbers that they depend on."""

from pinn_metakan.losses.objective import Objective
from pinn_metakan.losses.scales import measure_terms

#: Sizes are measured anew where a free number has moved by more than this, such as a positive one
#: by a factor of 1.6 (docs/decisions/0043-unknown-numbers.md).
_FAR = 0.5


class NumberScales:
    """Where the unknown numbers were when terms were measured last.

    A term such as u_t - D u_xx is as large as D is: with a D of a hundred times its value, the
    equation would count for next to nothing once D has been found.

    Args:
        objective: The terms, measured at the present numbers.
    """

    def __init__(self, objective: Objective):
        self.measured = _free(objective)

    def follow(self, objective: Objective) -> bool:
        """Measure the terms anew if the numbers have moved far.

        Args:
            objective: The terms, whose sizes change.

        Returns:
            Whether they have.
        """
        now = _free(objective)
        moved = [abs(a - b) for a, b in zip(now, self.measured, strict=True)]
        if not max(moved, default=0.0) > _FAR:
            return False
        self.measured = now
        objective.resize(measure_terms(objective.ansatz, objective.collocation, objective.engine))
        return True


def _free(objective: Objective) -> list[float]:
    ansatz = objective.ansatz
    parameters = [*ansatz.numbers.free, *ansatz.functions.coefficients]
    return [number for parameter in parameters for number in parameter.detach().tolist()]
