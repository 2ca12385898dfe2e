"""Unknown numbers: their bounds, how they are used, and what is refused."""

import math

import pytest
import torch
from torch import nn

from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.errors import ProblemError
from pinn_metakan.geometry.box import Interval
from pinn_metakan.pde.boundary_conditions import Dirichlet
from pinn_metakan.pde.formulation import formulate
from pinn_metakan.pde.problem import Problem
from pinn_metakan.pde.unknown import Unknown, find_unknowns


class Rod(Problem):
    """k u_xx = 1."""

    coordinates, unknowns = ("x",), ("u",)
    domain = Interval(0.0, 1.0)
    conditions = {"ends": Dirichlet(u=0.0)}  # noqa: RUF012

    def __init__(self, k: object) -> None:
        self.k = k

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        return {"rod": self.k * jet("u_xx") - 1.0}


@pytest.mark.parametrize(
    ("low", "high"), [(None, None), (0.0, None), (None, 9.0), (0.0, 9.0), (-1.0, 9.0)]
)
def test_a_free_number_stands_for_a_value_within_the_bounds(low, high) -> None:  # type: ignore[no-untyped-def]
    unknown = Unknown(2.0, low, high)
    assert float(unknown.of_free(torch.tensor(unknown.to_free(2.0)).double())) == pytest.approx(2.0)
    assert float(unknown.of_free(torch.tensor(unknown.to_free(3.0)).double())) == pytest.approx(3.0)
    values = unknown.of_free(torch.linspace(-30, 30, 61, dtype=torch.float64))
    assert low is None or float(values.min()) >= low
    assert high is None or float(values.max()) <= high


def test_it_is_used_as_a_number_is() -> None:
    d, x = Unknown(2.0, low=0.0), torch.tensor([1.0, 3.0], dtype=torch.float64)
    assert torch.equal(d * x, 2 * x)
    assert torch.equal(x * d, 2 * x)
    assert torch.equal(x**d, x**2)
    assert torch.equal(x / d, x / 2)
    assert torch.equal(1 / d - d, torch.tensor(-1.5).double())
    assert torch.equal(-d + x, x - 2)
    assert torch.equal(x - d, x - 2)
    assert torch.equal(d - x, 2 - x)
    assert float(torch.exp(d)) == float(d.exp()) == math.exp(2.0)
    assert torch.equal(torch.stack([d, d]), torch.tensor([2.0, 2.0]).double())
    assert float(2**d) == 4.0
    assert float(d**2) == 4.0
    assert float(abs(-d)) == 2.0 == float(d)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Unknown(0.0, low=0.0), r"start = 0 must lie between its bounds, \(0, inf\)"),
        (lambda: Unknown(5.0, 0.0, 2.0), r"start = 5 must lie between its bounds, \(0, 2\)"),
        (lambda: Unknown(math.nan), "start must be finite, got nan"),
        (lambda: Unknown("one"), "start must be a number, got 'one'"),  # type: ignore[arg-type]
        (lambda: Unknown(1.0, unit=2), "unit must be a printable text"),  # type: ignore[arg-type]
        (lambda: Unknown(1.0, low=0.0, true=-1.0), r"true = -1 lies outside \(0, inf\)"),
        (lambda: Rod(nn.Parameter(torch.ones(3))), r"'k' is a trainable tensor of shape \(3,\)"),
    ],
)
def test_what_cannot_be_is_refused(make, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ProblemError, match=message):
        make()


def test_a_plain_parameter_becomes_one() -> None:
    problem = Rod(nn.Parameter(torch.tensor(3.0)))
    assert find_unknowns(problem)["k"].start == 3.0
    assert formulate(problem).equations.numbers == {"k"}


class Named(Rod):
    """The same by its name."""

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        return {"rod": jet("k") * jet("u_xx") - 1.0}


class Unused(Rod):
    """It is there, and does nothing."""

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        return {"rod": float(self.k) * jet("u_xx")}  # type: ignore[arg-type]


class Hidden(Rod):
    """It is no attribute."""

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        return {"rod": self.k[0] * jet("u_xx")}  # type: ignore[index]


class Clashing(Rod):
    """It has the name of a derivative."""

    def __init__(self) -> None:
        self.k, self.u_x = 1.0, Unknown(1.0)


def test_a_name_means_the_same_number() -> None:
    assert formulate(Named(Unknown(2.0))).equations.numbers == {"k"}


@pytest.mark.parametrize(
    ("problem", "message"),
    [
        (Unused(Unknown(1.0)), "nothing depends on the unknown number 'k'.*without float"),
        (Hidden([Unknown(1.0)]), "no attribute of the problem, so that nothing trains it"),
        (Clashing(), "the unknown number 'u_x' has the name of a coordinate, an unknown"),
    ],
)
def test_what_could_not_be_trained_is_refused(problem: Problem, message: str) -> None:
    with pytest.raises(ProblemError, match=message):
        formulate(problem)


def test_a_condition_that_depends_on_it_stays_soft() -> None:
    from pinn_metakan.ansatz.hard.constraints import build_constraints

    problem = Rod(2.0)
    problem.end = Unknown(0.5)  # type: ignore[attr-defined]
    problem.conditions = {"ends": Dirichlet(u=problem.end)}  # type: ignore[attr-defined,misc]
    found = build_constraints(formulate(problem), "soft", None)
    assert not found.satisfied
    assert "ends: it depends on unknown numbers; stays soft" in found.notes
