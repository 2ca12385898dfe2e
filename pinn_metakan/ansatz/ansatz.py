"""The ansatz: features, then a network, then the constraints."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from pinn_metakan.ansatz.features import Features
from pinn_metakan.ansatz.functions import UnknownFunctions
from pinn_metakan.ansatz.hard.constraint import Constraint
from pinn_metakan.ansatz.numbers import UnknownNumbers
from pinn_metakan.derivatives.constant_jets import constant_jets
from pinn_metakan.derivatives.request import Coordinate, Number, Quantity
from pinn_metakan.derivatives.taylor import JetSpace
from pinn_metakan.errors import ProblemError
from pinn_metakan.networks.network import Network
from pinn_metakan.pde.coupled_points import first_coupled
from pinn_metakan.pde.derivatives_of_code import told_derivatives
from pinn_metakan.pde.problem import Problem
from pinn_metakan.pde.returned import fault_of
from pinn_metakan.pde.user_code import call_user

#: Takes points (N, d), gives the field (N, m).
FieldFunction = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Prepared:
    """What does not depend on the parameters, made once for a set of points.

    Args:
        space: Which derivatives are carried.
        first: What the first layer's `prepare` gives.
        data: Jets of g, (J, N, m).
        factor: Jets of B U, (J, N, m).
        quantities: What was asked for, coordinates left out.
    """

    space: JetSpace
    first: Tensor
    data: Tensor
    factor: Tensor
    quantities: tuple[Quantity, ...]


@dataclass(frozen=True)
class FieldJets:
    """The field and its derivatives at prepared points.

    Args:
        values: A tensor for each quantity.
        outputs: Jets of the outputs of each layer of the network, (J, N, o) each.
    """

    values: dict[Quantity, Tensor]
    outputs: list[Tensor]


class Ansatz(nn.Module):
    r"""u = g(x) + B(x) U N(features(x); theta), or what the problem's own transform makes of U N.

    The sizes U of the unknowns let the outputs N of the network be of order one.

    Args:
        features: Coordinates to network inputs.
        network: N.
        constraints: g and B, one for each unknown.
        transforming: The problem whose `transform` is used in place of the constraints, or None.
        sizes: U [unit of each unknown]; 1 unless given.
        numbers: The unknown numbers of the problem; none unless given.
        functions: The unknown functions of the problem; none unless given.
    """

    sizes: Tensor

    def __init__(
        self,
        features: Features,
        network: Network,
        constraints: Sequence[Constraint],
        transforming: Problem | None = None,
        sizes: Sequence[float] | None = None,
        numbers: UnknownNumbers | None = None,
        functions: UnknownFunctions | None = None,
    ):
        super().__init__()
        self._sizes = (1.0,) * len(constraints) if sizes is None else tuple(sizes)
        self.register_buffer("sizes", torch.tensor(self._sizes, dtype=torch.float64))
        self.features = features
        self.numbers = UnknownNumbers({}) if numbers is None else numbers  # before the network
        self.functions = UnknownFunctions({}, {}) if functions is None else functions
        self.network = network
        self._constraints = tuple(constraints)
        self._transforming = transforming

    @property
    def has_jets(self) -> bool:
        """Whether derivatives can be carried in closed form; not through a user's transform."""
        return self._transforming is None

    @property
    def constraints(self) -> tuple[Constraint, ...]:
        """G and B, one for each unknown."""
        return self._constraints

    @property
    def _beside(self) -> tuple[UnknownNumbers, UnknownFunctions]:
        return self.numbers, self.functions

    def with_network(self, network: Network) -> "Ansatz":
        """The same ansatz around another network."""
        parts = (self._constraints, self._transforming, self._sizes, *self._beside)
        return Ansatz(self.features, network, *parts).to(self.sizes)

    def with_sizes(self, sizes: Sequence[float]) -> "Ansatz":
        """The same ansatz, whose unknowns have other sizes."""
        parts = (self._constraints, self._transforming, sizes, *self._beside)
        return Ansatz(self.features, self.network, *parts).to(self.sizes)

    def without_constraints(self) -> "Ansatz":
        """U N alone, around the same network."""
        free = [Constraint(None, None)] * len(self._constraints)
        parts = (free, None, self._sizes, *self._beside)
        return Ansatz(self.features, self.network, *parts).to(self.sizes)

    def with_weights(self) -> FieldFunction:
        """Make the network's weights once, and give the field that uses them at any points."""
        weights = self.network.weights()

        def field(points: Tensor) -> Tensor:
            outputs = self.network.evaluate(self.features(points), weights) * self.sizes  # (N, m)
            columns = outputs.unbind(1)
            if self._transforming is not None:
                with self.numbers.in_place(), self.functions.in_place():
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

    def try_transform(self, points: Tensor) -> None:
        """Refuse a transform of the user's that cannot be trained through.

        Args:
            points: Some points, shape (N, d).

        Raises:
            ProblemError: If there is a transform whose value at a point depends on other points,
                that draws random numbers, that does not depend on what is trained, or that torch
                cannot differentiate.
        """
        if self._transforming is None:
            return
        label = f"{self._transforming.origin.label}: transform"

        @torch.no_grad()
        def evaluate(part: slice) -> dict[str, Tensor]:
            columns = self(points[part]).unbind(1)
            return {str(number): column for number, column in enumerate(columns)}

        if first_coupled(evaluate, evaluate(slice(None))) is not None:
            raise ProblemError(
                f"{label} couples its points: its value at a point is another when a further point "
                "is left out; it must not take a mean, a sum or a maximum over them, nor draw "
                "random numbers"
            )

        def differentiate() -> bool:
            at = points.clone().requires_grad_()
            is_trained = self(points).requires_grad
            if is_trained:
                trained = (at, *self.parameters())
                torch.autograd.grad(self(at).sum(), trained, create_graph=True, allow_unused=True)
            return is_trained

        with torch.enable_grad(), told_derivatives(label, differentiate):
            is_trained = differentiate()
        if not is_trained:
            raise ProblemError(
                f"{label} does not depend on the outputs of the network; make what it returns of "
                "outputs['...'] by functions that torch differentiates, not by NumPy, .detach() or "
                "constants alone"
            )

    def prepare(self, points: Tensor, quantities: Iterable[Quantity]) -> Prepared:
        """Evaluate what does not depend on the parameters.

        Args:
            points: Shape (N, d).
            quantities: What will be asked for.

        Returns:
            The jets of features, g and B.
        """
        asked = tuple(q for q in quantities if not isinstance(q, Coordinate | Number))
        space = JetSpace(asked)
        inputs = self.features.jets(points, space)
        count = len(self._constraints)
        return Prepared(
            space,
            self.network.chain()[0].prepare(space, inputs).detach(),
            constant_jets(self._all_data, count, points, space),
            constant_jets(self._all_factors, count, points, space) * self.sizes,
            asked,
        )

    def jets(self, prepared: Prepared, weights: Sequence[Tensor]) -> FieldJets:
        """Evaluate the field and its derivatives in closed form.

        Args:
            prepared: The points.
            weights: The network's weights.

        Returns:
            The quantities that were prepared for, the unknown numbers and functions, and what
            passed through the network.
        """
        outputs = self.network.evaluate_jets(prepared.space, prepared.first, weights)
        field = prepared.data + prepared.space.multiply(prepared.factor, outputs[-1])
        values = {
            quantity: prepared.space.select(field, quantity) for quantity in prepared.quantities
        }
        return FieldJets(values | self.unknown_values(), outputs)

    def unknown_values(self) -> dict[Quantity, Tensor]:
        """Unknown numbers, 0-d each, and the coefficients of unknown functions, (K,) each."""
        return self.numbers.values() | self.functions.values()

    def _all_data(self, points: Tensor) -> Tensor:
        zero = torch.zeros_like(points[:, 0])
        columns = [zero if c.data is None else c.data(points) for c in self._constraints]
        return torch.stack(columns, dim=1)

    def _all_factors(self, points: Tensor) -> Tensor:
        one = torch.ones_like(points[:, 0])
        columns = [one if c.factor is None else c.factor(points) for c in self._constraints]
        return torch.stack(columns, dim=1)


