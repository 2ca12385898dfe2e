r"""Whether sources and fluxes of a Laplace or Poisson equation agree.

With a Laplacian u = f inside and du/dn = g on the boundary,

.. math:: \int f \, dV = a \oint g \, dS ,

or there is no solution.
"""

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.derivatives.request import Gradient, Quantity
from pinn_metakan.diagnosis.sensitivity import made_up_values, sensitivities_at
from pinn_metakan.geometry.sampling import PointSet, sample_boundary, sample_interior
from pinn_metakan.pde.formulation import Formulation
from pinn_metakan.pde.residual import Residual

# All of these: docs/decisions/0024-diagnosis.md.
#: Quasi-random points of each integral: exact to about 1e-3.
_POINTS = 4096
#: Coefficients that differ by less than this part are the same, and points on a face by less than
#: this part of the side.
_AGREEMENT = 1e-9
#: How far means of x_i n_j over the boundary may be from what they are for points that are uniform
#: in area, relative to these.
_UNIFORM = 0.02


@dataclass(frozen=True)
class Balance:
    """What sources ask for, what fluxes bring, and how large both are, per unit of volume.

    Args:
        source: Mean of f / a inside.
        flux: Integral of g over the boundary, over the volume.
        size: Mean of the absolute source and flux.
    """

    source: float
    flux: float
    size: float


@torch.no_grad()
def imbalance(formulation: Formulation) -> Balance | None:
    """Integrate source and fluxes.

    Args:
        formulation: A steady problem of one unknown.

    Returns:
        Both; None if the equation is no Laplace or Poisson equation, the points of the boundary are
        not uniform in area, or a part of the boundary has no flux that is known.
    """
    equations = formulation.equations
    domain, generator = formulation.domain, Generator().manual_seed(0)
    if domain.time_axis is not None or len(equations.terms) != 1 or not equations.is_affine:
        return None
    inside = sample_interior(domain, _POINTS, "sobol", generator)
    coefficient = _laplacian(formulation, inside)
    if coefficient is None:
        return None
    source = -_at_zero(formulation, equations, inside) / coefficient
    try:
        boundary = sample_boundary(domain, _POINTS, "sobol", generator)
    except NotImplementedError:  # a domain of the user's own without a boundary
        return None
    flux = _fluxes(formulation, boundary)
    area = _area_over_volume(boundary)
    if flux is None or area is None:
        return None
    return Balance(
        float(source.mean()),
        area * float(flux.mean()),
        float(source.abs().mean()) + area * float(flux.abs().mean()),
    )


def _laplacian(formulation: Formulation, at: PointSet) -> float | None:
    """The constant a where the equation is a Laplacian u = f; None where it is another."""
    equations, variables = formulation.equations, formulation.variables
    values = made_up_values(equations, at)
    (terms,) = sensitivities_at(equations, variables, at, values).values()
    if {derivative.axes for derivative in terms} != {(a, a) for a in variables.space_axes}:
        return None
    slopes = torch.stack(list(terms.values()))
    first = float(slopes[0, 0])
    is_constant = bool(((slopes - first).abs() <= _AGREEMENT * abs(first)).all())
    return first if is_constant else None


def _at_zero(formulation: Formulation, residual: Residual, at: PointSet) -> Tensor:
    values = {q: torch.zeros_like(value) for q, value in made_up_values(residual, at).items()}
    (term,) = residual.evaluate(Jet(formulation.variables, at.points, values), at).values()
    return term


def _fluxes(formulation: Formulation, boundary: PointSet) -> Tensor | None:
    """du/dn (N,) at points of the boundary; None if it is not known at one."""
    variables, domain = formulation.variables, formulation.domain
    assert boundary.normals is not None
    flux = torch.full((len(boundary.points),), torch.nan, dtype=torch.float64)
    low, high = torch.tensor(domain.bounds, dtype=torch.float64).T
    margin = _AGREEMENT * (high - low)

    def is_on(axis: int, value: float) -> Tensor:
        return (boundary.points[:, axis] - value).abs() <= margin[axis]

    for name, residual in formulation.conditions.items():
        condition = formulation.problem.conditions[name]
        axis = condition.periodic_axis(variables)
        if axis is not None:  # what leaves at one end comes in at the other
            flux[is_on(axis, float(low[axis])) | is_on(axis, float(high[axis]))] = 0.0
            continue
        faces = condition.place.faces(variables, domain)
        chosen = torch.full_like(flux, bool(condition.place.is_whole_boundary), dtype=torch.bool)
        for face in faces:
            chosen |= is_on(face.axis, face.value)
        found = _flux(formulation, residual, PointSet(boundary.points, boundary.normals))
        if found is None or not bool(chosen.any()):
            return None
        flux = torch.where(chosen, found, flux)
    return flux if bool(torch.isfinite(flux).all()) else None


def _flux(formulation: Formulation, residual: Residual, at: PointSet) -> Tensor | None:
    """What b du/dn - c = 0 says of du/dn, (N,)."""
    if len(residual.terms) != 1 or not residual.is_affine or not residual.is_pointwise:
        return None
    asked = [q for q in residual.quantities if isinstance(q, Gradient)]
    if len(asked) != 1:
        return None
    assert at.normals is not None
    normals = at.normals[:, list(asked[0].axes)]
    zero = {q: torch.zeros_like(value) for q, value in made_up_values(residual, at).items()}

    def term(values: dict[Quantity, Tensor]) -> Tensor:
        jet = Jet(formulation.variables, at.points, values)
        (found,) = residual.evaluate(jet, at).values()
        return found

    at_zero = term(zero)
    slope = term(zero | {asked[0]: normals}) - at_zero
    return -at_zero / slope if bool((slope != 0).all()) else None


def _area_over_volume(boundary: PointSet) -> float | None:
    r"""Area over volume by the divergence theorem: the mean of x_i n_j is delta_ij V / A."""
    assert boundary.normals is not None
    centered = boundary.points - boundary.points.mean(dim=0)
    moments = centered.T @ boundary.normals / len(centered)  # (d, d)
    share = float(moments.diagonal().mean())
    expected = share * torch.eye(len(moments), dtype=torch.float64)
    if share <= 0 or float((moments - expected).abs().max()) > _UNIFORM * share:
        return None
    return 1 / share
