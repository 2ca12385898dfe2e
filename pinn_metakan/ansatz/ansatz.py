"""The ansatz: features, then a network, then the constraints."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from pinn_metakan.ansatz.features import Features
from pinn_metakan.ansatz.hard_constraints import Constraint
from pinn_metakan.errors import ProblemError
from pinn_metakan.networks.network import Network
from pinn_metakan.pde.data import call_user
from pinn_metakan.pde.problem import Problem

#: Takes points (N, d), gives the field (N, m).
FieldFunction = Callable[[Tensor], Tensor]


class Ansatz(nn.Module):
    r"""u(x; theta) = g(x) + B(x) N(features(x); theta), or what the problem's own transform says.

    Args:
        features: Coordinates to network inputs.
        network: N.
        constraints: g and B, one for each unknown.
        transforming: The problem whose `transform` is used in place of the constraints, or None.
    """

    def __init__(
        self,
        features: Features,
        network: Network,
        constraints: Sequence[Constraint],
        transforming: Problem | None = None,
    ):
        super().__init__()
        self.features = features
        self.network = network
        self._constraints = tuple(constraints)
        self._transforming = transforming

    def with_weights(self) -> FieldFunction:
        """Make the network's weights once, and give the field that uses them at any points."""
        weights = self.network.weights()

        def field(points: Tensor) -> Tensor:
            outputs = self.network.evaluate(self.features(points), weights)  # (N, m)
            columns = outputs.unbind(1)
            if self._transforming is not None:
                return _transformed(self._transforming, points, columns)
            constrained = [
                constraint.apply(points, column)
                for constraint, column in zip(self._constraints, columns, strict=True)
            ]
            return torch.stack(constrained, dim=1)

        return field

    def forward(self, points: Tensor) -> Tensor:
        """Evaluate the field at points: (N, d) -> (N, m)."""
        return self.with_weights()(points)


def _transformed(problem: Problem, points: Tensor, columns: tuple[Tensor, ...]) -> Tensor:
    names = problem.unknowns
    outputs = dict(zip(names, columns, strict=True))
    label = f"{problem.origin.label}: transform"
    fields = call_user(lambda: problem.transform(points, outputs), (), label)
    if not isinstance(fields, dict) or set(fields) != set(names):
        raise ProblemError(f"{label} must return a dict with the unknowns {', '.join(names)}")
    for name, value in fields.items():
        if not isinstance(value, Tensor) or value.shape != (len(points),):
            shape = tuple(value.shape) if isinstance(value, Tensor) else type(value).__name__
            raise ProblemError(f"{label}: {name} is {shape}, expected ({len(points)},)")
    return torch.stack([fields[name] for name in names], dim=1)


def has_transform(problem: Problem) -> bool:
    """Tell whether a problem brings its own transform."""
    return type(problem).transform is not Problem.transform
