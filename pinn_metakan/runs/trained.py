"""A trained field: evaluated, differentiated and integrated anywhere in its domain."""

import copy
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.derivatives.request import Variables
from pinn_metakan.errors import UserError
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.fine_quadrature import boundary_rule, fine_rule
from pinn_metakan.geometry.sampling import PointSet
from pinn_metakan.networks.network import Network
from pinn_metakan.pde.boundary_part import BoundaryPart
from pinn_metakan.pde.derivatives_of_code import told_derivatives
from pinn_metakan.pde.expression import Expression
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.assembled import AssembledRun

#: A part of the boundary, several, or None for all.
Parts = str | Sequence[str] | None


class TrainedField:
    """What a run has trained, with the network that is there now.

    Args:
        run: The run. While it has further to go, what it is now is copied, to be pickled.
    """

    def __init__(self, run: AssembledRun):
        self.run = run
        self.slabs = run.slab_fields
        self.network: Network = run.network
        self._state = copy.deepcopy(run.state()) if run.awaits_next_leg else None

    @property
    def problem(self) -> Problem:
        """The problem."""
        return self.run.problem

    @property
    def domain(self) -> Domain:
        """Where it was trained."""
        return self.run.formulation.domain

    @property
    def variables(self) -> Variables:
        """What names mean."""
        return self.run.formulation.variables

    def state(self) -> dict[str, Any]:
        """What a checkpoint holds of it."""
        return self.run.state() if self._state is None else self._state

    def values(self, points: Tensor) -> dict[str, Tensor]:
        """Evaluate the unknowns at points (M, d): (M,) each, float64, on the CPU."""
        columns = self.slabs.values_on(points).unbind(1)
        return dict(zip(self.variables.unknowns, columns, strict=True))

    def expression(self, text: str, is_on_boundary: bool = False) -> Expression:
        """Read an expression of this problem's names."""
        return Expression(text, self.variables, self.problem.parameters, is_on_boundary)

    def evaluate(self, expression: Expression, at: PointSet) -> Tensor:
        """Evaluate an expression at points: (M,), or (M, k) for a gradient."""
        asked = sorted(expression.quantities, key=repr)
        evaluate = partial(self.slabs.quantities_on, at.points, asked)
        with told_derivatives(f"{self.problem.origin.label}: a function of it", evaluate):
            values = evaluate()
        jet = Jet(self.variables, at.points, values | self.slabs.coefficients())
        normals = torch.zeros_like(at.points) if at.normals is None else at.normals
        return expression.evaluate(jet, values, normals)

    def integral(self, text: str, at: Mapping[str, float]) -> float:
        """Integrate an expression over the domain, or where some coordinates have values."""
        expression, fixed = self.expression(text), self._fixed(at)
        if len(fixed) == self.domain.dimension:
            raise UserError("integral: all coordinates are fixed; evaluate the solution there")
        try:
            nodes, weights = fine_rule(self.domain, fixed)
        except ValueError as error:
            raise UserError(f"integral at {_listed(at)}: {error}") from None
        return self._summed(expression, PointSet(nodes), weights)

    def flux(self, text: str, face: Parts, at: Mapping[str, float]) -> float:
        """Integrate an expression over the boundary of space, or parts of it."""
        expression, fixed = self.expression(text, is_on_boundary=True), self._fixed(at)
        try:
            part = BoundaryPart(face)
            part.check(self.variables, self.domain)
            found = part.face(self.variables, self.domain)
            parts = () if found is not None else part.parts(self.variables, self.domain)
            nodes, weights = boundary_rule(self.domain, found, fixed, parts)
        except ValueError as error:
            raise UserError(f"flux: {error}") from None
        return self._summed(expression, nodes, weights)

    def _summed(self, expression: Expression, at: PointSet, weights: Tensor) -> float:
        values = self.evaluate(expression, at)
        if values.ndim > 1:
            raise UserError("only one number at each point can be integrated, got a gradient")
        return float(weights @ values)

    def _fixed(self, at: Mapping[str, float]) -> dict[int, float]:
        names = self.variables.column_names()
        fixed = {}
        for name, value in at.items():
            if name not in names:
                raise UserError(f"at: no coordinate {name!r}; there are {', '.join(names)}")
            axis = names.index(name)
            low, high = self.domain.bounds[axis]
            number = float(value)
            if not low <= number <= high:
                raise UserError(f"at: {name} is from {low:g} to {high:g}, got {number:g}")
            fixed[axis] = number
        return fixed


def _listed(at: Mapping[str, float]) -> str:
    return ", ".join(f"{name} = {value:g}" for name, value in at.items())
