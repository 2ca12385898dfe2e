"""Data at points, as a condition."""

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Generator, Tensor

from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.derivatives.request import Variables
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.sampling import PointSet
from pinn_metakan.pde.condition import Condition, Place, check_unknowns


class GivenPoints(Place):
    """Points that the user gave.

    Args:
        points: Shape (M, d), float64.

    Raises:
        ValueError: If they have another shape or are not finite.
    """

    def __init__(self, points: Tensor):
        if points.ndim != 2 or len(points) == 0:
            shape = tuple(points.shape)
            raise ValueError(f"Observed: points must have shape (M, d), got {shape}")
        if not torch.isfinite(points).all():
            raise ValueError("Observed: the points hold NaN or infinity")
        self.points = points

    def check(self, variables: Variables, domain: Domain) -> None:
        """Check that the points lie in the domain."""
        if self.points.shape[1] != variables.dimension:
            raise ValueError(
                f"Observed: points must have shape (M, {variables.dimension}), "
                f"got {tuple(self.points.shape)}"
            )
        outside = (~domain.contains(self.points)).nonzero()
        if len(outside):
            row = int(outside[0])
            place = ", ".join(f"{value:g}" for value in self.points[row].tolist())
            raise ValueError(f"Observed: point {row} at ({place}) lies outside {domain!r}")

    def sample(
        self, variables: Variables, domain: Domain, count: int, sequence: str, generator: Generator
    ) -> PointSet:
        """The points as they are; nothing is drawn."""
        return PointSet(self.points)


class Observed(Condition):
    """Data at points: u(points) = values.

    Args:
        points: Shape (M, d), columns in the order of the coordinates.
        **values: Shape (M,) for each unknown that was observed.

    Raises:
        ValueError: If the arrays do not fit each other or hold NaN.
    """

    region = "data"
    is_pointwise = False  # its values belong to all of its points

    def __init__(self, points: ArrayLike | Tensor, **values: ArrayLike | Tensor):
        self.place: GivenPoints = GivenPoints(_as_tensor(points, "points"))
        count = len(self.place.points)
        self.values: Mapping[str, Tensor] = {k: _as_tensor(v, k) for k, v in values.items()}
        for name, value in self.values.items():
            if value.shape != (count,):
                expected, shape = (count,), tuple(value.shape)
                raise ValueError(f"Observed: {name} must have shape {expected}, got {shape}")
            if not torch.isfinite(value).all():
                raise ValueError(f"Observed: the data of {name} hold NaN or infinity")

    def check_names(self, variables: Variables) -> None:
        """Check the unknowns."""
        check_unknowns("Observed", self.values, variables.unknowns)

    def residual(self, jet: Jet, at: PointSet, variables: Variables) -> dict[str, Tensor]:
        """Evaluate u - values, (N,) for each unknown."""
        return {name: jet(name) - value.to(at.points) for name, value in self.values.items()}


def _as_tensor(values: ArrayLike | Tensor, what: str) -> Tensor:
    if isinstance(values, Tensor):
        values = values.detach().cpu().numpy()
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"Observed: {what} must be real numbers, got {array.dtype}")
    return torch.from_numpy(np.array(array, dtype=np.float64))
