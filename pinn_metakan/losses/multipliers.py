"""Lagrange multipliers of conditions that hold to rounding."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from pinn_metakan.losses.objective import Objective

# All: docs/decisions/0032-balance-of-conditions.md.
#: A scaled residual below so many roundings is zero.
_ROUNDINGS = 1e4
#: Where an update leaves more than this part of a condition's residual, its penalty grows by the
#: factor, up to the largest.
_ENOUGH, _GROWTH, _LARGEST_GROWTH = 0.25, 10.0, 1e4
#: Updates in a row that lower no residual by half, after which conditions cannot be met better.
_IDLE_UPDATES = 3


class Multipliers:
    r"""The method of multipliers for conditions c(theta) = 0, one multiplier per residual.

    .. math:: \min_\theta |r|^2 + \sum_c \mu_c |c + \lambda_c / \mu_c|^2, \qquad
        \lambda_c \leftarrow \lambda_c + \mu_c c

    with r, the other terms, and c, (N_c,), the scaled residuals of a condition over sqrt(N_c). It
    is a shift of the rows of the residual vector and nothing else, so every optimizer minimizes it.
    At the end :math:`J_r^T r + J_c^T \lambda = 0` and c = 0.

    A multiplier belongs to a point: points of these conditions are to stay where they are from the
    first update on.

    Args:
        terms: Names of the terms of these conditions.

    Source: Hestenes, J. Optim. Theory Appl. 4 (1969) 303-320; the growth of penalties: Birgin,
    Martinez, Practical Augmented Lagrangian Methods, 2014, chapter 4.
    """

    def __init__(self, terms: Sequence[str]):
        self._terms = tuple(terms)
        #: lambda_c by term, (N_c,); missing before the first update, when they are 0.
        self.values: dict[str, Tensor] = {}
        #: What penalties have grown by, by term.
        self.growth = dict.fromkeys(self._terms, 1.0)
        self._last: dict[str, float] = {}  # residual of each term at its last update
        self._idle_updates = 0

    def begun_anew(self, objective: Objective) -> "Multipliers":
        """Those before the first update, of the same terms where an objective has them."""
        terms = [term for term in self._terms if term in objective.weights]
        return Multipliers(terms)

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the terms of these conditions."""
        return self._terms

    @torch.no_grad()
    def shift(self, objective: Objective) -> Tensor:
        """What is added to the residual vector.

        Args:
            objective: The terms, at all points of these conditions or at some of them; its weights
                of these conditions are mu_c.

        Returns:
            lambda_c / sqrt(mu_c) in rows of these conditions, 0 in others, shape (N,); those of the
            residuals that this process evaluates. Of some points each counts for more, as each
            residual does.
        """
        residuals, rows = objective.residuals(), {}
        for group in objective.collocation.groups:
            for term in group.terms:
                found = self.values.get(term)
                weight = objective.weights[term]
                if found is None or weight == 0:
                    rows[term] = torch.zeros_like(residuals[term])
                    continue
                if group.rows is not None:
                    found = found[group.rows] * math.sqrt(len(found) / len(group.rows))
                rows[term] = found / weight**0.5
        return objective.share.rows(objective.collocation.groups, rows)

    @torch.no_grad()
    def update(self, objective: Objective) -> bool:
        """Take a step of the method at a minimum, or near one.

        Args:
            objective: The terms; its weights of these conditions are mu_c.

        Returns:
            False if all conditions hold to rounding, or can be met no better: nothing has changed.
        """
        residuals = self._scaled(objective)
        sizes = self._sizes(residuals)
        if all(sizes[term] <= self._rounding(residuals[term]) for term in self._terms):
            return False
        is_lower = any(2 * sizes[t] <= self._last.get(t, math.inf) for t in self._terms)
        self._idle_updates = 0 if is_lower else self._idle_updates + 1
        if self._idle_updates > _IDLE_UPDATES:
            return False
        for term, c in residuals.items():
            before = self.values.get(term, torch.zeros_like(c))
            self.values[term] = before + objective.weights[term] * c
            if sizes[term] > _ENOUGH * self._last.get(term, math.inf):
                self.growth[term] = min(self.growth[term] * _GROWTH, _LARGEST_GROWTH)
        self._last = sizes
        return True

    @torch.no_grad()
    def violations(self, objective: Objective) -> dict[str, float]:
        """Root mean squares of the scaled residuals of these conditions [-]."""
        return self._sizes(self._scaled(objective))

    def state(self) -> dict[str, Any]:
        """All that `load` needs to go on."""
        return {
            "values": dict(self.values),
            "growth": dict(self.growth),
            "last": dict(self._last),
            "idle_updates": self._idle_updates,
        }

    def load(self, state: Mapping[str, Any], like: Tensor) -> None:
        """Go on from a state.

        Args:
            state: What `state` gave.
            like: A tensor of the device and dtype to compute with.
        """
        self.values = {term: value.to(like) for term, value in state["values"].items()}
        self.growth = {term: state["growth"][term] for term in self._terms}
        self._last, self._idle_updates = dict(state["last"]), state["idle_updates"]

    def _scaled(self, objective: Objective) -> dict[str, Tensor]:
        """Scaled residuals c of each term, (N_c,)."""
        derivatives, found = objective.derivatives(), {}
        for group in objective.collocation.groups[1:]:
            if not set(self._terms) & set(group.terms):
                continue
            values = group.evaluate_counted(derivatives(group.at, group.residual.quantities))
            for term in (term for term in group.terms if term in self._terms):
                factor = group.factor(objective.sizes[term] ** -2, len(values[term]))
                found[term] = factor * values[term].detach()
        return found

    def _sizes(self, residuals: Mapping[str, Tensor]) -> dict[str, float]:
        return {term: float(c.square().sum()) ** 0.5 for term, c in residuals.items()}

    @staticmethod
    def _rounding(like: Tensor) -> float:
        return _ROUNDINGS * torch.finfo(like.dtype).eps
