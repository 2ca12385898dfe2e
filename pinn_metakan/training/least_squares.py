"""What is minimized, and the evaluations of it that an optimizer asks for."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor, nn

from pinn_metakan.optimizers.communicator import ONE_PROCESS, Communicator
from pinn_metakan.optimizers.flat import assign, flattened, flattened_gradient, pieces
from pinn_metakan.optimizers.jacobian import Jacobian, WholeJacobian
from pinn_metakan.training.adaptation import UNCHANGED, Adaptation


@dataclass(frozen=True)
class LeastSquares:
    """What is to be minimized.

    Args:
        parameters: Gives the parameters; a stage may put others in their place.
        loss: Evaluates the loss at their present values, a scalar tensor with a graph.
        residual: Evaluates the residual vector (N,), whose squared length is the loss.
        linearize: Evaluates that vector and its Jacobian (N, P).
        redraw: Gives the loss new points, as many as before.
        measure: Gives errors against a reference by name; empty without a reference.
        unusable_term: Names a part of the loss that is not finite and says where, or None.
        add_points: Gives it more, new ones; False where it has as many as it may.
        count_points: Counts the points of the equations.
        fresh_loss: Evaluates the loss on new points that it does not keep.
        communicator: Adds up what other processes have of the residuals.
        reported: Evaluates the loss that is told and compared, which nothing adapts; None where
            it is the one that is minimized.
        adaptation: What changes the objective between steps.
        linearize_within: As `linearize`, of a Jacobian that is kept if it has no more numbers than
            it is told; None where it always is.
        linearize_part: Evaluates the residual vector and its Jacobian at so many points, which it
            draws from those that there are; None where there are no points.
    """

    parameters: Callable[[], Sequence[nn.Parameter]]
    loss: Callable[[], Tensor]
    residual: Callable[[], Tensor]
    linearize: Callable[[], tuple[Tensor, Tensor]]
    redraw: Callable[[], None]
    measure: Callable[[], dict[str, float]]
    unusable_term: Callable[[], tuple[str, str] | None]
    add_points: Callable[[], bool] = lambda: False
    count_points: Callable[[], int] = lambda: 0
    fresh_loss: Callable[[], float] = lambda: math.nan
    communicator: Communicator = ONE_PROCESS
    reported: Callable[[], Tensor] | None = None
    adaptation: Adaptation = UNCHANGED
    linearize_within: Callable[[int], tuple[Tensor, Jacobian]] | None = None
    linearize_part: Callable[[int, Generator], tuple[Tensor, Jacobian]] | None = None

    def evaluate(self) -> Tensor:
        """Evaluate the loss that is told, over the residuals of all processes, without a graph."""
        with torch.no_grad():
            return self.communicator.summed((self.reported or self.loss)())


class BestSeen:
    """Evaluates what is minimized, as a `Probe`, and keeps the parameters with the lowest loss.

    Args:
        least_squares: What to evaluate.
    """

    def __init__(self, least_squares: LeastSquares):
        self._least_squares = least_squares
        self.forget()
        self.last_loss = self.loss

    def gradient(self) -> Tensor:
        """Evaluate the loss and leave its gradient; see `Probe`."""
        parameters = self._agreed()
        for p in parameters:
            p.grad = None
        loss = self._least_squares.loss()
        loss.backward()
        return self._noted(self._summed_with_gradient(loss.detach(), parameters))

    @torch.no_grad()
    def residual(self) -> Tensor:
        """Evaluate the residual vector; see `Probe`."""
        self._agreed()
        r = self._least_squares.residual()
        self._noted(self._squared(r))
        return r

    def linearize(self) -> tuple[Tensor, Tensor]:
        """Evaluate the residual vector and its Jacobian; see `Probe`."""
        self._agreed()
        r, jacobian = self._least_squares.linearize()
        self._noted(self._squared(r))
        return r, jacobian

    def linearize_within(self, numbers: int) -> tuple[Tensor, Jacobian]:
        """Evaluate the residual vector and its Jacobian, kept or in blocks; see `Probe`."""
        if self._least_squares.linearize_within is None:
            r, kept = self.linearize()
            return r, WholeJacobian(kept)
        self._agreed()
        r, jacobian = self._least_squares.linearize_within(numbers)
        self._noted(self._squared(r))
        return r, jacobian

    def linearize_part(self, count: int, generator: Generator) -> tuple[Tensor, Jacobian]:
        """Evaluate some of the residuals and their Jacobian; see `Probe`."""
        if self._least_squares.linearize_part is None:
            raise TypeError("these residuals have no points to take a part of")
        self._agreed()
        return self._least_squares.linearize_part(count, generator)

    def forget(self) -> None:
        """Begin with the present parameters, whose loss is not known."""
        self.parameters = flattened(self._least_squares.parameters())
        self.forget_loss()

    def forget_loss(self) -> None:
        """Compare no longer with losses on other points."""
        like = self.parameters
        self.loss = torch.full((), torch.inf, dtype=like.dtype, device=like.device)

    def load(self) -> None:
        """Put the best parameters in place."""
        assign(self.parameters, self._least_squares.parameters())

    def reported_loss(self) -> float:
        """Evaluate the loss that is told at the best parameters; the present ones stay."""
        present = flattened(self._least_squares.parameters())
        self.load()
        loss = float(self._least_squares.evaluate())
        assign(present, self._least_squares.parameters())
        return loss

    def _agreed(self) -> Sequence[nn.Parameter]:
        """The parameters, those of the first process where there are several."""
        parameters, communicator = (
            self._least_squares.parameters(),
            self._least_squares.communicator,
        )
        if communicator.count > 1:
            assign(communicator.agreed(flattened(parameters)), parameters)
        return parameters

    def _summed_with_gradient(self, loss: Tensor, parameters: Sequence[nn.Parameter]) -> Tensor:
        """Sum loss and gradient of all processes, in one exchange."""
        communicator = self._least_squares.communicator
        if communicator.count == 1:
            return loss
        part = torch.cat([loss.reshape(1), flattened_gradient(parameters)])
        whole = communicator.summed(part)
        for p, gradient in zip(parameters, pieces(whole[1:], parameters), strict=True):
            p.grad = gradient
        return whole[0]

    def _squared(self, r: Tensor) -> Tensor:
        return self._least_squares.communicator.summed(r.square().sum())

    def _noted(self, loss: Tensor) -> Tensor:
        """Keep the present parameters if they are the best; without host synchronization."""
        is_better = loss < self.loss
        present = flattened(self._least_squares.parameters())
        self.parameters = torch.where(is_better, present, self.parameters)
        self.loss = torch.where(is_better, loss, self.loss)
        self.last_loss = loss
        return loss