def _transformed(problem: Problem, points: Tensor, columns: tuple[Tensor, ...]) -> Tensor:
    names = problem.unknowns
    outputs = dict(zip(names, (column.clone() for column in columns), strict=True))
    label = f"{problem.origin.label}: transform"
    fields = call_user(lambda: problem.transform(points.clone(), outputs), (), label)
    if not isinstance(fields, dict) or set(fields) != set(names):
        raise ProblemError(f"{label} must return a dict with the unknowns {', '.join(names)}")
    for name, value in fields.items():
        # torch.export follows the shape, but not len().
        if not isinstance(value, Tensor) or value.shape != (points.shape[0],):
            shape = tuple(value.shape) if isinstance(value, Tensor) else type(value).__name__
            raise ProblemError(f"{label}: {name} is {shape}, expected ({len(points)},)")
        if (fault := fault_of(value, points.device)) is not None or not value.is_floating_point():
            kind = fault or str(value.dtype).removeprefix("torch.")
            raise ProblemError(f"{label}: {name} is {kind}, expected real numbers (N,)")
        if torch.finfo(value.dtype).bits < torch.finfo(points.dtype).bits:
            kind, expected = (str(t.dtype).removeprefix("torch.") for t in (value, points))
            raise ProblemError(
                f"{label}: {name} is {kind} where the outputs are {expected}; leave out what makes "
                "it so, such as .float() or .half()"
            )
    return torch.stack([fields[name] for name in names], dim=1)
