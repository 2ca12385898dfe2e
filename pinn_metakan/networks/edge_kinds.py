"""Which edges a family and its coefficients make."""

from pinn_metakan.families.edge_family import EdgeFamily
from pinn_metakan.families.table import AnyFamily
from pinn_metakan.networks.coefficients.coefficients import Coefficients
from pinn_metakan.networks.coefficients.shared import SharedFunctions
from pinn_metakan.networks.edges import Edges, FixedBasis, LearnedBasis, NonlinearEdges
from pinn_metakan.networks.shared_edges import SharedEdges


def edges_of(family: AnyFamily, coefficients: Coefficients) -> Edges:
    """Choose how the edges of a layer are evaluated."""
    if isinstance(family, EdgeFamily):
        return NonlinearEdges(family, coefficients)
    if list(family.parameters()):
        return LearnedBasis(family, coefficients)
    if isinstance(coefficients, SharedFunctions):
        return SharedEdges(family, coefficients)
    return FixedBasis(family, coefficients)
