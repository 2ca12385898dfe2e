"""Which of the residuals a process evaluates, where several train one run."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from pinn_metakan.errors import SettingsError
from pinn_metakan.geometry.sampling import PointSet
from pinn_metakan.losses.collocation import TermGroup
from pinn_metakan.optimizers.communicator import ONE_PROCESS, Communicator


def refuse_few_points(equations: TermGroup, communicator: Communicator) -> None:
    """Refuse processes that no point is left for.

    Args:
        equations: Terms of the equations, and their points.
        communicator: The processes.

    Raises:
        SettingsError: If there are more processes than points.
    """
    there = len(equations.at.points)
    if there < communicator.count:
        raise SettingsError(
            f"points.interior: {communicator.count} processes share {there} points; begin fewer "
            f"processes, or set points.interior and points.first to {communicator.count} at least"
        )


class Share:
    """The part of the residuals that this process evaluates; together they are those of one.

    Each process takes every n-th point of terms that have a residual for each point. Residuals that
    are made of several points, such as integrals and jumps, are not cut: a group of them is
    evaluated by one process, another group by the next.

    Args:
        communicator: The processes.
    """

    def __init__(self, communicator: Communicator = ONE_PROCESS):
        self.communicator = communicator
        self._parts: WeakKeyDictionary[PointSet, PointSet] = WeakKeyDictionary()

    def of(self, groups: Sequence[TermGroup]) -> Sequence[TermGroup]:
        """Take from groups what this process evaluates; those that it has no point of are missing.

        Args:
            groups: All terms and all their points.

        Returns:
            The groups, with the points of this process; the groups themselves where there is one.
        """
        if self.communicator.count == 1:
            return groups
        found = []
        for group, is_own in zip(groups, self._owned(groups), strict=True):
            if not group.residual.is_pointwise:
                found += [group] if is_own else []
                continue
            part = self._part(group.at)
            if len(part.points):
                found.append(replace(group, at=part, whole=group.whole or len(group.at.points)))
        return found

    def rows(self, groups: Sequence[TermGroup], values: Mapping[str, Tensor]) -> Tensor:
        """Lay out values of all residuals as the residual vector of this process is.

        Args:
            groups: All terms and all their points.
            values: By term, (N_c,) each.

        Returns:
            Those of the residuals of this process, (N,).
        """
        found = []
        for group, is_own in zip(groups, self._owned(groups), strict=True):
            for term in group.terms:
                if group.residual.is_pointwise:
                    found.append(self.communicator.share(values[term]))
                elif is_own:
                    found.append(values[term])
        return torch.cat(found)

    def _owned(self, groups: Sequence[TermGroup]) -> list[bool]:
        """Whether this process evaluates each group if it is one that is not cut."""
        mine, count = self.communicator.number, self.communicator.count
        whole, owned = 0, []
        for group in groups:
            owned.append((count - 1 - whole) % count == mine)
            whole += not group.residual.is_pointwise
        return owned

    def _part(self, at: PointSet) -> PointSet:
        """The points of this process; the same object each time, for what is prepared for it."""
        part = self._parts.get(at)
        if part is None:
            part = at.rows(self.communicator.own)
            self._parts[at] = part
        return part
