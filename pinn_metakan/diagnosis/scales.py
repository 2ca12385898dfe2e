"""Sizes of unknowns and terms that lie far apart, or far from what a reference says."""

from collections.abc import Mapping

import torch
from torch import Generator, Tensor

from pinn_metakan.diagnosis.examined import Examined
from pinn_metakan.diagnosis.finding import Finding, Severity
from pinn_metakan.diagnosis.reference import reference_at
from pinn_metakan.geometry.sampling import sample_interior

# All of these: docs/decisions/0024-diagnosis.md.
#: Sizes of unknowns, and of residual terms, that are further apart than this are likely to be a
#: mistake; those of terms may have units that differ by an energy per volume and a length.
_UNKNOWNS_APART, _TERMS_APART = 1e6, 1e12
#: A size that is further from the spread of a reference than this was found wrong.
_OFF = 100.0
#: Points where a reference is looked at.
_POINTS = 256


def check_scales(examined: Examined) -> list[Finding]:
    """Compare the sizes that were found with each other and with the reference.

    Args:
        examined: The problem and its objective.

    Returns:
        The findings.
    """
    scales = examined.objective.scales
    findings = [
        *_apart("unknowns", scales.unknowns, _UNKNOWNS_APART),
        *_apart("residual terms", scales.terms, _TERMS_APART),
    ]
    generator = Generator().manual_seed(0)
    points = sample_interior(examined.formulation.domain, _POINTS, "sobol", generator).points
    for name, spread in _spreads(examined, points).items():
        size = scales.unknowns[name]
        if spread > 0 and not 1 / _OFF < size / spread < _OFF:
            findings.append(
                Finding(
                    "scales",
                    Severity.REMARK,
                    f"the size found for {name} is {size:.3g}, and the reference changes by "
                    f"{spread:.3g}",
                    f"state scales = {{{name!r}: {spread:.2g}}} in the problem",
                )
            )
    return findings


def _apart(what: str, sizes: Mapping[str, float], limit: float) -> list[Finding]:
    most, least = max(sizes, key=lambda k: sizes[k]), min(sizes, key=lambda k: sizes[k])
    ratio = sizes[most] / sizes[least]
    if ratio <= limit:
        return []
    sentence = (
        f"sizes of {what} differ by a factor of {ratio:.1g}: {most} {sizes[most]:.3g}, "
        f"{least} {sizes[least]:.3g}"
    )
    return [Finding("scales", Severity.REMARK, sentence, "choose units in which they are alike")]


def _spreads(examined: Examined, points: Tensor) -> dict[str, float]:
    """How much the reference of each unknown changes."""
    values = reference_at(examined.formulation, points)
    if values is None:
        return {}
    spreads = torch.std(values, dim=0, correction=0).tolist()
    return dict(zip(examined.formulation.variables.unknowns, spreads, strict=True))
