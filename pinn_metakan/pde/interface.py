"""Jumps across an interface, at which the unknowns are continuous."""

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.derivatives.request import Variables
from pinn_metakan.errors import ProblemError
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.sampling import PointSet
from pinn_metakan.pde.condition import Condition, Kink, Place
from pinn_metakan.pde.data import Data, arguments_at, check_data, evaluate_data
from pinn_metakan.pde.interior import Plane
from pinn_metakan.pde.named_quantity import check_quantity
from pinn_metakan.pde.user_code import call_user

#: A name such as "u_x", or a function of the jet that returns (N,), such as a flux k(x) u_x.
Quantity = str | Callable[[Jet], Tensor]

#: Distance of points from the interface, relative to the larger of the coordinate's bounds: a few
#: roundings of float32, so that it remains in any precision (docs/decisions/0021-interfaces.md).
_DISTANCE = 2.0**-20


class Interface(Place):
    """Points on both sides of a plane across one coordinate, near it.

    The points are (4 N, d): at distances -2 h, -h, h and 2 h of the same N points.

    Args:
        where: The plane, such as ``"x=0.5"``.
    """

    def __init__(self, where: str):
        self._plane = Plane(where)
        self.where = where

    def kink(self, variables: Variables) -> Kink:
        """Find the coordinate and its value.

        Args:
            variables: The names.

        Returns:
            The column and the value.

        Raises:
            ValueError: If it is not one coordinate.
        """
        fixed = self._plane.columns(variables)
        if len(fixed) != 1:
            raise ValueError(
                f"where must be one coordinate and its value, such as "
                f"'{variables.column_names()[0]}=0.5', got {self.where!r}"
            )
        return Kink(*next(iter(fixed.items())))

    def check(self, variables: Variables, domain: Domain) -> None:
        """Refuse a plane that does not divide the domain.

        Raises:
            ValueError: If it is not inside of the bounds.
        """
        self._plane.check(variables, domain)
        axis, value = self.kink(variables)
        low, high = domain.bounds[axis]
        h = _distance(domain, axis)
        if not low + 2 * h < value < high - 2 * h:
            name = variables.column_names()[axis]
            raise ValueError(f"where: {name}={value:g} is an end of {domain!r}, expected an inside")

    def sample(
        self, variables: Variables, domain: Domain, count: int, sequence: str, generator: Generator
    ) -> PointSet:
        """Draw points of the plane, and take those beside them."""
        points = self._plane.sample(variables, domain, count, sequence, generator).points
        axis, value = self.kink(variables)
        sides = []
        for steps in (-2, -1, 1, 2):
            side = points.clone()
            side[:, axis] = value + steps * _distance(domain, axis)
            sides.append(side)
        return PointSet(torch.cat(sides))


class Jump(Condition):
    r"""The limit from above less that from below, across a plane: [k u_x] = g.

    The unknowns are continuous there and smooth on both sides, but their slopes may jump: the
    distance |x - c| from the plane is an input of the network. That is so for all unknowns, and
    whatever the value: a flux that is continuous needs ``Jump(flux, 0.0, where="x=0.5")``.

    Args:
        quantity: A name such as ``u_x``, or a function of the jet that returns (N,), such as
            ``lambda jet: conductivity(jet("x")) * jet("u_x")``.
        value: g, a number or a function of the coordinates [unit of the quantity].
        where: The plane, such as ``"x=0.5"``; above is where x is larger.
    """

    region = "boundary"
    is_pointwise = False  # each residual compares both sides

    def __init__(self, quantity: Quantity, value: Data, where: str):
        self.quantity = quantity
        self.value = value
        self.place: Interface = Interface(where)

    def check_names(self, variables: Variables) -> None:
        """Check the quantity, its value and the coordinate."""
        if not callable(self.quantity):
            check_quantity("Jump", self.quantity, variables)
        check_data("Jump: the value", self.value)
        self.place.kink(variables)

    def kink(self, variables: Variables) -> Kink:
        """Find the plane."""
        return self.place.kink(variables)

    def residual(self, jet: Jet, at: PointSet, variables: Variables) -> dict[str, Tensor]:
        """Evaluate the jump less its value, (N,); the limits are extrapolated from h and 2 h."""
        far_below, below, above, far_above = self._values(jet, len(at.points)).chunk(4)
        jump = (2 * above - far_above) - (2 * below - far_below)
        _, low, high, _ = at.points.chunk(4)
        arguments = arguments_at(variables, (low + high) / 2)
        name = self.quantity if isinstance(self.quantity, str) else "jump"
        return {name: jump - evaluate_data(self.value, arguments, f"the Jump value of {name}")}

    def _values(self, jet: Jet, count: int) -> Tensor:
        if isinstance(self.quantity, str):
            return jet(self.quantity)
        values = call_user(self.quantity, (jet,), "the quantity of Jump")  # type: ignore[arg-type]
        if not isinstance(values, Tensor) or values.shape != (count,):
            shape = tuple(values.shape) if isinstance(values, Tensor) else type(values).__name__
            raise ProblemError(f"the quantity of Jump returned {shape}, expected a tensor (N,)")
        return values


def _distance(domain: Domain, axis: int) -> float:
    return _DISTANCE * max(map(abs, domain.bounds[axis]))
