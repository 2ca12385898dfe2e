"""Conditions on the boundary of space: Dirichlet, Neumann, Robin and periodic.

Values are numbers or functions. A function receives one (N,) tensor for each coordinate, in the
order of `Problem.coordinates`.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Generator, Tensor

from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.derivatives.request import Variables
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.sampling import PointSet, sample_face
from pinn_metakan.pde.boundary_part import BoundaryPart, Where
from pinn_metakan.pde.condition import (
    Condition,
    FluxData,
    HardData,
    Place,
    check_unknowns,
    check_values,
)
from pinn_metakan.pde.data import Data, arguments_at, check_data, evaluate_data


class Dirichlet(Condition):
    """The value on the boundary: u = g.

    Args:
        where: The part of the boundary: a face such as ``"x=0"``, a part with a name such as
            ``"hole"``, several of them, a function of the coordinates that returns booleans (N,),
            or None for all of it.
        **values: g for each unknown, a number or a function of the coordinates [unit of u].
    """

    region = "boundary"

    def __init__(self, where: Where = None, **values: Data):
        self.place: BoundaryPart = BoundaryPart(where)
        self.values: Mapping[str, Data] = values

    def check_names(self, variables: Variables) -> None:
        """Check the unknowns and their values."""
        check_values("Dirichlet", self.values, variables.unknowns)

    def residual(self, jet: Jet, at: PointSet, variables: Variables) -> dict[str, Tensor]:
        """Evaluate u - g, (N,) for each unknown."""
        arguments = arguments_at(variables, at.points)
        return {
            name: jet(name) - evaluate_data(data, arguments, f"the Dirichlet value of {name}")
            for name, data in self.values.items()
        }

    def hard_data(self, variables: Variables) -> Sequence[HardData]:
        """List the values."""
        return [HardData(name, data) for name, data in self.values.items()]


class Neumann(Condition):
    """The outward normal derivative on the boundary: du/dn = g.

    Args:
        where: The part of the boundary, as for `Dirichlet`.
        **values: g for each unknown, a number or a function [unit of u over unit of x].
    """

    region = "boundary"

    def __init__(self, where: Where = None, **values: Data):
        self.place: BoundaryPart = BoundaryPart(where)
        self.values: Mapping[str, Data] = values

    def check_names(self, variables: Variables) -> None:
        """Check the unknowns and their values."""
        check_values("Neumann", self.values, variables.unknowns)

    def residual(self, jet: Jet, at: PointSet, variables: Variables) -> dict[str, Tensor]:
        """Evaluate du/dn - g, (N,) for each unknown."""
        arguments = arguments_at(variables, at.points)
        return {
            name: _normal_derivative(jet, name, at, variables)
            - evaluate_data(data, arguments, f"the Neumann value of {name}")
            for name, data in self.values.items()
        }

    def flux_data(self, variables: Variables) -> Sequence[FluxData]:
        """List the slopes."""
        return [FluxData(name, 0.0, 1.0, data) for name, data in self.values.items()]


class Robin(Condition):
    """A mixture on the boundary: a u + b du/dn = c.

    Args:
        a: Number or function.
        b: Number or function.
        c: Number or function.
        where: The part of the boundary, as for `Dirichlet`.
        unknown: Which unknown; may be left out where there is only one.
    """

    region = "boundary"

    def __init__(self, a: Data, b: Data, c: Data, where: Where = None, unknown: str | None = None):
        self.a, self.b, self.c = a, b, c
        self.place: BoundaryPart = BoundaryPart(where)
        self.unknown = unknown

    def check_names(self, variables: Variables) -> None:
        """Check the unknown and the coefficients."""
        if self.unknown is None and len(variables.unknowns) > 1:
            raise ValueError(f"Robin needs unknown=..., one of {', '.join(variables.unknowns)}")
        if self.unknown is not None:
            check_unknowns("Robin", [self.unknown], variables.unknowns)
        for letter, data in (("a", self.a), ("b", self.b), ("c", self.c)):
            check_data(f"Robin: {letter}", data)

    def residual(self, jet: Jet, at: PointSet, variables: Variables) -> dict[str, Tensor]:
        """Evaluate a u + b du/dn - c, (N,)."""
        name = self.unknown or variables.unknowns[0]
        arguments = arguments_at(variables, at.points)
        a, b, c = (
            evaluate_data(data, arguments, f"the Robin coefficient {letter} of {name}")
            for letter, data in (("a", self.a), ("b", self.b), ("c", self.c))
        )
        return {name: a * jet(name) + b * _normal_derivative(jet, name, at, variables) - c}

    def flux_data(self, variables: Variables) -> Sequence[FluxData]:
        """Tell the mixture."""
        return [FluxData(self.unknown or variables.unknowns[0], self.a, self.b, self.c)]


class OppositeFaces(Place):
    """Pairs of points on the two faces of a box along a coordinate.

    Args:
        coordinate: Name of a scalar space coordinate.
    """

    def __init__(self, coordinate: str):
        self.coordinate = coordinate

    def axis(self, variables: Variables) -> int:
        """Column of the coordinate.

        Args:
            variables: The names.

        Returns:
            The column.

        Raises:
            ValueError: If there is no such coordinate of space.
        """
        try:
            axis = variables.axis(self.coordinate)
        except LookupError as error:
            raise ValueError(f"Periodic: {error}") from None
        if axis == variables.time_axis:
            raise ValueError(f"Periodic({self.coordinate!r}): time cannot be periodic")
        return axis

    def check(self, variables: Variables, domain: Domain) -> None:
        """Check that the coordinate has two opposite faces."""
        faces = [face for face in domain.faces if face.axis == self.axis(variables)]
        if len(faces) != 2:
            raise ValueError(f"Periodic({self.coordinate!r}) needs a box along that coordinate")

    def sample(
        self, variables: Variables, domain: Domain, count: int, sequence: str, generator: Generator
    ) -> PointSet:
        """Draw points of the lower face, then the same points of the upper face: (2 N, d)."""
        axis = self.axis(variables)
        lower_face = next(face for face in domain.faces if face.axis == axis)
        lower = sample_face(domain, lower_face, count, sequence, generator)
        upper = lower.points.clone()
        upper[:, axis] = domain.bounds[axis][1]
        return PointSet(torch.cat([lower.points, upper]))


class Periodic(Condition):
    """All unknowns repeat along a coordinate: u and its derivatives agree at both ends.

    As a soft condition, the values and the first derivatives are compared.

    Args:
        coordinate: Name of a scalar space coordinate.
    """

    region = "boundary"
    is_pointwise = False  # each residual compares two points

    def __init__(self, coordinate: str):
        self.coordinate = coordinate
        self.place: OppositeFaces = OppositeFaces(coordinate)

    def check_names(self, variables: Variables) -> None:
        """Check the coordinate."""
        self.place.axis(variables)

    def residual(self, jet: Jet, at: PointSet, variables: Variables) -> dict[str, Tensor]:
        """Evaluate u(low) - u(high), and the same of the derivative along the coordinate."""
        terms: dict[str, Tensor] = {}
        position = variables.space_axes.index(self.place.axis(variables))
        for name in variables.unknowns:
            slope = jet(f"gradient_{name}")[:, position]
            for label, value in ((name, jet(name)), (f"{name}_{self.coordinate}", slope)):
                low, high = value.chunk(2)
                terms[label] = low - high
        return terms

    def periodic_axis(self, variables: Variables) -> int:
        """Find the column of the coordinate."""
        return self.place.axis(variables)


def _normal_derivative(jet: Jet, name: str, at: PointSet, variables: Variables) -> Tensor:
    assert at.normals is not None
    normals = at.normals[:, list(variables.space_axes)]
    return (jet(f"gradient_{name}") * normals).sum(dim=1)
