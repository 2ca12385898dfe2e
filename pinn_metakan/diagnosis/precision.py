"""Numbers that have too few digits for a problem."""

import torch

from pinn_metakan.diagnosis.examined import Examined
from pinn_metakan.diagnosis.finding import Finding, Severity

#: Rounding that is larger than this part of what is computed spoils a run, by what numbers are
#: (docs/decisions/0024-diagnosis.md).
_SPOILS = {torch.float32: 1e-4, torch.float64: 1e-9}


def check_precision(examined: Examined) -> list[Finding]:
    """Compare rounding with changes of coordinates and unknowns, and with the tolerance.

    Args:
        examined: The problem and its objective.

    Returns:
        The findings.
    """
    formulation, objective = examined.formulation, examined.objective
    called = str(examined.dtype).removeprefix("torch.")
    rounding = torch.finfo(examined.dtype).eps
    limit = _SPOILS[examined.dtype]
    findings = []
    names = formulation.variables.column_names()
    for name, (low, high) in zip(names, formulation.domain.bounds, strict=True):
        part = rounding * max(abs(low), abs(high)) / (high - low)
        if part > limit:
            findings.append(
                Finding(
                    "dtype",
                    Severity.REMARK,
                    f"{name} goes from {low:g} to {high:g}: {called} rounds it to {part:.1g} of "
                    "its length",
                    f"count {name} from the middle of the domain" + _or_float64(examined.dtype),
                )
            )
    with torch.no_grad():
        values = objective.ansatz(objective.collocation.equations.at.points)  # (N, m)
    largest = values.abs().amax(dim=0).tolist()
    for (name, size), value in zip(objective.scales.unknowns.items(), largest, strict=True):
        part = rounding * value / size
        if part > limit:
            findings.append(
                Finding(
                    "dtype",
                    Severity.REMARK,
                    f"{name} is about {value:.3g} and changes by {size:.3g}: {called} rounds it to "
                    f"{part:.1g} of that",
                    f"solve for the difference from {value:.3g}" + _or_float64(examined.dtype),
                )
            )
    tolerance = examined.settings.tolerance
    if tolerance is not None and 0 < tolerance < rounding**2:
        sentence = f"a loss of {tolerance:g} (tolerance) is below the rounding of {called}"
        remedy = f"--set tolerance={rounding**2:.0e} or more" + _or_float64(examined.dtype)
        findings.append(Finding("dtype", Severity.REMARK, sentence, remedy))
    return findings


def _or_float64(dtype: torch.dtype) -> str:
    return ", or take --dtype float64" if dtype == torch.float32 else ""
