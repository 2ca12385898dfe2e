r"""Weights by which data, and equations with a model error, count as their chi-squares do.

With n values of a standard deviation sigma and of the size U, a term of the weight w adds

.. math:: w \langle z^2 \rangle \sigma^2 / U^2 = w \, \frac{\sigma^2}{n U^2} \, \chi^2

to the loss, and an equation of the size R that holds up to sigma_F in N cells
:math:`w \sigma_F^2 / (N R^2) \, \chi_F^2`. All are weighed so that their chi-squares are added up
with one factor, which is that of the most telling data at the weight that settings give.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pinn_metakan.losses.data_weight import noise_levels
from pinn_metakan.pde.formulation import Formulation


@dataclass(frozen=True)
class ChiSquare:
    """What weights of data and of equations with a model error are, for any sizes of terms.

    Args:
        data: By term of data with a known noise, how many values there are and their sigma.
        errors: By equation with a model error, how many cells there are and its sigma.
        data_weight: Weight of the data that tell most.
    """

    data: Mapping[str, tuple[float, float]]
    errors: Mapping[str, tuple[float, float]]
    data_weight: float

    @classmethod
    def of(
        cls, formulation: Formulation, terms: Collection[str], data_weight: float
    ) -> "ChiSquare":
        """Find what a problem states.

        Args:
            formulation: The problem.
            terms: Those whose weights follow from it; a user has weighed the others.
            data_weight: Weight of the data that tell most.

        Returns:
            The weights.
        """
        counts = {
            term: len(residual.recorded[term])
            for residual in formulation.conditions.values()
            for term in residual.terms
        }
        levels = noise_levels(formulation)
        variables, domain = formulation.variables, formulation.domain
        return cls(
            {
                term: (float(counts[term]), level.sigma)
                for term, level in levels.items()
                if term in terms and level.sigma > 0  # not NaN, which is to be estimated
            },
            {
                term: (error.cells(variables, domain), error.sigma)
                for term, error in formulation.model_errors.items()
                if term in terms
            },
            data_weight,
        )

    def weights(self, sizes: Mapping[str, float]) -> dict[str, float]:
        """Weights by term.

        Args:
            sizes: R_c by term [its unit].

        Returns:
            Those of data are at most ``data_weight``, those of equations at most 1, with which
            they count as nearly exact.
        """
        told = {t: (sigma / sizes[t]) ** 2 / n for t, (n, sigma) in self.data.items()}
        if not told:
            return {}
        least = min(told.values())
        weights = {term: self.data_weight * (least / each) for term, each in told.items()}
        for term, (cells, sigma) in self.errors.items():
            weight = self.data_weight * least * cells * (sizes[term] / sigma) ** 2
            weights[term] = min(weight, 1.0)
        return weights
