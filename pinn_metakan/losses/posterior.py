r"""How sure unknown numbers are: the last Gauss-Newton system with the network marginalized.

With the residual vector linearized at the solution, :math:`z` the deviations of the data over their
sigma and :math:`F` the equations and other conditions, the unknown numbers p and the parameters w
of the network have the normal distribution of

.. math:: \min_{w, p} \; |z + Z_w w + Z_p p|^2 + |F + F_w w + F_p p|^2 / \epsilon,
    \qquad \epsilon \to 0,

in which equations are exact. A factorization of its matrix, w first,

.. math:: \begin{pmatrix} Z_w & Z_p \\ F_w / \sqrt\epsilon & F_p / \sqrt\epsilon \end{pmatrix}
    = Q \begin{pmatrix} R_{ww} & R_{wp} \\ 0 & R_{pp} \end{pmatrix},

has the Schur complement of the network in its last block: the covariance of p is
:math:`(R_{pp}^T R_{pp})^{-1}`. An equation with a model error is no such F, but one more z: its
residual over sigma_F, times the square root of the number of cells for each point.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Generator, Tensor

from pinn_metakan.derivatives.request import Derivative
from pinn_metakan.geometry.sampling import PointSet
from pinn_metakan.losses.collocation import TermGroup
from pinn_metakan.losses.data_term import DataTerm
from pinn_metakan.losses.data_weight import noise_levels
from pinn_metakan.losses.inexact_equation import InexactEquation
from pinn_metakan.losses.objective import Objective
from pinn_metakan.losses.posterior_rows import ROWS, columns_of, count_of, is_data, with_points
from pinn_metakan.pde.condition import NoiseLevel
from pinn_metakan.pde.formulation import Formulation
from pinn_metakan.pde.residual import Residual

# All: docs/decisions/0043-unknown-numbers.md.
#: epsilon: what equations leave out, beside data of the size of the solution.
_EQUATIONS = 1e-7
#: What a parameter of the network may move by in its unit, as an inverse variance: a direction that
#: neither equations nor data see is a redundant one, and does not matter.
_PRIOR = 1e-6
#: What equations tell of a direction counts if it is so many times what their residual is.
_TOLD = 100.0
#: Least part of what is known of a direction that data tell.
_LEAST = 1e-30
#: Deviations of data without noise that are below this part of their size are rounding.
_EXACT = 1e-8


class Posterior:
    """The normal distribution of the unknown numbers and of the field about what was found.

    Args:
        objective: Terms, points and field, at the end of training.
        formulation: The problem.
        generator: Draws points of the equations.
    """

    def __init__(self, objective: Objective, formulation: Formulation, generator: Generator):
        self._objective, self._formulation = objective, formulation
        ansatz = objective.ansatz
        self._k, self._of_functions = len(ansatz.numbers), ansatz.functions.count
        equations = objective.collocation.equations
        even = with_points(equations, formulation, ROWS * columns_of(objective), generator)
        groups = [even, *objective.collocation.groups[1:]]
        r, jacobian = objective.engine.linearize(ansatz, groups, objective.scaled_weights)
        self._residual, self._jacobian = r.detach().double(), self._in_order(jacobian)
        noise = noise_levels(formulation)
        #: By term of the data how far the model is from them.
        self.data: dict[str, DataTerm] = {}
        #: By equation with a model error how far it is from being met.
        self.inexact: dict[str, InexactEquation] = {}
        self._exact: list[tuple[slice, float]] = []  # rows of the others, and their weights
        begin = 0
        for group in groups:
            for term in group.terms:
                count = count_of(group, formulation)
                rows, weight = slice(begin, begin + count), objective.weights[term]
                begin += count
                if is_data(group, formulation):
                    factor = group.factor(objective.scaled_weights[term], count)
                    values = r[rows].detach().double() / factor
                    level = noise.get(term, NoiseLevel(math.nan))
                    self.data[term] = self._term(term, rows, values, factor, level)
                elif term in formulation.model_errors:
                    error = formulation.model_errors[term]
                    cells = error.cells(formulation.variables, formulation.domain)
                    factor = math.sqrt(objective.scaled_weights[term])
                    size = float(self._residual[rows].norm()) / factor
                    self.inexact[term] = InexactEquation(rows, size, factor, error.sigma, cells)
                else:
                    self._exact.append((rows, weight))
        assert begin == len(r), "each residual belongs to a term"
        self._factorize()
        if any(fit.is_estimated for fit in self.data.values()):
            self._estimate_noise()

    def _in_order(self, jacobian: Tensor) -> Tensor:
        """Columns of the network first, then those of the functions, then those of the numbers."""
        first, second = self._k, self._k + self._of_functions
        numbers, functions, network = jacobian.detach().double().tensor_split([first, second], 1)
        return torch.cat([network, functions, numbers], dim=1)

    def _term(
        self, term: str, rows: slice, values: Tensor, factor: float | Tensor, level: NoiseLevel
    ) -> DataTerm:
        sigma, is_estimated = level.sigma, not math.isfinite(level.sigma)
        if is_estimated:
            least = _EXACT * self._objective.sizes[term]
            sigma = max(float(values.square().mean().sqrt()), least)
        return DataTerm(rows, values, factor, sigma, is_estimated, level.huber)

    def _estimate_noise(self) -> None:
        """Estimate the noise once more, by the degrees of freedom that are left."""
        free = self.freedom
        for term, fit in self.data.items():
            if fit.is_estimated:
                count = len(fit.deviations)
                sigma = fit.sigma * math.sqrt(count / max(free[term], 1.0))
                self.data[term] = replace(fit, sigma=sigma)
        self._factorize()

    def _factorize(self) -> None:
        # What all data together tell of a field of the size of the solution [-].
        sizes = self._objective.sizes
        told = sum(len(d.deviations) * (sizes[t] / d.sigma) ** 2 for t, d in self.data.items())
        scale = self._jacobian.new_zeros(len(self._jacobian))
        for rows, weight in self._exact:
            scale[rows] = math.sqrt(max(told, 1.0) / _EQUATIONS / weight) if weight > 0 else 0.0
        for fit in self.data.values():
            scale[fit.rows] = fit.scale()
        for equation in self.inexact.values():
            scale[equation.rows] = equation.scale
        matrix = self._jacobian * scale.unsqueeze(1)
        n_weights = matrix.shape[1] - self._k
        prior = matrix.new_zeros(n_weights, matrix.shape[1])
        prior.fill_diagonal_(math.sqrt(_PRIOR))
        self._violation = sum(
            float((self._residual[rows] * scale[rows]).square().sum()) for rows, _ in self._exact
        )
        self._q, self._r = torch.linalg.qr(torch.cat([matrix, prior]))

    @property
    def _told_rows(self) -> list[slice]:
        """Rows of what is known with a noise: data, and equations with a model error."""
        found = [fit.rows for fit in self.data.values()]
        return [*found, *(equation.rows for equation in self.inexact.values())]

    def _of_told(self) -> Tensor:
        """Root of the covariance of functions and numbers, in the unit that R gives them, (m, m).

        A change of a function that the network does not follow leaves a residual of equations that
        count as exact, which passes for knowledge (docs/decisions/0046-how-sure.md); so does the
        prior of a network that has to change much.

        Returns:
            That by what data tell, as far as the network follows, and the prior of the functions.
        """
        count = self._of_functions + self._k
        columns = self._q[:, -count:]
        prior = slice(len(self._q) - self._of_functions, None)
        told = torch.cat([columns[rows] for rows in (*self._told_rows, prior)])
        parts, vectors = torch.linalg.eigh(told.T @ told)
        return vectors / parts.clamp(min=_LEAST).sqrt()

    @property
    def freedom(self) -> dict[str, float]:
        """Degrees of freedom that the values of each term leave: their count less what they fit."""
        fitted = {t: float(self._q[fit.rows].square().sum()) for t, fit in self.data.items()}
        return {term: len(fit.deviations) - fitted[term] for term, fit in self.data.items()}

    @property
    def _spread(self) -> float:
        """What outliers make of all variances."""
        counts = [len(fit.deviations) for fit in self.data.values()]
        spreads = [fit.spread for fit in self.data.values()]
        total = sum(count * spread for count, spread in zip(counts, spreads, strict=True))
        return total / max(sum(counts), 1)

    def directions(self) -> tuple[Tensor, Tensor]:
        """Directions of the free numbers p whose errors are independent.

        Returns:
            Standard deviation along each, (k,), infinite where data tell nothing; and the
            directions, one per row, (k, k).
        """
        root = self._r[-self._k :, -self._k :]
        if self._of_functions:
            count = self._of_functions + self._k
            numbers = torch.eye(count, dtype=root.dtype, device=root.device)[-self._k :]
            whitened = self._whitened(self._r[-count:, -count:], numbers) @ self._of_told()
            found, sizes, _ = torch.linalg.svd(whitened, full_matrices=False)
            return math.sqrt(self._spread) * sizes, found.T
        _, _, found = torch.linalg.svd(root)
        seen = self._q[:, -self._k :] @ (root @ found.T)  # (rows, k)
        of_data = sum((seen[rows].square().sum(dim=0) for rows in self._told_rows), seen[0] * 0)
        of_equations = sum((seen[rows].square().sum(dim=0) for rows, _ in self._exact), seen[0] * 0)
        # Equations that are not met tell even of what multiplies all of them, by as much.
        is_told = of_equations > _TOLD * self._violation
        precision = of_data + torch.where(is_told, of_equations, torch.zeros_like(of_data))
        return math.sqrt(self._spread) / precision.sqrt(), found

    def function_errors(self, name: str, points: Sequence[Tensor]) -> Tensor:
        """Standard deviation of an unknown function [its unit].

        Args:
            name: Of the function.
            points: One tensor (M,) for each argument.

        Returns:
            Shape (M,).
        """
        functions = self._objective.ansatz.functions
        law, coefficients = functions.laws[name], functions.of(name).detach().double()
        like = [values.to(coefficients) for values in points]
        slopes = torch.func.jacrev(lambda c: law.derivative(c, like))(coefficients)  # (M, K)
        sizes = [parameter.numel() for parameter in functions.coefficients]
        place = list(functions.functions).index(name)
        count = self._of_functions + self._k
        rows = slopes.new_zeros(len(slopes), count)
        begin = sum(sizes[:place])
        rows[:, begin : begin + sizes[place]] = slopes
        root = self._r[-count:, -count:]
        whitened = self._whitened(root, rows) @ self._of_told()
        return whitened.norm(dim=1) * math.sqrt(self._spread)

    def field_errors(self, points: Tensor, unknown: int) -> Tensor:
        """Standard deviation of an unknown field at points (M, d): (M,) [its unit]."""
        objective, formulation = self._objective, self._formulation
        like = next(objective.ansatz.parameters())
        at = PointSet(points.to(like))
        value = Derivative(unknown, ())
        name = formulation.variables.unknowns[unknown]
        residual = Residual(
            "field", "", lambda jet, at: {"field": jet(name)}, ("field",), frozenset({value}),
            True, {}, at, True,
        )  # fmt: skip
        group = TermGroup(
            residual, ("field",), formulation.variables, lambda *_: at, len(points), at
        )
        _, jacobian = objective.engine.linearize(
            objective.ansatz, [group], {"field": float(len(points))}
        )
        slopes = self._in_order(jacobian)
        whitened = self._whitened(self._r, slopes)
        if self._of_functions:
            network, others = whitened.tensor_split([-self._of_functions - self._k], dim=1)
            whitened = torch.cat([network, others @ self._of_told()], dim=1)
        return whitened.norm(dim=1) * math.sqrt(self._spread)

    @staticmethod
    def _whitened(root: Tensor, rows: Tensor) -> Tensor:
        """Rows times the inverse of R."""
        return torch.linalg.solve_triangular(root, rows, upper=True, left=False)
