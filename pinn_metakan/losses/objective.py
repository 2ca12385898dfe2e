"""The objective: one residual vector, whose squared length is the loss."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Generator, Tensor

from pinn_metakan.ansatz.ansatz import Ansatz
from pinn_metakan.derivatives.request import Gradient, Quantity
from pinn_metakan.geometry.sampling import PointSet
from pinn_metakan.losses.chi_square import ChiSquare
from pinn_metakan.losses.collocation import Collocation, TermGroup
from pinn_metakan.losses.engine import Derivatives, Engine
from pinn_metakan.losses.point_chunks import PointChunks, points_at_once
from pinn_metakan.losses.row_passes import ChunkedRows
from pinn_metakan.losses.scales import Scales
from pinn_metakan.losses.share import Share
from pinn_metakan.optimizers.jacobian import Jacobian, WholeJacobian
from pinn_metakan.optimizers.jacobian_in_blocks import JacobianInBlocks


class Objective:
    r"""r = concat over terms c of sqrt(w_c / N_c) r_c / R_c, and the loss |r|^2.

    Args:
        ansatz: The field; its parameters are all that is trained.
        collocation: Terms and their points.
        weights: w_c by term, 1 unless given.
        engine: What differentiates.
        sizes: R_c by term [its unit], 1 unless given: terms of weight 1 balance each other.
        share: What of it this process evaluates; all unless given.
        chi_square: Weights that follow the sizes, in place of those given; none unless given.

    Raises:
        LookupError: If a weight names no term.
    """

    def __init__(
        self,
        ansatz: Ansatz,
        collocation: Collocation,
        weights: Mapping[str, float],
        engine: Engine,
        sizes: Mapping[str, float] | None = None,
        share: Share | None = None,
        chi_square: ChiSquare | None = None,
    ):
        self.ansatz = ansatz
        self.collocation = collocation
        self.engine = engine
        self.share = share or Share()
        self._chi_square = chi_square
        self._chunks = PointChunks(ansatz, engine)
        terms = [term for group in collocation.groups for term in group.terms]
        for name in weights:
            if name not in terms:
                known = ", ".join(terms)
                raise LookupError(f"no residual term {name!r} to weight; there are {known}")
        self.weights = {term: float(weights.get(term, 1.0)) for term in terms}
        self.sizes: dict[str, float] = {}
        #: w_c / R_c^2 by term: what the square of a residual in the user's units counts for.
        self.scaled_weights: dict[str, float] = {}
        self.resize({term: 1.0 if sizes is None else sizes[term] for term in terms})

    def resize(self, sizes: Mapping[str, float]) -> None:
        """Put other sizes R_c of all terms in place, here and in what this is spread from or to.

        Losses before and after cannot be compared.
        """
        self.sizes.update(sizes)
        if self._chi_square is not None:
            self.weights |= self._chi_square.weights(self.sizes)
        for term, weight in self.weights.items():
            self.scaled_weights[term] = weight / self.sizes[term] / self.sizes[term]

    def with_ansatz(self, ansatz: Ansatz) -> "Objective":
        """The same objective, on the same points, of another ansatz."""
        return self._with(ansatz=ansatz)

    def with_weights(self, weights: Mapping[str, float]) -> "Objective":
        """The same objective with other weights w_c by term, 1 unless given, which stay."""
        return self._with(weights=weights, chi_square=None)

    def with_collocation(self, collocation: Collocation) -> "Objective":
        """The same objective on other points."""
        return self._with(collocation=collocation)

    def with_part(self, count: int, generator: Generator) -> "Objective":
        """The same objective on about so many of its points, one for each process at least."""
        fewest = self.share.communicator.count
        return self.with_collocation(self.collocation.part(count, generator, fewest))

    def spread(self, share: Share) -> "Objective":
        """The same objective, of which this process evaluates its share."""
        part = self._with(share=share)
        part.sizes, part.scaled_weights = self.sizes, self.scaled_weights  # which may change
        part.weights = self.weights
        return part

    @property
    def groups(self) -> Sequence[TermGroup]:
        """The terms that this process evaluates, on its points of them."""
        return self.share.of(self.collocation.groups)

    @property
    def scales(self) -> Scales:
        """Sizes of unknowns and of terms."""
        names = self.collocation.equations.variables.unknowns
        unknowns = dict(zip(names, self.ansatz.sizes.tolist(), strict=True))
        return Scales(unknowns, dict(self.sizes))

    def scaled(self, scales: Scales) -> "Objective":
        """The same objective, of the same network, with other sizes of unknowns and terms."""
        ansatz = self.ansatz.with_sizes(list(scales.unknowns.values()))
        return self._with(ansatz=ansatz, sizes=scales.terms)

    def residuals(self) -> dict[str, Tensor]:
        """Evaluate all terms on their points, (N_c,) each, with one set of network weights."""
        derivatives = self.derivatives()
        terms: dict[str, Tensor] = {}
        for group in self.collocation.groups:
            terms |= self._counted(group, derivatives)
        return terms

    def residuals_at(self, group: TermGroup, at: PointSet) -> dict[str, Tensor]:
        """Evaluate all terms of a group on any points, (N,) each."""
        there = replace(group, at=at)
        if self._chunks.are_needed(there):
            return self._chunks.evaluate(there)
        return group.evaluate(at, self.derivatives()(at, group.residual.quantities))

    def derivatives(self) -> Derivatives:
        """Make the network's weights once; the result evaluates derivatives of the field."""
        return self.engine.derivatives(self.ansatz)

    def vector(self) -> Tensor:
        """Evaluate r, the weighted terms of this process one below the other, shape (N,)."""
        weighted = self._weighted_terms(self.groups)
        return torch.cat([factor * r for factor, r in weighted.values()])

    def loss(self) -> Tensor:
        """Evaluate |r|^2: weighted mean squares of the terms; its part of this process."""
        return self.vector().square().sum()

    @torch.no_grad()
    def parts(self) -> dict[str, float]:
        """Evaluate what each term adds to the loss, as a part of it, 0 to 1."""
        weighted = self._weighted_terms(self.collocation.groups)
        found = {term: float((c * r).square().sum()) for term, (c, r) in weighted.items()}
        total = sum(found.values())
        return {term: part / total if total > 0 else 0.0 for term, part in found.items()}

    def linearize(self) -> tuple[Tensor, Tensor]:
        """Evaluate r (N,) and its Jacobian (N, P), columns in the order of the parameters."""
        if not any(map(self._chunks.are_needed, self.groups)):
            return self.engine.linearize(self.ansatz, self.groups, self.scaled_weights)
        r, jacobian = self._in_blocks()
        return r, jacobian.rows()

    def linearize_within(self, numbers: int) -> tuple[Tensor, Jacobian]:
        """Evaluate r (N,) and its Jacobian, which is kept if it has no more numbers than these."""
        rows = sum(len(group.at.points) * len(group.terms) for group in self.groups)
        columns = sum(parameter.numel() for parameter in self.ansatz.parameters())
        if rows * columns <= numbers:
            r, kept = self.linearize()
            return r, WholeJacobian(kept)
        return self._in_blocks()

    def first_unusable_term(self) -> tuple[str, str] | None:
        """Tell a term that is NaN or infinite now, and where; None if all are finite."""
        derivatives = self.derivatives()
        for group in self.collocation.groups:
            for term, values in self._counted(group, derivatives).items():
                is_bad = ~torch.isfinite(values)
                if bool(is_bad.any()):
                    return term, _places(group, is_bad)
        return None

    def redraw(self) -> None:
        """Draw all points anew, a part of them where residual or slope are large."""
        self.collocation.redraw(self._all_sizes)

    def follow(self) -> bool:
        """Let weights that depend on the residual follow it; False if they hardly change."""
        return self.collocation.follow(self._all_sizes)

    def last_weight(self) -> float:
        """Evaluate what the last times would count for, 0 to 1; 1 where all count alike."""
        return self.collocation.last_weight(self._all_sizes)

    def add_points(self) -> bool:
        """Draw more points, all anew; False if there are as many as there may be."""
        if not self.collocation.add_points():
            return False
        self.redraw()
        return True

    @torch.no_grad()
    def fresh_loss(self) -> float:
        """Evaluate the loss of all processes on new points, and go back to those so far."""
        kept = [group.at for group in self.collocation.groups]
        self.redraw()
        loss = float(self.share.communicator.summed(self.loss()))
        for group, at in zip(self.collocation.groups, kept, strict=True):
            group.at = at
        return loss

    def _with(self, **changed: Any) -> "Objective":
        parts = ("ansatz", "collocation", "weights", "engine", "sizes", "share")
        kept = {part: getattr(self, part) for part in parts} | {"chi_square": self._chi_square}
        return Objective(**kept | changed)

    def _all_sizes(self, points: Tensor) -> Tensor:
        return self.share.communicator.spread(self._sizes, points)

    def _counted(self, group: TermGroup, derivatives: Derivatives) -> dict[str, Tensor]:
        """Evaluate the terms of a group that count, (N_c,) each."""
        if self._chunks.are_needed(group):
            found = self._chunks.evaluate(group)
            return {term: found[term] for term in group.terms}
        return group.evaluate_counted(derivatives(group.at, group.residual.quantities))

    def _weighted_terms(
        self, groups: Sequence[TermGroup]
    ) -> dict[str, tuple[float | Tensor, Tensor]]:
        """Evaluate all terms, (N_c,) each, and what each enters the residual vector with."""
        derivatives = self.derivatives()
        return {
            term: (group.factor(self.scaled_weights[term], len(r)), r)
            for group in groups
            for term, r in self._counted(group, derivatives).items()
        }

    @torch.no_grad()
    def _in_blocks(self) -> tuple[Tensor, JacobianInBlocks]:
        """Evaluate r, and say how rows of the Jacobian are made."""
        r = self.vector()
        passes = ChunkedRows(self.ansatz, self.engine, self.groups, self.scaled_weights)
        return r, JacobianInBlocks(passes, r, list(self.ansatz.parameters()))

    @torch.no_grad()
    def _sizes(self, points: Tensor) -> Tensor:
        """The size of the residual, and the square of each slope, (M, 1 + unknowns)."""
        length = self.ansatz.features.length  # (d,)
        group, at = self.collocation.equations, PointSet(points)
        unknowns = range(len(group.variables.unknowns))
        gradients = [Gradient(k, tuple(range(len(length)))) for k in unknowns]
        asked: list[Quantity] = [*group.residual.quantities, *gradients]
        most = points_at_once(self.ansatz, asked, len(points))
        if most < len(points):
            return torch.cat([self._sizes(part) for part in points.split(most)])
        values = self.derivatives()(at, asked)
        terms = group.evaluate(at, values)
        weighted = [self.scaled_weights[term] ** 0.5 * terms[term] for term in group.terms]
        residual = torch.stack(weighted).norm(dim=0)
        slopes = [(values[gradient] * length).square().sum(dim=1) for gradient in gradients]
        return torch.stack([residual, *slopes], dim=1)


def _places(group: TermGroup, is_bad: Tensor) -> str:
    """Say at how many of its points a term is bad, and which is the first of them."""
    points = group.at.points
    if len(points) != len(is_bad):  # no value for each point
        return "all of its points"
    names = group.variables.column_names()
    first = points[is_bad][0].tolist()
    place = ", ".join(f"{name} = {x:.4g}" for name, x in zip(names, first, strict=True))
    return f"{int(is_bad.sum())} of {len(is_bad)} points, first at {place}"
