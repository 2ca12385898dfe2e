"""A named quantity on the boundary: derivatives of any order."""

from collections.abc import Sequence

from torch import Tensor

from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.derivatives.request import Variables
from pinn_metakan.geometry.sampling import PointSet
from pinn_metakan.pde.boundary_part import BoundaryPart, Where
from pinn_metakan.pde.condition import Condition, HardData
from pinn_metakan.pde.data import Data, arguments_at, check_data, evaluate_data
from pinn_metakan.pde.named_quantity import check_quantity


class Boundary(Condition):
    """The value of any unknown or derivative on the boundary, such as a bending moment u_xx = g.

    Derivatives are along the coordinates: ``Boundary("u_x", 0.0, "x=0")`` clamps an end, whichever
    way is out. They are in the loss; an unknown itself holds by construction, as in `Dirichlet`.

    Args:
        quantity: Its name, such as ``u_xx``, ``u_xxx`` or ``laplacian_u``.
        value: g, a number or a function of the coordinates [unit of the quantity].
        where: The part of the boundary, as for `Dirichlet`.
    """

    region = "boundary"

    def __init__(self, quantity: str, value: Data, where: Where = None):
        self.quantity = quantity
        self.value = value
        self.place: BoundaryPart = BoundaryPart(where)

    def check_names(self, variables: Variables) -> None:
        """Check the quantity and its value."""
        check_quantity("Boundary", self.quantity, variables)
        check_data(f"Boundary: {self.quantity}", self.value)

    def residual(self, jet: Jet, at: PointSet, variables: Variables) -> dict[str, Tensor]:
        """Evaluate the quantity less its value, (N,)."""
        arguments = arguments_at(variables, at.points)
        label = f"the Boundary value of {self.quantity}"
        return {self.quantity: jet(self.quantity) - evaluate_data(self.value, arguments, label)}

    def hard_data(self, variables: Variables) -> Sequence[HardData]:
        """List the value if it is that of an unknown."""
        is_unknown = self.quantity in variables.unknowns
        return [HardData(self.quantity, self.value)] if is_unknown else []
