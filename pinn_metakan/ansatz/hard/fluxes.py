"""What conditions say of slopes across flat faces."""

from dataclasses import dataclass

from torch import Tensor

from pinn_metakan.ansatz.hard.pieces import as_field
from pinn_metakan.ansatz.hard.transfinite import Field, slope
from pinn_metakan.errors import ProblemError
from pinn_metakan.geometry.domain import Face
from pinn_metakan.pde.formulation import Formulation
from pinn_metakan.pde.user_code import told_failures


@dataclass(frozen=True)
class Flux:
    """a u + b du/dn = c on a flat face, with the outward normal n.

    Args:
        term: Name of the residual term.
        a: Takes points (N, d), gives (N,).
        b: Likewise.
        c: Likewise.
    """

    term: str
    a: Field
    b: Field
    c: Field

    def missing(self, field: Field, points: Tensor, face: Face) -> Tensor:
        """The slope along the normal that a field lacks at points (N, d) of the face, (N,)."""
        outward = face.sign * slope(field, points, face.axis)
        b = self.b(points)
        return (self.c(points) - self.a(points) * field(points)) / b - outward


def collect_fluxes(formulation: Formulation, unknown: str) -> dict[Face, Flux]:
    """Gather what is said of the slope of an unknown on flat faces, the first on each.

    Args:
        formulation: The problem.
        unknown: Whose slopes.

    Returns:
        What is said, by face.

    Raises:
        ProblemError: If a condition speaks of a term that it does not have.
    """
    variables, domain = formulation.variables, formulation.domain
    found: dict[Face, Flux] = {}
    for name, condition in formulation.problem.conditions.items():
        label = f"{formulation.problem.origin.label}: condition {name!r}"
        with told_failures(f"{label}: its flux_data failed"):
            offers = list(condition.flux_data(variables))
            faces = condition.place.faces(variables, domain) if offers else ()
        terms = formulation.conditions[name].terms
        for offer in offers:
            term = f"{name}_{offer.term or offer.unknown}"
            if term not in terms:
                known = ", ".join(t.removeprefix(f"{name}_") for t in terms)
                raise ProblemError(
                    f"{label}: its flux_data name the term {offer.term or offer.unknown!r}, its "
                    f"residual has {known}"
                )
            if offer.unknown == unknown:
                parts = (offer.a, offer.b, offer.c)
                fields = (as_field(part, variables, label, None) for part in parts)
                flux = Flux(term, *fields)
                for face in faces:
                    found.setdefault(face, flux)
    return found
