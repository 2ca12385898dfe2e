"""Runs whose equations hold up to an error, beside generalized least squares by SciPy."""

import math

import numpy as np
import pytest
import torch
from scipy.optimize import least_squares
from torch import Tensor

from pinn_metakan.benchmarks.measure.assembled import run_of
from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.errors import SettingsError
from pinn_metakan.geometry.box import Interval
from pinn_metakan.pde.boundary_conditions import Dirichlet
from pinn_metakan.pde.model_error import ModelError
from pinn_metakan.pde.observed import Observed
from pinn_metakan.pde.problem import Problem
from pinn_metakan.pde.unknown import Unknown
from pinn_metakan.results.estimates import estimates_of
from pinn_metakan.runs.solve import solve

#: Trains in a few seconds.
SMALL: dict[str, object] = {
    "network.widths": [8], "points.interior": 200, "points.first": 200, "adam.steps": 10,
    "lm.steps": 40, "stages": ["adam", "lm"], "evaluation.shape": [31],
}  # fmt: skip
SIGMA = 0.002
X = np.linspace(0.06, 0.94, 12)
NOISE = SIGMA * np.cos(37.0 * X)


class Beam(Problem):
    """u_xx = -s + e with u = 0 at both ends: s from data, with an error e of the equation."""

    coordinates, unknowns = ("x",), ("u",)

    def __init__(self, error: float | None) -> None:
        self.s = Unknown(1.0, low=0.0)
        self.model_errors = {} if error is None else {"beam": ModelError(error, x=0.25)}
        self.domain = Interval(0.0, 1.0)
        # The true source is 2 + sin(2 pi x).
        true = X - X**2 + np.sin(2 * math.pi * X) / (2 * math.pi) ** 2
        data = Observed(X[:, None], u=true + NOISE, sigma=SIGMA)
        self.conditions = {"ends": Dirichlet(u=0.0), "data": data}

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        return {"beam": jet("u_xx") + self.s}


def _by_scipy(error: float) -> tuple[float, float]:
    """The source and its standard error, with e as 400 more unknown numbers."""
    count = 400
    nodes = (np.arange(count) + 0.5) / count
    green = np.where(X[:, None] < nodes, X[:, None] * (1 - nodes), nodes * (1 - X[:, None])) / count
    values = Beam(None).conditions["data"].values["u"].numpy()  # type: ignore[attr-defined]

    def deviations(p: np.ndarray) -> np.ndarray:
        u = green @ (math.exp(p[0]) - p[1:])
        in_cells = p[1:] / error * math.sqrt(1 / 0.25 / count)
        return np.concatenate([(u - values) / SIGMA, in_cells])

    fit = least_squares(deviations, np.zeros(count + 1), xtol=1e-14, ftol=1e-14, gtol=1e-14)
    covariance = np.linalg.inv(fit.jac.T @ fit.jac)
    return math.exp(fit.x[0]), math.exp(fit.x[0]) * math.sqrt(covariance[0, 0])


def test_estimate_and_standard_error_are_those_of_generalized_least_squares() -> None:
    error = 1.0
    value, standard_error = _by_scipy(error)
    assert standard_error > 3 * _by_scipy(1e-3)[1]  # so that the error of the equation matters
    solution = solve(Beam(error), "kan", settings=SMALL)
    found = solution.estimates["s"]
    assert abs(found.value - value) < 0.1 * standard_error
    assert found.standard_error == pytest.approx(standard_error, rel=0.05)
    fit = estimates_of(solution.attributes).equations["beam"]
    assert (fit.sigma, fit.cells) == (error, 4.0)
    assert fit.line("beam").startswith("beam: residual ")


def test_data_of_unlike_noise_are_weighed_by_it() -> None:
    class Two(Beam):
        def __init__(self) -> None:
            super().__init__(None)
            few = Observed([[0.5]], u=[0.3], sigma=10 * SIGMA)
            self.conditions = {**self.conditions, "few": few}

    run = run_of(Two(), "kan", SMALL, "cpu", "float64")
    objective = run.objective
    counts = {"data_u": (12, SIGMA), "few_u": (1, 10 * SIGMA)}
    told = {
        term: objective.scaled_weights[term] * sigma**2 / n for term, (n, sigma) in counts.items()
    }
    assert told["data_u"] == pytest.approx(told["few_u"])
    assert objective.weights["data_u"] == run.settings.loss.data_weight
    assert torch.isfinite(objective.loss())


def test_weights_of_all_data_that_leave_model_errors_without_effect_are_refused() -> None:
    weights = {**SMALL, "loss.weights.data_u": 2.0}
    with pytest.raises(
        SettingsError, match=r"loss.weights.data_u: the weight of beam, whose model"
    ):
        run_of(Beam(1.0), "kan", weights, "cpu", "float64")
    run = run_of(Beam(1.0), "kan", {**weights, "loss.weights.beam": 0.5}, "cpu", "float64")
    assert run.objective.weights["beam"] == 0.5
