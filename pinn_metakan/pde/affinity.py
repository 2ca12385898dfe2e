"""Whether a residual is affine in the unknowns, found by evaluating it."""

from collections.abc import Collection, Mapping

import torch
from torch import Tensor

from pinn_metakan.derivatives.jet import Jet, RecordedValues
from pinn_metakan.derivatives.request import Quantity, Variables
from pinn_metakan.errors import ProblemError
from pinn_metakan.geometry.sampling import PointSet
from pinn_metakan.pde.recording import ResidualFunction

#: Where on the line through two sets of values the residual is compared; between them, beyond them
#: on both sides, and far away (docs/decisions/0017-linear-start.md).
_PLACES = (0.5, -2.0, 3.0, 1e3)
#: A difference of more than this part of the largest number is no rounding.
_AGREEMENT = 1e-9


@torch.no_grad()
def is_affine(
    function: ResidualFunction,
    variables: Variables,
    at: PointSet,
    quantities: Collection[Quantity],
) -> bool:
    """Compare r(a v + (1 - a) w) with a r(v) + (1 - a) r(w) for made-up values v and w.

    Args:
        function: The residual r.
        variables: What names mean.
        at: Points to call it at.
        quantities: What it asks for.

    Returns:
        Whether they are the same at all places; False where the residual fails, or is not finite.
    """
    made_up = RecordedValues(at.points)
    first = {quantity: made_up[quantity] for quantity in quantities}
    second = {quantity: -value.flip(0) for quantity, value in first.items()}  # of the other sign

    def terms_of(values: Mapping[Quantity, Tensor]) -> Tensor:
        given = {quantity: value.clone() for quantity, value in values.items()}
        terms = function(Jet(variables, at.points, given), at)
        return torch.cat([value.double() for value in terms.values()])

    try:
        at_first, at_second = terms_of(first), terms_of(second)
        for a in _PLACES:
            between = {q: a * value + (1 - a) * second[q] for q, value in first.items()}
            found, expected = terms_of(between), a * at_first + (1 - a) * at_second
            scale = max(float(values.abs().max()) for values in (found, expected, at_first))
            if not float((found - expected).abs().max()) <= _AGREEMENT * scale:
                return False
    except (ProblemError, ValueError, RuntimeError):
        return False
    return True
