"""Gauss-Newton on the last layer alone: one linear least-squares solve where all is affine."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from pinn_metakan.optimizers.communicator import ONE_PROCESS, Communicator
from pinn_metakan.optimizers.flat import assign, flattened
from pinn_metakan.optimizers.optimizer import NOT_FINITE, Optimizer, Probe
from pinn_metakan.optimizers.verdict import NO_LOWER_LOSS, Outcome, Verdict, slow_steps

#: The linear model counts as exact if it misses the residual by less than this part of what the
#: step moved it by (docs/decisions/0017-linear-start.md).
_EXACT = 1e-6
#: A step that fails is damped more by this factor, so many times at most
#: (docs/decisions/0017-linear-start.md).
_MORE, _TRIALS = 10.0, 16
_SOLVED = Verdict(Outcome.SETTLED, "solved: the residual is affine in the last layer")


class DampedSolution:
    r"""Minimizes |r + J step|^2 + (lambda s_1)^2 |step|^2, columns of J scaled to the length 1.

    s_1 is the largest singular value of the scaled J. One factorization, QR and then SVD, serves
    every lambda. Where rows are spread over processes, each factorizes its own, and all factorize
    what is stacked of these factors.

    Args:
        r: Those rows that this process has, shape (N,).
        jacobian: Those of J, shape (N, P).
        communicator: The processes.
    """

    def __init__(self, r: Tensor, jacobian: Tensor, communicator: Communicator = ONE_PROCESS):
        jacobian = jacobian.double()
        norms = torch.linalg.vector_norm(jacobian, dim=0)
        norms = communicator.summed(norms.square()).sqrt()  # exact where there is one part
        self._units = torch.where(norms > 0, 1 / norms, torch.ones_like(norms))  # (P,)
        q, upper = torch.linalg.qr(jacobian * self._units)
        known = q.T @ -r.double()
        if communicator.count > 1:
            q, upper = torch.linalg.qr(communicator.gathered(upper))
            known = q.T @ communicator.gathered(known)
        left, self._singular, right = torch.linalg.svd(upper, full_matrices=False)
        self._right = right.T
        self._parts = left.T @ known

    def step(self, damping: float) -> Tensor:
        """The step of a damping lambda, shape (P,)."""
        singular = self._singular
        amount = (damping * singular[0]) ** 2
        return self._units * (self._right @ (self._parts * singular / (singular**2 + amount)))


class LastLayer(Optimizer):
    """Gauss-Newton steps on the parameters that the network is affine in; the others stay.

    The stage ends after one step where the residual is affine in them, because then the step leads
    to the lowest loss. Otherwise it ends when a step lowers the loss too little.

    Args:
        parameters: All parameters.
        last_layer: Those of them that are solved for.
        damping: lambda of `DampedSolution`; raised for a step that fails.
        tolerance: Ends the stage when |r|^2 falls by less than this part of it.
        communicator: Adds up what other processes have of r and J.

    Source: Golub, Pereyra, SIAM J. Numer. Anal. 10 (1973) 413-432 (last layers are linear).
    """

    def __init__(
        self,
        parameters: Sequence[nn.Parameter],
        last_layer: Sequence[nn.Parameter],
        damping: float = 1e-14,
        tolerance: float = 0.1,
        communicator: Communicator = ONE_PROCESS,
    ):
        self._last_layer = list(last_layer)
        solved = {id(parameter) for parameter in last_layer}
        chosen = [torch.full((p.numel(),), id(p) in solved) for p in parameters]
        self._columns = torch.cat(chosen)  # (P,), booleans
        self._damping = self._least_damping = damping
        self._tolerance = tolerance
        self._communicator = communicator

    @torch.no_grad()
    def step(self, probe: Probe) -> Verdict | None:
        """Take one step; see `Optimizer.step`."""
        point = flattened(self._last_layer)
        r, jacobian = probe.linearize()
        before = self._squared(r)
        is_bad = self._communicator.summed((~torch.isfinite(jacobian)).any().to(r))
        if not math.isfinite(before) or bool(is_bad):
            return NOT_FINITE
        if not bool(self._columns.all()):
            jacobian = jacobian[:, self._columns.to(jacobian.device)]
        model = DampedSolution(r, jacobian, self._communicator)
        for _ in range(_TRIALS):
            step = model.step(self._damping).to(point)
            assign(point + step, self._last_layer)
            there = probe.residual()
            after = self._squared(there)
            if after < before:
                return self._verdict(before, after, r, there, jacobian @ step)
            self._damping *= _MORE
        assign(point, self._last_layer)
        return NO_LOWER_LOSS

    def _verdict(
        self, before: float, after: float, r: Tensor, there: Tensor, moved: Tensor
    ) -> Verdict | None:
        missed = self._squared(there - r - moved)
        is_exact = missed <= _EXACT**2 * self._squared(moved)
        if is_exact and self._damping == self._least_damping:
            return _SOLVED
        self._damping = max(self._least_damping, self._damping / _MORE**2)
        if before - after > self._tolerance * before:
            return None
        return slow_steps(self._tolerance)

    def _squared(self, v: Tensor) -> float:
        return float(self._communicator.summed(v.square().sum()))

    def objective_changed(self) -> None:
        """Damp least again: what failed may work now."""
        self._damping = self._least_damping

    def state(self) -> dict[str, object]:
        """Copy the damping."""
        return {"damping": self._damping}

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        self._damping = state["damping"]
