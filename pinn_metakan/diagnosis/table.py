"""All checks, and what a run makes of their findings."""

from collections.abc import Callable, Iterable

from pinn_metakan.diagnosis.balance import check_balance
from pinn_metakan.diagnosis.coefficients import check_coefficients
from pinn_metakan.diagnosis.conditions import check_conditions
from pinn_metakan.diagnosis.constants import check_constants
from pinn_metakan.diagnosis.corners import check_corners
from pinn_metakan.diagnosis.equations import check_equations
from pinn_metakan.diagnosis.examined import Examined
from pinn_metakan.diagnosis.finding import Finding, Severity
from pinn_metakan.diagnosis.precision import check_precision
from pinn_metakan.diagnosis.reference import check_reference
from pinn_metakan.diagnosis.resolution import check_resolution
from pinn_metakan.diagnosis.scales import check_scales
from pinn_metakan.diagnosis.smoothness import check_smoothness
from pinn_metakan.diagnosis.unused import check_unused
from pinn_metakan.errors import ProblemError
from pinn_metakan.pde.formulation import Formulation

#: Checks of a problem as it is stated; a run makes them too, before it trains.
STATED: dict[str, Callable[[Formulation], list[Finding]]] = {
    "equations": check_equations,
    "conditions": check_conditions,
    "constants": check_constants,
    "reference": check_reference,
}
#: Checks of a problem beside the objective that would be trained.
TRAINED: dict[str, Callable[[Examined], list[Finding]]] = {
    "scales": check_scales,
    "corners": check_corners,
    "smoothness": check_smoothness,
    "unused": check_unused,
    "balance": check_balance,
    "dtype": check_precision,
    "points": check_resolution,
    "jumps": check_coefficients,
}
#: What is looked at, in the order in which it is told.
KINDS = (*STATED, *TRAINED)


def stated_findings(formulation: Formulation) -> tuple[Finding, ...]:
    """Check a problem as it is stated."""
    return tuple(finding for check in STATED.values() for finding in check(formulation))


def trained_findings(examined: Examined) -> tuple[Finding, ...]:
    """Check a problem beside the objective that would be trained."""
    return tuple(finding for check in TRAINED.values() for finding in check(examined))


def grave_notes(findings: Iterable[Finding]) -> list[str]:
    """Lines on what is likely to make an answer wrong, for the beginning of a run."""
    return [str(finding) for finding in findings if finding.severity is Severity.WARNING]


def refuse_errors(label: str, findings: Iterable[Finding]) -> None:
    """Refuse a problem of which no answer can be right.

    Args:
        label: Its file or name, for the message.
        findings: What was found.

    Raises:
        ProblemError: With the first finding that is an error.
    """
    for finding in findings:
        if finding.severity is Severity.ERROR:
            raise ProblemError(f"{label}: {finding}")
