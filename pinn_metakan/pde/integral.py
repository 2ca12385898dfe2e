"""The integral of a quantity over the domain."""

import math

import torch
from torch import Generator, Tensor

from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.derivatives.request import Variables
from pinn_metakan.geometry.box import Box
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.quadrature import quadrature_rule
from pinn_metakan.geometry.sampling import PointSet
from pinn_metakan.geometry.sequences import draw_unit
from pinn_metakan.pde.condition import Condition, Place
from pinn_metakan.pde.data import Data, check_data, evaluate_data
from pinn_metakan.pde.named_quantity import check_quantity

#: Points of `points.boundary` for one time (docs/decisions/0020-integrals.md).
_POINTS_PER_TIME = 20


class Everywhere(Place):
    """The nodes of a quadrature rule over the domain, or over space at some times.

    With parameters it is so for some of their values. The points are (Q M, d): all M times and
    values at the first node, then at the second, and so on.
    """

    def check(self, variables: Variables, domain: Domain) -> None:
        """Any domain will do whose rule can be made; `sample` says so."""

    def sample(
        self, variables: Variables, domain: Domain, count: int, sequence: str, generator: Generator
    ) -> PointSet:
        """Take the nodes, which are always the same, at times and parameters that are drawn."""
        space = domain.without_parameters.space
        others = _others(variables)
        if space.dimension == 0:  # time is the only coordinate
            space = Box(domain.bounds[-1])
        nodes, weights = quadrature_rule(space)
        if not others:
            return PointSet(nodes, quadrature=weights)
        unit = draw_unit(sequence, math.ceil(count / _POINTS_PER_TIME), len(others), generator)
        drawn = domain.along(others, unit).repeat(len(nodes), 1)
        points = torch.empty(len(drawn), domain.dimension, dtype=drawn.dtype)
        points[:, list(others)] = drawn
        inside = [axis for axis in range(domain.dimension) if axis not in others]
        points[:, inside] = nodes.repeat_interleave(len(unit), dim=0)
        return PointSet(points, quadrature=weights)


class Integral(Condition):
    r"""The integral of an unknown or a derivative over the domain.

    .. math:: \int q \, dx = g

    In a domain with time the integral is over space, at each time, and with `solution_parameters`
    for each of their values. It is in the loss. On boxes of
    up to three coordinates it is taken by Gauss-Legendre quadrature, elsewhere by points inside,
    to about 1e-4 where q is smooth (`Domain.volume` says how large the domain is).

    Args:
        quantity: The name of q, such as ``u``, ``u_x`` or ``laplacian_u``.
        value: g [unit of q times that of the volume], a number or, in a domain with time, a
            function of time; with `solution_parameters`, a function of these and, behind them,
            time.
    """

    region = "boundary"
    is_pointwise = False  # each of its residuals is made of all points of a time

    def __init__(self, quantity: str, value: Data):
        self.quantity = quantity
        self.value = value
        self.place: Everywhere = Everywhere()

    def check_names(self, variables: Variables) -> None:
        """Check the quantity and its value."""
        check_quantity("Integral", self.quantity, variables)
        check_data(f"Integral: the value of {self.quantity}", self.value)
        if not _others(variables) and callable(self.value):
            raise ValueError(
                f"Integral: the value of {self.quantity} must be a number: the integral is over "
                "all coordinates, there is no time that it could be a function of"
            )

    def residual(self, jet: Jet, at: PointSet, variables: Variables) -> dict[str, Tensor]:
        """Evaluate the integral less its value, (M,), one for each time."""
        assert at.quadrature is not None  # the place says so
        by_node = jet(self.quantity).view(len(at.quadrature), -1)  # (Q, M)
        integral = at.quadrature @ by_node  # (M,)
        others = at.points[: by_node.shape[1], list(_others(variables))].unbind(1)
        like = at.points[: by_node.shape[1], -1]
        label = f"the Integral value of {self.quantity}"
        return {self.quantity: integral - evaluate_data(self.value, list(others) or [like], label)}


def _others(variables: Variables) -> tuple[int, ...]:
    """Columns that the integral is not over: of parameters and, beside space, of time."""
    in_time = () if variables.time_axis is None else (variables.time_axis,)
    return variables.parameter_axes + (in_time if variables.space_axes else ())
