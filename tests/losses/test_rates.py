"""Characteristic times of equations whose rates are known."""

import math
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.geometry.box import Interval
from pinn_metakan.geometry.space_time import SpaceTime
from pinn_metakan.losses.rates import characteristic_times
from pinn_metakan.pde.boundary_conditions import Dirichlet, Periodic
from pinn_metakan.pde.initial import Initial
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.choices import choose, suggested_settings

CASES = Path(__file__).parents[1] / "cases"


def assembled(problem: Problem, slabs: int = 1) -> AssembledRun:
    layer = {"slabs": slabs, "points": {"first": 200}, "evaluation": {"points": 100}}
    settings = suggested_settings(problem, "mlp", [("test", layer)])
    return AssembledRun(problem, choose("mlp", settings, 0, "cpu", "float64"))


def times(problem: Problem) -> float:
    run = assembled(problem)
    return characteristic_times(run.formulation, run.objective)


class OfTime(Problem):
    coordinates, unknowns = ("t",), ("u",)
    domain = Interval(0.0, 3.0)

    def __init__(self, equation: Callable[[Jet], Tensor], start: Initial):
        self._equation = equation
        self.conditions = {"start": start}

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        return {"equation": self._equation(jet)}


DECAY = Initial(u=2.0)
SWING = Initial(u=2.0, u_t=0.0)


@pytest.mark.parametrize(
    ("equation", "start", "expected"),
    [
        (lambda jet: jet("u_t") + 5 * jet("u"), DECAY, 15.0),
        (lambda jet: 1e6 * jet("u_t") - 5e6 * jet("u"), DECAY, 15.0),
        (lambda jet: jet("u_tt") + 49 * jet("u"), SWING, 21.0),
        (
            lambda jet: jet("u_tt") + 2 * jet("u_t") + 24 * jet("u"),
            SWING,
            3 * 4.0,
        ),  # s^2 + 2 s = 24
        (lambda jet: jet("u_t") - jet("t"), DECAY, 0.0),
        (lambda jet: jet("u") - jet("t"), DECAY, 0.0),
    ],
    ids=["decay", "growth", "oscillator", "damped", "quadrature", "algebraic"],
)
def test_times_of_an_ordinary_equation_are_rate_times_duration(
    equation: Callable[[Jet], Tensor], start: Initial, expected: float
) -> None:
    assert times(OfTime(equation, start)) == pytest.approx(expected, rel=1e-3, abs=1e-6)


def test_other_states_count_where_an_equation_is_not_affine() -> None:
    found = times(OfTime(lambda jet: jet("u_t") + jet("u") ** 3, DECAY))
    assert 3 * 3 * 2.0**2 < found < 3 * 3 * 4.0**2  # 3 u^2 three times, of u between 2 and 4


class OfWaves(Problem):
    """Data sin(3 x) on a period, where an equation acts by its rate at the wave number 3."""

    coordinates, unknowns = ("x", "t"), ("u",)
    domain = SpaceTime(Interval(0.0, 2 * math.pi), 0.0, 4.0)

    def __init__(self, equation: Callable[[Jet], Tensor]):
        self._equation = equation
        self.conditions = {
            "start": Initial(u=lambda x: torch.sin(3 * x)),
            "period": Periodic("x"),
        }

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        return {"equation": self._equation(jet)}


@pytest.mark.parametrize(
    ("equation", "rate"),
    [
        (lambda jet: jet("u_t") + 7 * jet("u_x"), 21.0),
        (lambda jet: jet("u_t") - 2 * jet("u_xx"), 18.0),
        (lambda jet: jet("u_t") + 0.5 * jet("u_xxx"), 13.5),
    ],
    ids=["advection", "heat", "dispersion"],
)
def test_times_count_what_the_data_do(equation: Callable[[Jet], Tensor], rate: float) -> None:
    assert times(OfWaves(equation)) == pytest.approx(4 * rate, rel=0.15)  # over 100 points


class Flow(Problem):
    """A slow and a fast unknown, and a constraint that holds at each time."""

    coordinates, unknowns = ("x", "t"), ("a", "b", "c")
    domain = SpaceTime(Interval(0.0, 1.0), 0.0, 2.0)

    def __init__(self) -> None:
        self.conditions = {"start": Initial(a=1.0, b=1.0), "ends": Dirichlet(c=0.0)}

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        a, a_t, b, b_t, c_xx = jet("a", "a_t", "b", "b_t", "c_xx")
        return {"slow": a_t + a, "fast": b_t + 20 * b, "constraint": c_xx - a}


def test_the_fastest_equation_counts() -> None:
    assert times(Flow()) == pytest.approx(40.0, rel=1e-3)


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("heat", 1),
        ("burgers", 1),
        ("wave", 1),
        ("advection", 1),
        ("klein_gordon", 1),
        ("poisson", 1),
        ("sir", 12),
        (str(CASES / "fast_advection.py"), 6),
        (str(CASES / "membrane.py"), 8),
        (str(CASES / "clamped_beam.py"), 1),
    ],
)
def test_long_times_are_cut_into_slabs(name: str, count: int) -> None:
    assert assembled(load_problem(name), slabs=0).settings.slabs == count


def test_a_network_that_grows_has_one_slab() -> None:
    problem = load_problem(str(CASES / "fast_advection.py"))
    settings = suggested_settings(problem, "mlp", [("test", {"widen": {"steps": 3}})])
    run = AssembledRun(problem, choose("mlp", settings, 0, "cpu", "float64"))
    assert run.settings.slabs == 1
