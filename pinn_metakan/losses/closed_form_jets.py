r"""The engine of networks that carry jets: derivatives and Jacobian in closed form.

One backward pass of a term summed over its points gives g_j = dr_n / dY_j[n, o] for every layer
output Y and carried derivative j, because each residual depends on its own points only. Then

.. math:: \partial r_n / \partial w_{ok} = \sum_j F_j[n, k] \, g_j[n, o],

with the layer's features F, and the layers take that to their parameters.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from pinn_metakan.ansatz.ansatz import Ansatz, Prepared
from pinn_metakan.derivatives.request import Coordinate, Number, Quantity
from pinn_metakan.derivatives.taylor import JetSpace
from pinn_metakan.geometry.sampling import PointSet
from pinn_metakan.losses.collocation import TermGroup
from pinn_metakan.losses.engine import Derivatives, Engine
from pinn_metakan.networks.direction import Direction
from pinn_metakan.optimizers.flat import pieces

#: Numbers in the largest intermediate Jacobian of a chunk of points; bounds the memory (64 MiB,
#: docs/decisions/0015-bounded-memory.md).
_CHUNK_NUMBERS = 8_000_000


class ClosedFormJets(Engine):
    """Jets carried through the layers; what does not depend on the parameters is made once.

    It is made for a set of points, and anew when other points take its place.
    """

    description: ClassVar[str] = "derivatives carried in closed form"

    def __init__(self) -> None:
        self._prepared: WeakKeyDictionary[PointSet, tuple[Ansatz, Prepared]] = WeakKeyDictionary()

    @classmethod
    def serves(cls, ansatz: Ansatz) -> bool:
        """Whether every part of the ansatz carries jets."""
        return ansatz.has_jets

    def derivatives(self, ansatz: Ansatz) -> Derivatives:
        """Evaluate the field by its jets; see `Engine.derivatives`."""
        weights = ansatz.network.weights()

        def evaluate(at: PointSet, quantities: Iterable[Quantity]) -> dict[Quantity, Tensor]:
            return ansatz.jets(self._prepare(ansatz, at, quantities), weights).values

        return evaluate

    def linearize(
        self, ansatz: Ansatz, groups: Sequence[TermGroup], weights: Mapping[str, float]
    ) -> tuple[Tensor, Tensor]:
        """Assemble the Jacobian from those of the layers; see `Engine.linearize`."""
        residuals, jacobians = [], []
        others = _outside(ansatz)
        for term in self._terms(ansatz, groups, weights):
            block = _in_network(ansatz, term)
            if others:
                block = _with_others(ansatz, block, _in_others(term.r, term.factor, others))
            residuals.append(term.factor * term.r.detach())
            jacobians.append(block)
        return torch.cat(residuals), torch.cat(jacobians) if len(jacobians) > 1 else jacobians[0]

    def pushed(
        self,
        ansatz: Ansatz,
        groups: Sequence[TermGroup],
        weights: Mapping[str, float],
        step: Tensor,
    ) -> Tensor:
        """Let each layer differentiate along its part; see `Engine.pushed`."""
        parameters, others = list(ansatz.parameters()), _outside(ansatz)
        by_id = dict(zip(map(id, parameters), pieces(step, parameters), strict=True))
        direction = Direction(ansatz.network, by_id)
        found = []
        for term in self._terms(ansatz, groups, weights):
            part = _along(direction, term)
            if others:
                for key, columns in _in_others(term.r, term.factor, others).items():
                    part = part + columns @ by_id[key].flatten()
            found.append(part)
        return torch.cat(found)

    def _terms(
        self, ansatz: Ansatz, groups: Sequence[TermGroup], weights: Mapping[str, float]
    ) -> Iterator["_Term"]:
        """Differentiate each term in the outputs of all layers."""
        layer_weights = tuple(w.detach() for w in ansatz.network.weights())
        layer_weights[0].requires_grad_()  # so that all outputs have a graph
        others = _outside(ansatz)
        for group in groups:
            prepared = self._prepare(ansatz, group.at, group.residual.quantities)
            with torch.enable_grad():
                jets = ansatz.jets(prepared, layer_weights)
                terms = group.evaluate_counted(jets.values)
                sums = [r.sum() for r in terms.values()]
            for number, (term, r) in enumerate(terms.items()):
                slopes = torch.autograd.grad(
                    sums[number],
                    jets.outputs,
                    retain_graph=number + 1 < len(sums) or bool(others),
                    allow_unused=True,
                    materialize_grads=True,
                )  # each (J, N, o)
                factor = group.factor(weights[term], len(r))
                yield _Term(prepared, jets.outputs, slopes, layer_weights, factor, r)

    def _prepare(self, ansatz: Ansatz, at: PointSet, quantities: Iterable[Quantity]) -> Prepared:
        """Prepare points once for as long as the same is asked for at them."""
        asked = tuple(q for q in quantities if not isinstance(q, Coordinate | Number))
        known, prepared = self._prepared.get(at, (None, None))
        if prepared is None or known is not ansatz or set(prepared.quantities) != set(asked):
            prepared = ansatz.prepare(at.points, asked)
            self._prepared[at] = (ansatz, prepared)
        return prepared


@dataclass(frozen=True)
class _Term:
    """A term, and its slopes in what passes through the network.

    Args:
        prepared: Its points.
        outputs: Jets of the outputs of all layers, (J, N, o) each.
        slopes: Of the sum of its residuals in these, (J, N, o) each.
        weights: Those of the network.
        factor: What it enters the residual vector with.
        r: Its residuals, (N_c,), with a graph.
    """

    prepared: Prepared
    outputs: Sequence[Tensor]
    slopes: Sequence[Tensor]
    weights: Sequence[Tensor]
    factor: float | Tensor
    r: Tensor

    def chunks(self) -> Iterator[tuple[JetSpace, Tensor, list[Tensor], list[Tensor]]]:
        """Cut the points: what the first layer prepared, outputs and weighted slopes of a chunk."""
        count, factor = self.outputs[0].shape[1], self.factor
        if isinstance(factor, Tensor):  # one for each residual, which may have several points
            factor = factor.repeat(count // len(self.r)).unsqueeze(-1)  # (N, 1)
        slopes = [factor * slope for slope in self.slopes]  # much smaller than the Jacobian
        widest = max(w.numel() for w in self.weights)
        size = max(1, _CHUNK_NUMBERS // widest)
        for begin in range(0, count, size):
            chunk = slice(begin, begin + size)
            first = self.prepared.first[:, chunk]
            outputs = [x[:, chunk] for x in self.outputs]
            yield self.prepared.space, first, outputs, [slope[:, chunk] for slope in slopes]

    def summed(self, rows: Tensor) -> Tensor:
        """Sum over the points of each residual, as far apart as there are residuals."""
        if len(rows) == len(self.r):
            return rows
        return rows.view(-1, len(self.r), *rows.shape[1:]).sum(dim=0)


@torch.no_grad()
def _in_network(ansatz: Ansatz, term: _Term) -> Tensor:
    """The rows of a term in the parameters of the network, (N_c, P)."""
    parts = [ansatz.network.jacobian(*chunk, term.weights) for chunk in term.chunks()]
    return term.summed(torch.cat(parts) if len(parts) > 1 else parts[0])


@torch.no_grad()
def _along(direction: Direction, term: _Term) -> Tensor:
    """The derivatives of a term along a direction of the parameters of the network, (N_c,)."""
    parts = [direction.pushed(*chunk, term.weights) for chunk in term.chunks()]
    return term.summed(torch.cat(parts))


def _outside(ansatz: Ansatz) -> list[nn.Parameter]:
    """What is trained beside the network, such as an unknown number of a residual."""
    inside = {id(parameter) for parameter in ansatz.network.parameters()}
    return [parameter for parameter in ansatz.parameters() if id(parameter) not in inside]


@torch.enable_grad()
def _in_others(
    r: Tensor, factor: float | Tensor, others: Sequence[nn.Parameter]
) -> dict[int, Tensor]:
    """The columns of parameters outside the network, by a backward pass of a backward pass."""
    # The gradient of v . r in a parameter is linear in v; its derivative in v is the column.
    columns = {}
    v = torch.zeros_like(r, requires_grad=True)
    gradients = torch.autograd.grad(
        factor * r, others, v, create_graph=True, retain_graph=True, allow_unused=True
    )
    for parameter, gradient in zip(others, gradients, strict=True):
        if gradient is None or not gradient.requires_grad:
            columns[id(parameter)] = r.new_zeros(len(r), parameter.numel())
            continue
        entries = gradient.flatten()
        found = [torch.autograd.grad(entry, v, retain_graph=True)[0] for entry in entries]
        columns[id(parameter)] = torch.stack(found, dim=1)
    return columns


def _with_others(ansatz: Ansatz, network: Tensor, others: Mapping[int, Tensor]) -> Tensor:
    """Put columns in the order of ``ansatz.parameters()``."""
    sizes = [parameter.numel() for parameter in ansatz.network.parameters()]
    inside = zip(ansatz.network.parameters(), network.split(sizes, dim=1), strict=True)
    columns = {id(parameter): block for parameter, block in inside} | dict(others)
    return torch.cat([columns[id(parameter)] for parameter in ansatz.parameters()], dim=1)
