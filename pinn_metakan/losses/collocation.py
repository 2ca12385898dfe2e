"""Collocation: the points that residuals are asked for at, drawn, redrawn, weighed and packed."""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Generator, Tensor

from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.derivatives.request import Quantity, Variables
from pinn_metakan.geometry.sampling import PointSet
from pinn_metakan.losses.causality import CausalWeights
from pinn_metakan.losses.resampling import Sizes, drawn_by_size
from pinn_metakan.losses.stored_points import stored_points
from pinn_metakan.losses.vertex_weights import VertexWeights
from pinn_metakan.pde.residual import Residual
from pinn_metakan.untrusted.shapes import refuse_other_shape

#: Candidates for each point that is chosen (docs/decisions/0010-collocation-points.md). A front
#: fills a hundredth of the domain: with few candidates there would be too few in it to choose from.
_CANDIDATES = 20
#: Points that are chosen among their candidates at once; more are chosen in batches, which bounds
#: the memory (docs/decisions/0041-large-runs.md).
_LARGEST_CHOICE = 100_000
#: More points, in parts of those so far (docs/decisions/0010-collocation-points.md).
_GROWTH = 2
#: Where a checkpoint has the weights of times; no group has such a label.
_TIMES = "weights of times"


@dataclass(eq=False)
class TermGroup:
    """Residual terms that live on one set of points.

    Args:
        residual: The residual function.
        terms: Those of its terms that count; hard conditions leave out theirs.
        variables: What names mean.
        draw: Draws so many new points from a generator.
        count: How many points are asked for; there may be others where residuals compare them.
        at: The points now, on the device and in the dtype of the network.
        is_held: Whether the points stay where they are when others are redrawn.
        whole: Points of the group that these are a part of; None where they are all of them.
        rows: Which points of a group they are that were drawn from it, (N,); None for all.
    """

    residual: Residual
    terms: tuple[str, ...]
    variables: Variables
    draw: Callable[[int, Generator], PointSet]
    count: int
    at: PointSet
    is_held: bool = False
    whole: int | None = None
    rows: Tensor | None = None

    def drawn(self, generator: Generator, count: int | None = None) -> PointSet:
        """New points, as many as are asked for, on the device and in the dtype of those now."""
        like = self.at.points
        return self.draw(count or self.count, generator).to(like.device, like.dtype)

    def evaluate(self, at: PointSet, values: Mapping[Quantity, Tensor]) -> dict[str, Tensor]:
        """Evaluate all terms at points from the derivatives of the field there, (N,) each."""
        return self.residual.evaluate(Jet(self.variables, at.points, values), at)

    def factor(self, weight: float, count: int) -> float | Tensor:
        """What a term of a weight enters the residual vector with: sqrt(w_c / N_c).

        Args:
            weight: w_c.
            count: N_c, its number of residuals; where these are a part, those of all parts count.

        Returns:
            A number or, where points have weights of their own, one for each residual, (N_c,).
        """
        factor = math.sqrt(weight / (self.whole or count))
        return factor if self.at.weights is None else factor * self.at.weights.sqrt()

    def evaluate_counted(self, values: Mapping[Quantity, Tensor]) -> dict[str, Tensor]:
        """Evaluate the terms that count, at the points of the group, (N,) each."""
        terms = self.evaluate(self.at, values)
        return {term: terms[term] for term in self.terms}


