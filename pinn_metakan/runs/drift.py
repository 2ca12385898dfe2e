"""Unknown numbers that drift without end, because nothing holds them."""

from pinn_metakan.optimizers.verdict import Outcome, Verdict
from pinn_metakan.runs.assembled import AssembledRun

#: A number whose distance from its bound has changed by more than e to this power since the start
#: has drifted (docs/decisions/0046-how-sure.md).
_ENDLESS = 30.0


def drift_verdict(run: AssembledRun) -> Verdict | None:
    """End a run whose unknown numbers go to zero, to infinity or to a bound.

    Data that tell two numbers only as a ratio let an equation such as D u_xx + s = 0 be met by
    making both as small as can be.

    Args:
        run: The run, at a step boundary.

    Returns:
        The verdict; None as long as no number has drifted.
    """
    numbers = run.ansatz.numbers
    found = [
        (name, unknown, value)
        for (name, unknown), free, value in zip(
            numbers.unknowns.items(), numbers.free, numbers.now().values(), strict=True
        )
        if (unknown.low, unknown.high) != (None, None) and abs(float(free.detach())) > _ENDLESS
    ]
    if not found:
        return None
    between = [told for told in found if told[1].low is not None and told[1].high is not None]
    if between:
        name, unknown, value = between[0]
        return Verdict(
            Outcome.DRIFTED,
            f"{name} ({value:.3g}) lies on a bound of {unknown.bounds}, where no step moves it; "
            "move that bound, or see whether the equation and its data fit each other",
        )
    told = " and ".join(f"{name} ({value:.3g})" for name, _, value in found)
    held = "them, but for what they have in common" if len(found) > 1 else "it"
    return Verdict(
        Outcome.DRIFTED,
        f"{told} drifted by a factor of more than 1e13 from the start: nothing holds {held}; write "
        "the equation without the factor that all its terms share, u_xx + s / D for D u_xx + s",
    )
