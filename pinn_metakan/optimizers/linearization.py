"""The residual and its Jacobian at a point: the only place that sums over residuals."""

import torch
from torch import Tensor

from pinn_metakan.optimizers.communicator import ONE_PROCESS, Communicator
from pinn_metakan.optimizers.jacobian import Jacobian, WholeJacobian, lower_gram
from pinn_metakan.optimizers.stacked_factor import StackedFactor

#: Column norms below this part of the largest count as this
#: (docs/decisions/0003-units-of-parameters.md).
_SMALLEST_UNIT = 1e-6


class Linearization:
    r"""The linear model r + J step of a residual vector at a point, as an operator.

    Steps are measured in units :math:`u_i = (n_i / \max_j n_j)^{-s}` of the column norms n of the
    Jacobian, and J is the Jacobian in these units: J = (dr/dtheta) diag(u).

    A vector of N entries, one for each residual, has those of this process only. Sums over
    residuals are made here and nowhere else, so that N may be spread over processes; what needs
    all rows in one place is at the end of the class.

    Args:
        point: Parameters theta, shape (P,).
        r: Residual vector, shape (N,).
        jacobian: dr/dtheta, shape (N, P): kept, in blocks, or a tensor, which is overwritten if it
            is of float64.
        scaling: Exponent s of the column norms that parameters are measured in.
        communicator: Adds up what other processes have of r and J.
    """

    def __init__(
        self,
        point: Tensor,
        r: Tensor,
        jacobian: Jacobian | Tensor,
        scaling: float,
        communicator: Communicator = ONE_PROCESS,
    ):
        self._communicator = communicator
        self._jacobian = WholeJacobian(jacobian) if isinstance(jacobian, Tensor) else jacobian
        self.point, self.r = point, r.double()
        #: |r|^2.
        self.loss = self.squared(self.r)
        squares = self._jacobian.column_squares()
        norms = communicator.summed(squares).sqrt()  # exact where there is one part
        largest = norms.max().clamp(min=torch.finfo(norms.dtype).tiny)
        self._units = (norms / largest).clamp(min=_SMALLEST_UNIT) ** -scaling  # (P,)
        if scaling > 0:
            self._jacobian.measure_in(self._units)
        #: Trace of J^T J: the largest eigenvalue, within a factor of P, at no cost.
        self.trace = float((norms * self._units).square().sum())
        #: J^T r, half the slopes of |r|^2, shape (P,).
        self.slopes = self.pulled(self.r)
        self.n_parameters = len(point)
        #: Those of a solution that products with J are worth refining it for.
        self.digits = self._jacobian.digits
        #: N of all processes together.
        self.n_residuals = int(communicator.summed(self.r.new_tensor(float(len(r)))))
        self._all_rows: Tensor | None = None

    def pushed(self, step: Tensor) -> Tensor:
        """J step, shape (N,), for a step, shape (P,)."""
        return self._jacobian.pushed(step)

    def pulled(self, v: Tensor) -> Tensor:
        """J^T v, shape (P,), for v, shape (N,)."""
        return self._communicator.summed(self._jacobian.pulled(v))

    def pulled_sum(self, v: Tensor, step: Tensor) -> Tensor:
        """J^T (v + J step), shape (P,), for v, shape (N,), and a step, shape (P,)."""
        return self._communicator.summed(self._jacobian.pulled_sum(v, step))

    def squared(self, v: Tensor) -> float:
        """|v|^2 for v, shape (N,)."""
        return float(self._communicator.summed(v.square().sum()))

    def products(self, rows: Tensor) -> Tensor:
        """Inner products of n vectors, (n, N) -> (n, n)."""
        return self._communicator.summed(rows @ rows.T)

    def gram(self) -> Tensor:
        """J^T J, shape (P, P), where only the lower triangle is meant."""
        return self._communicator.summed(self._jacobian.gram())

    def predicted(self, step: Tensor, amount: float) -> float:
        """Reduction of |r|^2 that the linear model promises for a step damped by an amount."""
        return float(amount * step.square().sum() - self.slopes @ step)

    def measured(self, difference: Tensor) -> Tensor:
        """A difference of parameters, shape (P,), in their units."""
        return difference / self._units

    def moved(self, step: Tensor) -> Tensor:
        """Parameters, shape (P,), after a step that is measured in their units."""
        return (self.point + self._units * step).to(self.point)

    def factored(self) -> StackedFactor:
        """J = Q R, over the rows of all processes."""
        return StackedFactor(self._jacobian.rows(), self._communicator)

    # What needs the rows of all processes in one place:

    def all_rows(self) -> Tensor:
        """J of all processes, shape (n_residuals, P)."""
        if self._all_rows is None:
            self._all_rows = self._communicator.gathered(self._jacobian.rows())
        return self._all_rows

    def gathered(self, v: Tensor) -> Tensor:
        """The whole of v, shape (n_residuals,), for v, shape (N,)."""
        return self._communicator.gathered(v)

    def kernel(self) -> Tensor:
        """J J^T of all rows, shape (n_residuals, n_residuals); only its lower triangle is meant."""
        if self._communicator.count == 1:
            return lower_gram(self.all_rows().T)
        rows = self._jacobian.rows() @ self.all_rows().T  # each process multiplies its own
        return self._communicator.gathered(rows)
