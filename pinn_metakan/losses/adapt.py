"""What a run trains on, from its settings."""

from collections.abc import Sequence

from pinn_metakan.errors import SettingsError
from pinn_metakan.losses.adapted_objective import AdaptedObjective
from pinn_metakan.losses.balancing.table import BALANCES
from pinn_metakan.losses.data_weight import DataWeight, noise_levels
from pinn_metakan.losses.multipliers import Multipliers
from pinn_metakan.losses.objective import Objective
from pinn_metakan.pde.formulation import Formulation
from pinn_metakan.settings.sections import LossSettings


def build_adapted(
    objective: Objective,
    formulation: Formulation,
    loss: LossSettings,
    has_numbers: bool = False,
) -> AdaptedObjective:
    """Let weights and multipliers of an objective follow training as settings say.

    Args:
        objective: Fixed weights, and the terms that are not satisfied by construction.
        formulation: The problem.
        loss: Its ``balance`` and ``multipliers``.
        has_numbers: Whether unknown numbers begin where another run has found them, so that data
            count for little from the first step on.

    Returns:
        The objective that is minimized.

    Raises:
        SettingsError: If multipliers are asked for what is no soft condition.
    """
    balance = BALANCES[loss.balance]()
    multipliers = Multipliers(_soft_terms(loss.multipliers, formulation, objective))
    noise = [] if has_numbers else noise_levels(formulation)
    data = DataWeight(noise, loss.data_weight, formulation.model_errors)
    every, memory = loss.adapt_every, loss.balance_memory
    return AdaptedObjective(objective, balance, multipliers, data, every, memory)


def _soft_terms(
    names: Sequence[str], formulation: Formulation, objective: Objective
) -> tuple[str, ...]:
    """The terms of conditions that names stand for, each a condition or a term of one."""
    conditions = {name: residual.terms for name, residual in formulation.conditions.items()}
    terms = {term: (term,) for terms in conditions.values() for term in terms}
    found: list[str] = []
    for name in names:
        chosen = conditions.get(name) or terms.get(name)
        if chosen is None:
            kind = "an equation" if name in formulation.equations.terms else "no condition"
            known = ", ".join(conditions) or "none"
            raise SettingsError(
                f"loss.multipliers: {name!r} is {kind}; the conditions of this problem are {known}"
            )
        soft = [term for term in chosen if objective.weights.get(term, 0.0) > 0]
        if not soft:
            raise SettingsError(
                f"loss.multipliers: {name!r} holds by construction or has the weight 0; leave it "
                "out, or set conditions=soft and a weight above 0"
            )
        found += [term for term in soft if term not in found]
    return tuple(found)
