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
:math:`(R_{pp}^T R_{pp})^{-1}`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Generator, Tensor

from pinn_metakan.derivatives.request import Derivative
from pinn_metakan.geometry.sampling import PointSet, sample_interior
from pinn_metakan.losses.collocation import TermGroup
from pinn_metakan.losses.data_weight import noise_levels
from pinn_metakan.losses.objective import Objective
from pinn_metakan.pde.condition import NoiseLevel
from pinn_metakan.pde.formulation import Formulation
from pinn_metakan.pde.residual import Residual

# All: docs/decisions/0043-unknown-numbers.md.
#: epsilon: what equations leave out, beside data of the size of the solution.
_EQUATIONS = 1e-7
#: What a parameter of the network may move by in its unit, as an inverse variance: a direction that
#: neither equations nor data see is a redundant one, and does not matter.
_PRIOR = 1e-6
#: Rows of each equation for each column.
_ROWS = 4
#: What equations tell of a direction counts if it is so many times what their residual is.
_TOLD = 100.0
#: Deviations of data without noise that are below this part of their size are rounding.
_EXACT = 1e-8


@dataclass(frozen=True)
class DataTerm:
    """Deviations of the values of a term from the model.

    Args:
        rows: Where they are in the residual vector.
        deviations: Model minus data, as they count, (M,) [unit of the values].
        factor: What a residual enters the vector with.
        sigma: Standard deviation of the noise [unit of the values].
        is_estimated: Whether that is found from the deviations.
        huber: Deviations of more than so many sigma count linearly.
    """

    rows: slice
    deviations: Tensor
    factor: float | Tensor
    sigma: float
    is_estimated: bool
    huber: float

    @property
    def relative(self) -> Tensor:
        """Deviations over sigma, as they count, (M,)."""
        return self.deviations / self.sigma

    @property
    def spread(self) -> float:
        """What Huber's function makes of the variance of an estimate, 1 for squares.

        <psi^2> / <psi'> with the derivative psi of Huber's function; `scale` has psi' already.
        """
        psi = self.relative.abs().clamp(max=self.huber)
        inside = float((self.relative.abs() <= self.huber).double().mean())
        if self.huber == math.inf or inside == 0:
            return 1.0
        return float(psi.square().mean()) / inside

    def scale(self) -> Tensor:
        """What rows of the vector are multiplied by, to be deviations over sigma, (M,)."""
        size = self.relative.abs()
        inner = torch.where(size > self.huber, torch.zeros_like(size), torch.ones_like(size))
        return inner / (self.factor * self.sigma)


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
        even = _with_points(equations, formulation, _ROWS * _columns(objective), generator)
        groups = [even, *objective.collocation.groups[1:]]
        r, jacobian = objective.engine.linearize(ansatz, groups, objective.scaled_weights)
        self._residual, self._jacobian = r.detach().double(), self._in_order(jacobian)
        noise = noise_levels(formulation)
        #: By term of the data how far the model is from them.
        self.data: dict[str, DataTerm] = {}
        self._exact: list[tuple[slice, float]] = []  # rows of the others, and their weights
        begin = 0
        for group in groups:
            for term in group.terms:
                count = _count(group, formulation)
                rows, weight = slice(begin, begin + count), objective.weights[term]
                begin += count
                if _is_data(group, formulation):
                    factor = group.factor(objective.scaled_weights[term], count)
                    values = r[rows].detach().double() / factor
                    level = noise.get(term, NoiseLevel(math.nan))
                    self.data[term] = self._term(term, rows, values, factor, level)
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
        matrix = self._jacobian * scale.unsqueeze(1)
        n_weights = matrix.shape[1] - self._k
        prior = matrix.new_zeros(n_weights, matrix.shape[1])
        prior.fill_diagonal_(math.sqrt(_PRIOR))
        self._violation = sum(
            float((self._residual[rows] * scale[rows]).square().sum()) for rows, _ in self._exact
        )
        self._q, self._r = torch.linalg.qr(torch.cat([matrix, prior]))

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
        _, _, found = torch.linalg.svd(root)
        seen = self._q[:, -self._k :] @ (root @ found.T)  # (rows, k)
        of_data = sum(
            (seen[fit.rows].square().sum(dim=0) for fit in self.data.values()), seen[0] * 0
        )
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
        whitened = torch.linalg.solve_triangular(root, rows, upper=True, left=False)
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
        whitened = torch.linalg.solve_triangular(self._r, slopes, upper=True, left=False)
        return whitened.norm(dim=1) * math.sqrt(self._spread)


def size_of_matrix(objective: Objective, formulation: Formulation) -> int:
    """Numbers in the matrix that a `Posterior` factorizes: rows of all terms times columns."""
    columns = _columns(objective)
    equations, *others = objective.collocation.groups
    rows = _ROWS * columns * len(equations.terms)
    rows += columns - len(objective.ansatz.numbers)  # those of the prior
    rows += sum(_count(group, formulation) * len(group.terms) for group in others)
    return rows * columns


def _columns(objective: Objective) -> int:
    return sum(parameter.numel() for parameter in objective.ansatz.parameters())


def _with_points(
    group: TermGroup, formulation: Formulation, count: int, generator: Generator
) -> TermGroup:
    """The equations on points that are spread evenly, as many as are asked for."""
    like = group.at.points
    at = sample_interior(formulation.domain, count, "sobol", generator)
    return replace(group, at=at.to(like.device, like.dtype))


def _condition_of(group: TermGroup, formulation: Formulation) -> str | None:
    """Name of the condition that a group belongs to; None for the equations."""
    for name, residual in formulation.conditions.items():
        if residual is group.residual:
            return name
    return None


def _is_data(group: TermGroup, formulation: Formulation) -> bool:
    name = _condition_of(group, formulation)
    return name is not None and formulation.problem.conditions[name].region == "data"


def _count(group: TermGroup, formulation: Formulation) -> int:
    """Number of residuals of a term of a group."""
    values = group.residual.recorded[group.terms[0]]
    if _is_data(group, formulation):
        return len(values)
    points, recorded = len(group.at.points), len(group.residual.at.points)
    return round(points * len(values) / recorded)
