"""Data with noise: what a deviation counts for, sensors, and what is refused."""

import math

import numpy as np
import pytest
import torch

from pinn_metakan.derivatives.autograd import evaluate_by_autograd
from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.derivatives.request import Derivative, Variables
from pinn_metakan.geometry.box import Interval
from pinn_metakan.pde.observed import Observed

X = Variables(("x",), ("u",), 1, None)
LINE = Interval(0.0, 1.0)


def terms_of(condition: Observed) -> dict[str, torch.Tensor]:
    """Residuals for u = x^2."""
    condition.check(X, LINE)
    at = condition.sample(X, LINE, 0, "sobol", torch.Generator())
    asked = [Derivative(0, ()), Derivative(0, (0,))]
    values = evaluate_by_autograd(lambda x: x**2, at.points, asked)
    return condition.residual(Jet(X, at.points, values), at, X)


def test_deviations_count_by_their_own_sigma() -> None:
    seen = Observed([[0.5], [1.0]], u=[0.0, 0.0], sigma=[0.1, 0.2])
    level = seen.noise_levels()["u"].sigma
    assert level == pytest.approx((0.5 * (0.1**-2 + 0.2**-2)) ** -0.5)
    relative = terms_of(seen)["u"] / level
    assert relative.tolist() == pytest.approx([0.25 / 0.1, 1.0 / 0.2])


def test_squares_of_what_counts_are_hubers_function() -> None:
    values = 0.25 - np.array([0.1, -0.2, 1.0, -3.0])
    seen = Observed(np.full((4, 1), 0.5), u=values, sigma=0.1, huber=1.5)
    relative = terms_of(seen)["u"] / 0.1
    z = np.array([1.0, -2.0, 10.0, -30.0])
    expected = np.where(np.abs(z) <= 1.5, z**2, 2 * 1.5 * np.abs(z) - 1.5**2)
    assert relative.square().tolist() == pytest.approx(expected.tolist())
    assert torch.equal(relative.sign(), torch.tensor(z).sign())


def test_sensors_add_up_their_points() -> None:
    nodes, weights = np.polynomial.legendre.leggauss(3)
    points = np.stack([0.2 + 0.1 * nodes, 0.7 + 0.2 * nodes])[..., None]  # (M, Q, d)
    exact = [0.2**2 + 0.1**2 / 3, 0.7**2 + 0.2**2 / 3]  # means of x^2
    seen = Observed(points, u=exact, weights=weights / 2, sigma=1.0)
    assert terms_of(seen)["u"].tolist() == pytest.approx([0.0, 0.0], abs=1e-15)
    other = Observed(points, u=exact, weights=np.stack([weights / 2] * 2), sigma=1.0)
    assert torch.equal(terms_of(other)["u"], terms_of(seen)["u"])


def test_derivatives_and_functions_of_the_jet_are_observed() -> None:
    of = {"flux": lambda jet: -3.0 * jet("u_x")}
    seen = Observed([[0.5]], u_x=[1.0], flux=[-3.0], of=of, sigma={"flux": 0.1})
    assert {name: float(term.detach()) for name, term in terms_of(seen).items()} == {
        "u_x": 0,
        "flux": 0,
    }
    assert list(seen.noise_levels()) == ["flux"]
    assert repr(seen) == "Observed(u_x=<1 values>, flux=<1 values>, sigma=0.1)"


def test_a_level_may_be_left_to_be_estimated() -> None:
    seen = Observed([[0.5]], u=[1.25], sigma="estimate")
    assert math.isnan(seen.noise_levels()["u"].sigma)
    assert terms_of(seen)["u"].tolist() == [-1.0]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"sigma": 0.0}, "sigma of u must be positive, got 0; leave it out"),
        ({"sigma": [0.1, 0.1, -1.0]}, "sigma of u must be positive, got -1"),
        ({"sigma": [0.1, 0.2]}, r"sigma of u must be a number or \(3,\), got shape \(2,\)"),
        ({"sigma": "guess"}, "sigma must be numbers or 'estimate', got 'guess'"),
        ({"sigma": {"v": 1.0}}, "sigma has 'v', but there are no values of it"),
        ({"huber": 1.5}, "huber counts in sigma; give sigma as numbers"),
        ({"huber": -1.0, "sigma": 1.0}, "huber must be a positive number of sigma, got -1.0"),
        ({"weights": [0.5]}, r"weights belong to points of shape \(M, Q, d\)"),
        ({"of": {"flux": len}}, "of has 'flux', but there are no values of it"),
    ],
)
def test_what_does_not_fit_is_refused(given: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Observed([[0.1], [0.2], [0.3]], u=[1.0, 2.0, 3.0], **given)  # type: ignore[arg-type]