class Collocation:
    """All points of a run, and the one generator that they are drawn from.

    Nothing else draws, redraws, weighs or packs points.

    Args:
        groups: Terms and how their points are drawn, those of the equations first.
        adaptive: Which part of the points of the equations is chosen by size, 0 to 1.
        generator: CPU generator; what was drawn from it before decides what is drawn next.
        most: Most points of the equations; with fewer than there are, none are added.
        causality: Weights of the points of the equations by their time; None for all alike.
        vertices: Weights of these points by derivatives of hard conditions; None for all alike.
    """

    def __init__(
        self,
        groups: Sequence[TermGroup],
        adaptive: float,
        generator: Generator,
        most: int = 0,
        causality: CausalWeights | None = None,
        vertices: VertexWeights | None = None,
    ):
        self.groups = list(groups)
        self._adaptive = adaptive
        self._most = most
        self._generator = generator
        self._causality, self._vertices = causality, vertices
        if vertices is not None:
            self._weigh_equations()

    @property
    def equations(self) -> TermGroup:
        """The terms of the differential equations."""
        return self.groups[0]

    @property
    def points_ahead(self) -> int:
        """How many points of the equations may be added."""
        return max(0, self._most - self.equations.count)

    def leave_out(self, satisfied: frozenset[str]) -> None:
        """Leave out terms that are zero by construction, and groups that have no others."""
        for group in self.groups[1:]:
            group.terms = tuple(term for term in group.terms if term not in satisfied)
        self.groups = [self.equations, *(group for group in self.groups[1:] if group.terms)]

    def part(self, count: int, generator: Generator, fewest: int = 1) -> "Collocation":
        """Draw some of the points of each group, about so many together, its share each.

        Residuals that compare several points, such as an integral, keep all of theirs beside them.

        Args:
            count: How many points; each group keeps one at least.
            generator: CPU generator.
            fewest: How many points of the equations are kept at least.

        Returns:
            Fewer points, each of which counts for more.
        """
        cut = [len(group.at.points) for group in self.groups if group.residual.is_pointwise]
        share = count / sum(cut)
        groups = []
        for group in self.groups:
            at, total = group.at, len(group.at.points)
            least = fewest if group is self.equations else 1
            kept = max(least, round(share * total))
            if kept < total and group.residual.is_pointwise:
                rows = torch.randperm(total, generator=generator)[:kept].to(at.points.device)
                group = replace(group, at=at.rows(rows), rows=rows)
            groups.append(group)
        return Collocation(groups, 0.0, generator)

    def hold(self, terms: Collection[str]) -> None:
        """Leave the points of these terms where they are when others are redrawn."""
        for group in self.groups[1:]:
            group.is_held = group.is_held or any(term in terms for term in group.terms)

    def weigh(self, weights: Callable[[TermGroup], Tensor | None]) -> None:
        """Let each residual of a group count for what a function says, until points are redrawn.

        Args:
            weights: Takes a group, gives (N,), one for each of its residuals; None for all alike.

        Raises:
            ValueError: If a weight is negative or not finite.
        """
        for group in self.groups:
            points, found = group.at.points, weights(group)
            if found is not None and not bool((found >= 0).all() & torch.isfinite(found).all()):
                raise ValueError(
                    f"weights of {group.residual.label} must be finite and not below 0"
                )
            weighed = PointSet(points, group.at.normals, found, group.at.quadrature)
            group.at = weighed.to(points.device, points.dtype)

    def add_points(self) -> bool:
        """Ask for more points of the equations from the next drawing on.

        Points of conditions are few beside them, and are all there from the start.

        Returns:
            Whether there will be more; False where there are as many as there may be.
        """
        equations = self.equations
        if equations.count >= self._most:
            return False
        equations.count = min(_GROWTH * equations.count, self._most)
        return True

    def redraw(self, sizes: Sizes) -> None:
        """Draw new points for all groups that are not held, a part of the equations' by size.

        Args:
            sizes: What the residual and the slopes are at points; see `drawn_by_size`.
        """
        for group in self.groups:
            if not group.is_held:
                group.at = group.drawn(self._generator)
        self._choose_by_size(sizes)
        self._weigh_equations()

    def follow(self, sizes: Sizes) -> bool:
        """Let the weights of times follow the residual, where they do.

        Args:
            sizes: As for `redraw`.

        Returns:
            Whether a weight has changed noticeably.
        """
        if self._causality is None:
            return False
        points = self.equations.at.points
        has_changed = self._causality.follow(points, sizes(points)[:, 0])
        self._weigh_equations()
        return has_changed

    def last_weight(self, sizes: Sizes) -> float:
        """What the last times would count for if weights followed now; 1 where all are alike."""
        if self._causality is None:
            return 1.0
        points = self.equations.at.points
        return float(self._causality.found(points, sizes(points)[:, 0])[-1])

    def _weigh_equations(self) -> None:
        """Weigh the points of the equations by their time, and near vertices."""
        causality, vertices, at = self._causality, self._vertices, self.equations.at
        if causality is None and vertices is None:
            return
        weights = torch.ones_like(at.points[:, 0])
        if vertices is not None:
            weights = vertices.at(at.points)
        if causality is not None:
            weights = weights * causality.at(at.points).to(weights)
        weighed = PointSet(at.points, at.normals, weights, at.quadrature)
        self.equations.at = weighed.to(at.points.device, at.points.dtype)

    def _choose_by_size(self, sizes: Sizes) -> None:
        """Replace a part of the points of the equations by others, chosen by size."""
        equations = self.equations
        count = round(self._adaptive * len(equations.at.points))
        if count == 0:
            return
        assert equations.at.weights is None, "points that come with weights are drawn as they are"
        like = equations.at.points
        batches = max(1, math.ceil(count / _LARGEST_CHOICE))
        at_once = math.ceil(count / batches)
        drawn = None if batches == 1 else math.ceil(len(like) / batches)
        chosen = []
        for begin in range(0, count, at_once):
            size = min(at_once, count - begin)
            pool = [equations.drawn(self._generator, drawn).points for _ in range(_CANDIDATES)]
            candidates = torch.cat(pool)[: _CANDIDATES * size]
            chosen.append(drawn_by_size(candidates, size, sizes, self._generator))
        equations.at = PointSet(torch.cat([like[count:], *chosen]))

    def pack(self) -> dict[str, dict[str, Tensor | None]]:
        """All points by the label of their group, and weights of times, for a checkpoint."""
        causality = self._causality
        packed: dict[str, dict[str, Tensor | None]] = {
            group.residual.label: {
                "points": group.at.points,
                "normals": group.at.normals,
                "weights": group.at.weights,
                "quadrature": group.at.quadrature,
            }
            for group in self.groups
        }
        if causality is not None:
            packed[_TIMES] = {"weights": causality.by_bin}
        return packed

    def unpack(self, packed: Mapping[str, Mapping[str, Tensor | None]]) -> None:
        """Put packed points in place.

        Args:
            packed: What `pack` gave.

        Raises:
            KeyError: If a group is missing.
            RunFolderError: If a term cannot have its points.
        """
        for group in self.groups:
            label = group.residual.label
            group.at = stored_points(packed[label], group.at, label, group is self.equations)
        self.equations.count = len(self.equations.at.points)
        if self._causality is not None:
            by_bin = packed[_TIMES]["weights"]
            assert by_bin is not None
            refuse_other_shape(by_bin, self._causality.by_bin.shape, "points: weights of times")
            self._causality.by_bin = by_bin.double().cpu()
