"""Data at points or sensors, as a condition."""

import copy
from collections.abc import Callable, Mapping
from typing import Literal

import torch
from numpy.typing import ArrayLike
from torch import Generator, Tensor

from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.derivatives.request import Variables
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.sampling import PointSet
from pinn_metakan.pde.condition import Condition, NoiseLevel, Place
from pinn_metakan.pde.named_quantity import check_quantity
from pinn_metakan.pde.noise import Noise, as_tensor

#: Computes what was observed from the values of a jet, (N,).
Quantity = Callable[[Jet], Tensor]


class GivenPoints(Place):
    """Points that the user gave.

    Args:
        points: Shape (M, d), or (M, Q, d) for Q points of each of M sensors, float64.

    Raises:
        ValueError: If they have another shape or are not finite.
    """

    def __init__(self, points: Tensor):
        if points.ndim not in (2, 3) or points.numel() == 0:
            shape = tuple(points.shape)
            raise ValueError(
                f"Observed: points must have shape (M, d), or (M, Q, d) for sensors of Q points, "
                f"got {shape}"
            )
        if not torch.isfinite(points).all():
            raise ValueError("Observed: the points hold NaN or infinity")
        #: How many values were observed, and the number of points of each.
        self.count, self.nodes = len(points), 1 if points.ndim == 2 else points.shape[1]
        # The first points of all sensors, then the second ones, and so on, as `PointSet` has them.
        self.points = points if points.ndim == 2 else points.transpose(0, 1).flatten(0, 1)

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
            raise ValueError(
                f"Observed: point {row % self.count} at ({place}) lies outside {domain!r}"
            )

    def sample(
        self, variables: Variables, domain: Domain, count: int, sequence: str, generator: Generator
    ) -> PointSet:
        """The points as they are; nothing is drawn."""
        return PointSet(self.points)


class Observed(Condition):
    r"""Data: u(points) = values, up to noise.

    With a `sigma`, values count by it, as chi^2, the sum of ((u(x_i) - u_i) / sigma_i)^2,
    and equations and other conditions count as nearly exact beside them. Without one, data are
    taken as exact, as any other condition.

    Args:
        points: Shape (M, d), columns in the order of the coordinates; or (M, Q, d), the Q points of
            each of M sensors.
        sigma: Standard deviation of the noise [unit of the values]: a number, one for each value,
            (M,), or a dict of such by name; ``"estimate"`` where it is the same for all values of a
            name and not known; None for values without noise.
        weights: What a sensor adds its points up by, shape (Q,) or (M, Q), such as the weights of a
            quadrature rule; means unless given.
        of: What was observed, by name, where that is neither an unknown nor a derivative: functions
            of the jet, such as ``{"flux": lambda jet: -jet("D") * jet("u_x")}``.
        huber: Deviations of more than so many sigma count linearly (Huber), so that outliers do not
            spoil the rest, such as 1.5; None for squares everywhere.
        **values: Shape (M,) for each unknown, derivative or name of `of` that was observed.

    Raises:
        ValueError: If the arrays do not fit each other or hold NaN, or a sigma is not positive.
    """

    region = "data"
    is_pointwise = False  # its values belong to all of its points

    def __init__(
        self,
        points: ArrayLike | Tensor,
        *,
        sigma: float | Literal["estimate"] | ArrayLike | Mapping[str, object] | None = None,
        weights: ArrayLike | Tensor | None = None,
        of: Mapping[str, Quantity] | None = None,
        huber: float | None = None,
        **values: ArrayLike | Tensor,
    ):
        self.place: GivenPoints = GivenPoints(as_tensor(points, "points"))
        count, nodes = self.place.count, self.place.nodes
        self.values: Mapping[str, Tensor] = {k: as_tensor(v, k) for k, v in values.items()}
        for name, value in self.values.items():
            if value.shape != (count,):
                expected, shape = (count,), tuple(value.shape)
                raise ValueError(f"Observed: {name} must have shape {expected}, got {shape}")
            if not torch.isfinite(value).all():
                raise ValueError(f"Observed: the data of {name} hold NaN or infinity")
        self._measured = self.values
        self._noise = Noise(sigma, self.values, huber)
        self._of = dict(of or {})
        for name in self._of:
            if name not in self.values:
                raise ValueError(f"Observed: of has {name!r}, but there are no values of it")
        self._weights = _weights(weights, count, nodes)  # (Q, M)

    def __repr__(self) -> str:
        shown = [f"{name}=<{len(value)} values>" for name, value in self.values.items()]
        return f"Observed({', '.join([*shown, *self._noise.described()])})"

    def noise_levels(self) -> Mapping[str, NoiseLevel]:
        """Common noise of the values of each name; see `Condition.noise_levels`."""
        return self._noise.levels()

    def observed(self) -> Mapping[str, Tensor]:
        """Values by the name of what was observed; see `Condition.observed`."""
        return self._measured

    def with_observed(self, values: Mapping[str, Tensor], is_exact: bool = False) -> "Observed":
        """Make the same condition of other values; see `Condition.with_observed`."""
        found = copy.copy(self)
        found.values = {name: values[name].detach().double().cpu() for name in self.values}
        if is_exact:
            found._noise = Noise(None, {}, None)
        return found

    def noise_of_values(self) -> Mapping[str, Tensor | None]:
        """Standard deviation of each value by name; see `Condition.noise_of_values`."""
        return self._noise.sigmas

    def check_names(self, variables: Variables) -> None:
        """Check what was observed."""
        if not self.values:
            u = variables.unknowns[0]
            raise ValueError(f"Observed needs a value, such as Observed(points, {u}=values)")
        for name in self.values:
            if name not in self._of:
                check_quantity("Observed", name, variables)

    def residual(self, jet: Jet, at: PointSet, variables: Variables) -> dict[str, Tensor]:
        """Evaluate the deviations from the values, as they count by their sigma, (M,) each."""
        found = {}
        for name, value in self.values.items():
            seen = self._of[name](jet) if name in self._of else jet(name)
            if self.place.nodes > 1:
                weights = self._weights.to(at.points)
                seen = (weights * seen.view(self.place.nodes, -1)).sum(dim=0)
            found[name] = self._noise.weighed(name, seen - value.to(at.points))
        return found


def _weights(weights: ArrayLike | Tensor | None, count: int, nodes: int) -> Tensor:
    """Weights of the points of sensors, (Q, 1) or (Q, M)."""
    if weights is None:
        return torch.full((nodes, 1), 1.0 / nodes, dtype=torch.float64)
    found = as_tensor(weights, "weights")
    if nodes == 1 or tuple(found.shape) not in ((nodes,), (count, nodes)):
        raise ValueError(
            f"Observed: weights belong to points of shape (M, Q, d) and must have shape (Q,) or "
            f"(M, Q), got {tuple(found.shape)} for M = {count}, Q = {nodes}"
        )
    if not torch.isfinite(found).all():
        raise ValueError("Observed: the weights hold NaN or infinity")
    return found.unsqueeze(1) if found.ndim == 1 else found.T
