r"""Responses of residual terms to the unknowns, measured by random features before training.

With one layer of random features phi_j of order one, u_k = g_k + B_k sum_j a_kj phi_j, the residual
and its Jacobian at a = 0 say how large each term is for u = g, and how it answers to a network
whose outputs are of order one:

.. math::
    r_c^2 = \langle r_{c,n}^2 \rangle, \qquad
    L_{ck}^2 = \Big\langle \sum_j (\partial r_{c,n} / \partial a_{kj})^2 \Big\rangle \Big/
    \sum_j \langle \phi_j^2 \rangle.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from pinn_metakan.ansatz.ansatz import Ansatz
from pinn_metakan.geometry.sampling import PointSet
from pinn_metakan.losses.collocation import TermGroup
from pinn_metakan.losses.engine import Engine
from pinn_metakan.networks.mlp import MLP
from pinn_metakan.pde.derivatives_of_code import told_derivatives

Array = NDArray[np.float64]

# Both: docs/decisions/0016-scales.md.
#: Random features, and how many points of a term they are evaluated at, about.
_FEATURES, _POINTS = 16, 500


@dataclass(frozen=True)
class Responses:
    """What C terms are at u = g, and how they answer to m unknowns.

    Args:
        terms: Names of the terms.
        at_data: Root mean square of each term at u = g [unit of the term], shape (C,).
        to: Its root mean square response to outputs of order one, shape (C, m).
    """

    terms: tuple[str, ...]
    at_data: Array
    to: Array

    def sizes(self, unknowns: Array | float = 1.0) -> dict[str, float]:
        """Size of each term for unknowns of some sizes: the root of the sum of squares."""
        squares = self.at_data**2 + np.square(self.to * unknowns).sum(axis=1)
        return dict(zip(self.terms, np.sqrt(squares).tolist(), strict=True))


def with_random_features(ansatz: Ansatz, points: Tensor) -> tuple[Ansatz, float]:
    """Put random features in the place of the network; the field is g then.

    Args:
        ansatz: The ansatz.
        points: Points inside the domain, shape (N, d).

    Returns:
        The ansatz with random features, and the sum of their mean squares.
    """
    inputs = ansatz.features(points).double().cpu()  # (N, F)
    generator = Generator().manual_seed(0)
    widths = [inputs.shape[1], _FEATURES, len(ansatz.sizes)]
    network = MLP(widths, generator)
    first, last = (layer.weights().detach() for layer in network.chain())
    directions = torch.randn(first.shape, generator=generator, dtype=torch.float64)
    spread = (
        (inputs @ directions[:, :-1].T)
        .std(dim=0, correction=0)
        .clamp(min=torch.finfo(inputs.dtype).tiny)
    )
    directions[:, :-1] /= spread.unsqueeze(1)  # arguments of tanh spread by one, in any dimension
    with torch.no_grad():
        first.copy_(directions)
        last.zero_()
        hidden = torch.tanh(inputs @ directions[:, :-1].T + directions[:, -1])  # (N, features)
    size = float(hidden.square().mean(dim=0).sum()) + 1.0  # that of the constant feature is 1
    return ansatz.with_network(network.to(points)), size


def measure_responses(
    ansatz: Ansatz, groups: Sequence[TermGroup], points: Tensor, engine: Engine
) -> Responses:
    """Evaluate all terms and their responses at some of their points.

    Args:
        ansatz: The field, whose network does not matter.
        groups: The terms.
        points: Points inside the domain, shape (N, d), that tell what is of order one.
        engine: What differentiates.

    Returns:
        The responses; NaN or infinite where the residual is.

    Raises:
        ProblemError: If torch cannot differentiate a term.
    """
    probe, size = with_random_features(ansatz, points)
    m = len(ansatz.sizes)
    n_last = m * (_FEATURES + 1)  # coefficients of the features and of 1, the last parameters
    terms, at_data, to = [], [], []
    for group in groups:
        some = replace(group, at=some_points(group))
        for term in group.terms:
            one = replace(some, terms=(term,))
            linearize = partial(engine.linearize, probe, [one], {term: 1.0})
            with told_derivatives(f"{group.residual.file}: the term {term!r}", linearize):
                r, jacobian = linearize()
            last = jacobian[:, -n_last:].double().square().sum(dim=0).view(m, -1)
            terms.append(term)
            at_data.append(float(r.double().square().sum().sqrt()))
            to.append((last.sum(dim=1) / size).sqrt().tolist())
    return Responses(tuple(terms), np.array(at_data), np.array(to).reshape(len(terms), m))


def some_points(group: TermGroup) -> PointSet:
    """Some of the points of a group; all where residuals compare several of them."""
    at = group.at
    stride = len(at.points) // _POINTS | 1  # an even one takes a half or a quarter of a sequence
    if not group.residual.is_pointwise or stride == 1:
        return at
    return at.rows(slice(None, None, stride))
