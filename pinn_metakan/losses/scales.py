"""Scales: sizes of unknowns and of residual terms, from what a problem states."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pinn_metakan.ansatz.ansatz import Ansatz
from pinn_metakan.losses.balance import balanced_sizes
from pinn_metakan.losses.collocation import Collocation
from pinn_metakan.losses.engine import Engine
from pinn_metakan.losses.responses import Responses, measure_responses, with_random_features

Array = NDArray[np.float64]

# Both: docs/decisions/0016-scales.md.
#: A residual of the data, or their spread, below so many roundings of what it is computed from
#: counts as zero.
_ROUNDINGS = 1e3
#: A condition that answers less than this part of what it answered without hard conditions says
#: nothing of sizes: those satisfy it already, or nearly.
_LEAST_ANSWER = 1e-3


@dataclass(frozen=True)
class Scales:
    """Sizes by which unknowns and residual terms are made of order one.

    Args:
        unknowns: U_k by unknown [its unit].
        terms: R_c by residual term [its unit].
    """

    unknowns: Mapping[str, float]
    terms: Mapping[str, float]

    def as_dict(self) -> dict[str, dict[str, float]]:
        """Plain dicts, as checkpoints and solution files hold them."""
        return {"unknowns": dict(self.unknowns), "terms": dict(self.terms)}

    def replaced_by(self, recorded: Mapping[str, Mapping[str, float]]) -> "Scales":
        """Sizes of the same names as `as_dict` recorded them; 1 for names that it does not have."""
        unknowns, terms = recorded.get("unknowns", {}), recorded.get("terms", {})
        return Scales(
            {name: unknowns.get(name, 1.0) for name in self.unknowns},
            {term: terms.get(term, 1.0) for term in self.terms},
        )


def estimate_scales(
    ansatz: Ansatz, collocation: Collocation, engine: Engine, given: Mapping[str, float]
) -> Scales:
    """Find sizes of all unknowns and terms; nothing random is drawn from the run's generator.

    Args:
        ansatz: The field, whose network does not matter.
        collocation: The terms that count, and their points.
        engine: What differentiates.
        given: Sizes of unknowns that the problem states.

    Returns:
        The sizes: finite, above 0, and 1 where nothing says what they are.
    """
    ansatz = ansatz.with_sizes([1.0] * len(ansatz.sizes))
    names = collocation.equations.variables.unknowns
    groups, points = collocation.groups, collocation.equations.at.points
    spreads, means = _data(ansatz, points)
    precision = _ROUNDINGS * torch.finfo(points.dtype).eps
    equations = _usable(measure_responses(ansatz, groups[:1], points, engine))
    conditions = _usable(measure_responses(ansatz, groups[1:], points, engine))
    free = measure_responses(ansatz.without_constraints(), groups[1:], points, engine)
    is_noise = equations.at_data <= precision * (equations.to * means).max(axis=1)
    at_data = np.where(is_noise, 0.0, equations.at_data)
    least = np.maximum(
        np.where(spreads <= precision * means, 0.0, spreads),
        _from_conditions(conditions, free.to, precision),
    )
    fixed = np.array([given.get(name, 0.0) for name in names])
    sizes = balanced_sizes(at_data, equations.to, least, fixed)
    sizes = np.where(sizes > 0, sizes, means)
    sizes = np.where(sizes > 0, sizes, 1.0)
    terms = _term_sizes(sizes, equations, conditions)
    return Scales(dict(zip(names, sizes.tolist(), strict=True)), terms)


def measure_terms(ansatz: Ansatz, collocation: Collocation, engine: Engine) -> dict[str, float]:
    """Find sizes of all terms for unknown numbers as they are now.

    Args:
        ansatz: The field, whose sizes U of unknowns stay as they are.
        collocation: The terms that count, and their points.
        engine: What differentiates.

    Returns:
        R_c by term [its unit].
    """
    groups, points = collocation.groups, collocation.equations.at.points
    parts = (groups[:1], groups[1:])
    found = [_usable(measure_responses(ansatz, part, points, engine)) for part in parts]
    return _term_sizes(1.0, *found)  # of outputs of order one


def _term_sizes(unknowns: Array | float, *responses: Responses) -> dict[str, float]:
    found = {term: size for part in responses for term, size in part.sizes(unknowns).items()}
    return {term: size if 0 < size < np.inf else 1.0 for term, size in found.items()}


@torch.no_grad()
def _data(ansatz: Ansatz, points: Tensor) -> tuple[Array, Array]:
    """Spread and root mean square of g of each unknown, 0 where they are not finite, (m,)."""
    field = with_random_features(ansatz, points)[0](points).double().cpu()  # (N, m)
    spreads = field.std(dim=0, correction=0)
    means = field.square().mean(dim=0).sqrt()
    return _finite(spreads.numpy()), _finite(means.numpy())


def _from_conditions(conditions: Responses, free: Array, precision: float) -> Array:
    """What conditions on one unknown alone say of its size, 0 where they say nothing, (m,)."""
    found = np.zeros(conditions.to.shape[1])
    for at_data, to, unbound in zip(conditions.at_data, conditions.to, free, strict=True):
        answering = np.flatnonzero(to > 0)
        if len(answering) == 1:
            (k,) = answering
            if to[k] > max(_LEAST_ANSWER, precision) * unbound[k]:
                found[k] = max(found[k], at_data / to[k])
    return found


def _usable(responses: Responses) -> Responses:
    """The responses, with 0 in place of what is not finite."""
    return Responses(responses.terms, _finite(responses.at_data), _finite(responses.to))


def _finite(numbers: Array) -> Array:
    return np.where(np.isfinite(numbers), numbers, 0.0)
