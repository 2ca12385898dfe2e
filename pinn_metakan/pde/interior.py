"""Values on a plane, a line or a point inside the domain."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Generator, Tensor

from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.derivatives.request import Variables
from pinn_metakan.geometry.domain import ROUNDING, Domain
from pinn_metakan.geometry.sampling import PointSet, sample_plane
from pinn_metakan.pde.condition import Condition, Place
from pinn_metakan.pde.data import Data, arguments_at, check_data, evaluate_data
from pinn_metakan.pde.named_quantity import check_quantity

#: One coordinate and its value, such as "x=0.5", or several: {"x": 0.0, "y": 0.0}. A vector
#: coordinate has as many numbers as components.
Fixed = str | Mapping[str, float | Sequence[float]]


class Plane(Place):
    """The points of the domain at which some coordinates have given values.

    Args:
        where: See `Fixed`.
    """

    def __init__(self, where: Fixed):
        self.where = where

    def columns(self, variables: Variables) -> dict[int, float]:
        """Read which columns of a point have which value.

        Args:
            variables: The names.

        Returns:
            Values by column.

        Raises:
            ValueError: If it is no coordinate, or no number.
        """
        given = self._given(variables)
        found: dict[int, float] = {}
        for name, value in given.items():
            if name not in variables.coordinates:
                known = ", ".join(variables.coordinates)
                raise ValueError(f"where: {name!r} is no coordinate; there are {known}")
            columns = variables.columns(name)
            try:
                numbers = np.asarray(value, dtype=np.float64).ravel()
            except (TypeError, ValueError):
                numbers = np.zeros(0)
            if len(numbers) != len(columns) or not np.isfinite(numbers).all():
                expected = "a number" if len(columns) == 1 else f"{len(columns)} numbers"
                raise ValueError(f"where: {name} must be {expected}, got {value!r}")
            found |= dict(zip(columns, numbers.tolist(), strict=True))
        return found

    def _given(self, variables: Variables) -> Mapping[str, object]:
        """Values by coordinate, as they were given."""
        if isinstance(self.where, str) and "=" in self.where:
            name, _, value = self.where.partition("=")
            return {name.strip(): value}
        if isinstance(self.where, Mapping) and self.where:
            return self.where
        names = variables.column_names()
        point = ", ".join(f"'{name}': 0.5" for name in names[:2])
        raise ValueError(
            f"where must be such as '{names[0]}=0.5' or {{{point}}}, got {self.where!r}"
        )

    def check(self, variables: Variables, domain: Domain) -> None:
        """Refuse a plane that does not meet the domain.

        Raises:
            ValueError: If a value is outside of the bounds, or a point outside of the domain.
        """
        fixed, names = self.columns(variables), variables.column_names()
        for axis, value in fixed.items():
            low, high = domain.bounds[axis]
            margin = ROUNDING * (high - low)
            if not low - margin <= value <= high + margin:
                raise ValueError(
                    f"where: {names[axis]}={value:g} lies outside {domain!r}, in which "
                    f"{names[axis]} is from {low:g} to {high:g}"
                )
        if len(fixed) == domain.dimension:
            point = torch.tensor([[fixed[axis] for axis in range(domain.dimension)]])
            if not bool(domain.contains(point.double())):
                place = ", ".join(f"{value:g}" for value in point[0].tolist())
                raise ValueError(f"where: the point ({place}) lies outside {domain!r}")

    def sample(
        self, variables: Variables, domain: Domain, count: int, sequence: str, generator: Generator
    ) -> PointSet:
        """Draw points of the plane; one if no coordinate is left.

        Args:
            variables: The names.
            domain: The domain.
            count: How many points.
            sequence: How they are spread.
            generator: CPU generator.

        Returns:
            The points.

        Raises:
            ValueError: If it does not meet the domain, but for next to nothing.
        """
        fixed = self.columns(variables)
        count = 1 if len(fixed) == domain.dimension else count
        try:
            return sample_plane(domain, fixed, count, sequence, generator)
        except ValueError:
            names = variables.column_names()
            place = ", ".join(f"{names[axis]}={value:g}" for axis, value in fixed.items())
            raise ValueError(f"where: (almost) no point of {domain!r} has {place}") from None


class Interior(Condition):
    """Values inside the domain, on a plane, a line or at a point: such as p = 0 at the origin.

    They are in the loss.

    Args:
        where: The coordinates that are fixed, ``"x=0.5"`` or ``{"x": 0.0, "y": 0.0}``; the others
            take all values that they have in the domain.
        **values: For each unknown or derivative (``u_xx=...``) a number or a function of the
            coordinates [unit of the quantity].
    """

    region = "boundary"

    def __init__(self, where: Fixed, **values: Data):
        self.place: Plane = Plane(where)
        self.values: Mapping[str, Data] = values

    def check_names(self, variables: Variables) -> None:
        """Check the quantities, their values and the coordinates."""
        if not self.values:
            u = variables.unknowns[0]
            raise ValueError(f"Interior needs a value, such as Interior({u}=0.0, where=...)")
        for name, data in self.values.items():
            check_quantity("Interior", name, variables)
            check_data(f"Interior: {name}", data)
        self.place.columns(variables)

    def residual(self, jet: Jet, at: PointSet, variables: Variables) -> dict[str, Tensor]:
        """Evaluate each quantity less its value, (N,)."""
        arguments = arguments_at(variables, at.points)
        return {
            name: jet(name) - evaluate_data(data, arguments, f"the Interior value of {name}")
            for name, data in self.values.items()
        }
