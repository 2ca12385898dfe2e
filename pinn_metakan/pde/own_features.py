"""Functions of the coordinates that a problem names as further inputs of its network."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from pinn_metakan.derivatives.request import Variables
from pinn_metakan.errors import ProblemError
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.sampling import sample_interior
from pinn_metakan.pde.coupled_points import first_coupled
from pinn_metakan.pde.data import arguments_at
from pinn_metakan.pde.problem import Problem, has_features
from pinn_metakan.pde.returned import fault_of
from pinn_metakan.pde.user_code import call_user

#: Points whose values say how large features are (docs/decisions/0036-shapes.md), and those that
#: show whether each is a function of its own point.
_POINTS, _TRIED = 1024, 7


@dataclass(frozen=True)
class OwnFeatures:
    """Features of a problem, and how large they are.

    Args:
        function: Takes points (N, d), gives the features (N, k).
        lowest: Smallest value of each.
        largest: Largest value of each.
    """

    function: Callable[[Tensor], Tensor]
    lowest: tuple[float, ...]
    largest: tuple[float, ...]


def own_features(problem: Problem, variables: Variables, domain: Domain) -> OwnFeatures | None:
    """Check the features of a problem and measure them at points of its domain.

    Args:
        problem: The problem.
        variables: What names mean.
        domain: Where.

    Returns:
        The features; None without any.

    Raises:
        ProblemError: If they fail, have the wrong shape, are not finite or constant, or couple
            their points.
    """
    if not has_features(problem):
        return None

    def function(points: Tensor) -> Tensor:
        return _checked(
            call_user(problem.features, arguments_at(variables, points), "features"),
            points.shape[0],
            points.device,
        )

    points = sample_interior(domain, _POINTS, "sobol", Generator().manual_seed(0)).points
    with torch.no_grad():
        values = function(points)
        few = points[:_TRIED]
        whole = {"": function(few)}
        coupled = first_coupled(lambda part: {"": function(few[part])}, whole)
    if not bool(torch.isfinite(values).all()):
        place = ", ".join(f"{x:g}" for x in points[~torch.isfinite(values).all(dim=1)][0].tolist())
        raise ProblemError(f"features are NaN or infinite at ({place}), inside the domain")
    if coupled is not None:
        raise ProblemError(
            "features couple their points: the value at a point is another when a further point is "
            "left out; they must not take a mean, a sum or a maximum over them, nor draw random "
            "numbers"
        )
    lowest, largest = values.amin(dim=0), values.amax(dim=0)
    for number in (lowest == largest).nonzero()[:, 0].tolist():
        raise ProblemError(
            f"features: number {number + 1} has the value {float(lowest[number]):g} everywhere; "
            "leave it out"
        )
    return OwnFeatures(function, tuple(lowest.tolist()), tuple(largest.tolist()))


def _checked(values: object, count: int, device: torch.device) -> Tensor:
    """The features (N, k); one of them may be (N,)."""
    if isinstance(values, Tensor) and values.ndim == 1:
        values = values.unsqueeze(1)
    if isinstance(values, Tensor) and (fault := fault_of(values, device)) is not None:
        raise ProblemError(f"features are {fault}, expected real numbers")
    # torch.export follows the shape, but not len().
    if not isinstance(values, Tensor) or values.ndim != 2 or values.shape[0] != count:
        what = tuple(values.shape) if isinstance(values, Tensor) else type(values).__name__
        raise ProblemError(
            f"features must return a tensor ({count}, k) for {count} points, of k features, got "
            f"{what}"
        )
    if not values.is_floating_point() or values.shape[1] == 0:
        raise ProblemError(
            f"features must be real numbers, at least one per point, got {values.dtype} of shape "
            f"{tuple(values.shape)}"
        )
    return values
