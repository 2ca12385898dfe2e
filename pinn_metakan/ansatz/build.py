"""The ansatz of a problem, from its formulation."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Generator

from pinn_metakan.ansatz.ansatz import Ansatz
from pinn_metakan.ansatz.corner_inputs import corner_inputs
from pinn_metakan.ansatz.features import Features
from pinn_metakan.ansatz.functions import UnknownFunctions
from pinn_metakan.ansatz.hard.constraints import HardConstraints, build_constraints, no_constraints
from pinn_metakan.ansatz.hard.fluxes import Fluxes
from pinn_metakan.ansatz.hard.pieces import periodic_axes
from pinn_metakan.ansatz.numbers import UnknownNumbers
from pinn_metakan.errors import ProblemError, SettingsError
from pinn_metakan.geometry.domain import Face
from pinn_metakan.geometry.sampling import sample_interior
from pinn_metakan.networks.network import Network
from pinn_metakan.pde.condition import Kink
from pinn_metakan.pde.formulation import Formulation
from pinn_metakan.pde.kinks import find_kinks
from pinn_metakan.pde.problem import has_transform

#: Why there are more features than coordinates.
_TWO_FEATURES = "; a coordinate with slopes by construction takes two, one if fluxes = 'clamps'"
_AT_CORNERS = "; inner corners of the domain add two, unless the problem has features of its own"
#: Points where a user's transform is tried.
_TRIED_POINTS = 7


@dataclass(frozen=True)
class BuiltAnsatz:
    """An ansatz, and what is known of it.

    Args:
        ansatz: The field.
        satisfied: Names of residual terms that are zero by construction; not known, and empty,
            where the problem has a transform of its own.
        notes: Lines for the user: which conditions stay soft, and why.
        has_transform: Whether the problem's own transform takes the place of the constraints.
        constraints: The constraints, and what is known of the data of conditions.
    """

    ansatz: Ansatz
    satisfied: frozenset[str]
    notes: tuple[str, ...]
    has_transform: bool
    constraints: HardConstraints


def build_ansatz(
    formulation: Formulation,
    is_hard: bool,
    make_network: Callable[[int, int], Network],
    device: torch.device,
    dtype: torch.dtype,
    fluxes: Fluxes = "soft",
    flat: frozenset[Face] | None = None,
) -> BuiltAnsatz:
    """Put features, network and constraints together.

    Args:
        formulation: The problem.
        is_hard: Whether conditions are satisfied by construction where that is possible.
        make_network: Takes the numbers of features and of unknowns.
        device: Where to compute.
        dtype: Of what numbers.
        fluxes: See `build_constraints`.
        flat: Likewise.

    Returns:
        The ansatz and what is known of it.

    Raises:
        SettingsError: If the network does not map features to unknowns.
        ProblemError: If the problem's own transform cannot be trained through, or slopes may jump
            across a periodic coordinate.
    """
    problem = formulation.problem
    if is_hard:
        constraints = build_constraints(formulation, fluxes, flat)
    else:
        constraints = no_constraints(formulation)
    uses_transform = is_hard and has_transform(problem)
    flat_faces = frozenset() if uses_transform else constraints.flat
    kinks, own = _kinks(formulation), formulation.features
    at_corners = None
    if own is None and not uses_transform:
        at_corners = corner_inputs(formulation.domain, constraints.valued)
    features = Features(
        formulation.domain, constraints.periodic, kinks, flat_faces, own or at_corners
    )
    outputs = len(problem.unknowns)
    network = make_network(features.size, outputs)
    if (network.widths[0], network.widths[-1]) != (features.size, outputs):
        raise SettingsError(
            f"the network must map {features.size} features to {outputs} unknowns, "
            f"its widths are {list(network.widths)}{_TWO_FEATURES if flat_faces else ''}"
            f"{_AT_CORNERS if at_corners else ''}"
        )
    transforming = problem if uses_transform else None
    numbers = UnknownNumbers(formulation.unknowns)
    functions = UnknownFunctions(formulation.functions, formulation.variables.laws)
    known = constraints.constraints
    ansatz = Ansatz(features, network, known, transforming, None, numbers, functions)
    ansatz.to(device, dtype)
    some = sample_interior(formulation.domain, _TRIED_POINTS, "sobol", Generator().manual_seed(0))
    ansatz.try_transform(some.points.to(device, dtype))
    if uses_transform:
        return BuiltAnsatz(ansatz, frozenset(), (), True, constraints)
    return BuiltAnsatz(ansatz, constraints.satisfied, constraints.notes, False, constraints)


def _kinks(formulation: Formulation) -> set[Kink]:
    """The planes across which slopes may jump; none across a periodic coordinate."""
    kinks, periodic = find_kinks(formulation), periodic_axes(formulation)
    for kink, name in kinks.items():
        if kink.axis in periodic:
            coordinate = formulation.variables.column_names()[kink.axis]
            raise ProblemError(
                f"{formulation.problem.origin.label}: condition {name!r}: slopes cannot jump "
                f"across {coordinate}, which the condition {periodic[kink.axis]!r} makes periodic"
            )
    return set(kinks)
