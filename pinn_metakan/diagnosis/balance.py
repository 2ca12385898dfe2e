"""Terms that outweigh all others when training begins."""

import torch

from pinn_metakan.diagnosis.examined import Examined
from pinn_metakan.diagnosis.finding import Finding, Severity

#: A term that is so many times its size at the start outweighs the others, whose sizes are about 1
#: (docs/decisions/0024-diagnosis.md).
_OUTWEIGHS = 100.0


def check_balance(examined: Examined) -> list[Finding]:
    """Compare each term of the untrained network with the size that was found for it.

    Args:
        examined: The objective.

    Returns:
        The findings.
    """
    objective = examined.objective
    findings = []
    with torch.no_grad():
        residuals = objective.residuals()
    for term, values in residuals.items():
        part = float(values.double().square().mean().sqrt()) * objective.scaled_weights[term] ** 0.5
        if part > _OUTWEIGHS:
            findings.append(
                Finding(
                    "balance",
                    Severity.REMARK,
                    f"{term} is {part:.1g} for the untrained network, where terms are about 1",
                    "state the sizes of the unknowns (scales in the problem), or a smaller weight "
                    f"(--set loss.weights.{term}=...)",
                )
            )
    return findings
