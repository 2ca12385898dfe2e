"""How far a reference is from satisfying equations and conditions, beside the size of terms."""

from collections.abc import Mapping

import torch
from torch import Generator, Tensor

from pinn_metakan.derivatives.autograd import evaluate_by_autograd
from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.derivatives.request import Quantity
from pinn_metakan.geometry.sampling import PointSet, sample_interior
from pinn_metakan.pde.formulation import Formulation, formulate
from pinn_metakan.pde.problem import Problem
from pinn_metakan.pde.residual import Residual


class Violations:
    """Residuals of a problem's reference.

    Args:
        problem: A problem with a reference.
    """

    def __init__(self, problem: Problem):
        self._problem = problem
        self._formulation: Formulation = formulate(problem)
        domain = self._formulation.domain
        count = 500 if problem.reference_error() is None else 100  # computed ones take longer
        self._inside = sample_interior(domain, count, "sobol", Generator().manual_seed(0))
        self._few = sample_interior(domain, 40, "sobol", Generator().manual_seed(0))

    def of_equations(self) -> dict[str, float]:
        """The largest residual of each equation over the size of its terms."""
        return self._relative(self._formulation.equations, self._inside)

    def of_conditions(self) -> dict[str, float]:
        """The same of each condition."""
        found = {}
        variables, domain = self._formulation.variables, self._formulation.domain
        for name, residual in self._formulation.conditions.items():
            generator = Generator().manual_seed(0)
            condition = self._problem.conditions[name]
            at = condition.sample(variables, domain, 100, "sobol", generator)
            found |= self._relative(residual, at)
        return found

    def _relative(self, residual: Residual, at: PointSet) -> dict[str, float]:
        inside = self._values(residual, self._few)
        here = {name: v.detach().requires_grad_() for name, v in self._values(residual, at).items()}
        terms = residual.evaluate(Jet(self._formulation.variables, at.points, here), at)
        found = {}
        for name, values in terms.items():
            slopes = torch.autograd.grad(
                values.sum(), list(here.values()), retain_graph=True, allow_unused=True
            )
            size = 0.0  # what the residual changes by where all quantities double, to first order
            for quantity, slope in zip(here, slopes, strict=True):
                if slope is not None:
                    typical = max(_typical(inside[quantity]), _typical(here[quantity]))
                    size += float(slope.abs().sum()) / len(values) * typical
            found[name] = float(values.detach().abs().max()) / (size or 1.0)
        return found

    def _values(self, residual: Residual, at: PointSet) -> Mapping[Quantity, Tensor]:
        def exact(points: Tensor) -> Tensor:
            values = self._problem.reference(points)
            assert values is not None
            return torch.stack([values[name] for name in self._problem.unknowns], dim=1)

        return evaluate_by_autograd(exact, at.points, residual.quantities)


def _typical(values: Tensor) -> float:
    return float(values.detach().square().mean().sqrt())
