"""Unknowns that are known but for a constant, and fluxes that do not fit the sources."""

import torch
from torch import Generator, Tensor

from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.derivatives.request import Derivative, Quantity
from pinn_metakan.diagnosis.finding import Finding, Severity
from pinn_metakan.diagnosis.fluxes import imbalance
from pinn_metakan.diagnosis.sensitivity import made_up_values
from pinn_metakan.geometry.sampling import PointSet, sample_interior
from pinn_metakan.pde.formulation import Formulation
from pinn_metakan.pde.problem import has_transform
from pinn_metakan.pde.residual import Residual

# All of these: docs/decisions/0024-diagnosis.md.
#: A constant that is added to an unknown, beside made-up values near 1; points of the equations.
_SHIFT, _POINTS = 1.75, 64
#: Rounding of a residual, relative to its size.
_ROUNDING = 1e-10
#: An integral of sources and one of fluxes that differ by more than this part of their sizes: those
#: of the points are exact to about 1e-3.
_DISAGREE = 0.01


def check_constants(formulation: Formulation) -> list[Finding]:
    """Find unknowns to which a constant can be added, as where all conditions are on fluxes.

    Args:
        formulation: The problem. Nothing is said where it has a transform of its own.

    Returns:
        The findings: an error where fluxes and sources contradict each other.
    """
    problem, names = formulation.problem, formulation.variables.unknowns
    if has_transform(problem) or not problem.conditions:
        return []
    generator = Generator().manual_seed(0)
    inside = sample_interior(formulation.domain, _POINTS, "sobol", generator)
    residuals = [(formulation.equations, inside)]
    residuals += [(residual, residual.at) for residual in formulation.conditions.values()]
    findings = []
    for k, name in enumerate(names):
        if not all(_is_free(formulation, residual, at, k) for residual, at in residuals):
            continue
        found = imbalance(formulation) if len(names) == 1 else None
        if found is not None and abs(found.source - found.flux) > _DISAGREE * found.size:
            findings.append(
                Finding(
                    "constants",
                    Severity.ERROR,
                    f"no {name} satisfies equation and fluxes: all conditions are on fluxes, whose "
                    f"integral over the boundary is {found.flux:.4g}, while the source asks for "
                    f"{found.source:.4g}",
                    "change the source or the fluxes so that they agree, or prescribe u somewhere",
                )
            )
            continue
        findings.append(
            Finding(
                "constants",
                Severity.WARNING,
                f"{name} is known but for a constant: equations and conditions have only its "
                "derivatives",
                f"pin a value, such as Observed(points, {name}=[0.0]) at one point",
            )
        )
    return findings


@torch.no_grad()
def _is_free(formulation: Formulation, residual: Residual, at: PointSet, unknown: int) -> bool:
    """Whether a constant that is added to an unknown changes nothing of a residual."""
    values = made_up_values(residual, at)
    value = Derivative(unknown, ())
    if value not in values:
        return True

    def terms(values: dict[Quantity, Tensor]) -> Tensor:
        found = residual.evaluate(Jet(formulation.variables, at.points, values), at)
        return torch.cat(list(found.values()))

    before, after = terms(values), terms(values | {value: values[value] + _SHIFT})
    size = float(before.abs().nan_to_num().max()) + _SHIFT
    return bool(((after - before).abs() <= _ROUNDING * size).all())
