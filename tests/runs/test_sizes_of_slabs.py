"""Each slab of time has sizes of its own, so that what grows or decays stays of order one in it."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.geometry.box import Interval
from pinn_metakan.geometry.space_time import SpaceTime
from pinn_metakan.pde.boundary_conditions import Dirichlet
from pinn_metakan.pde.initial import Initial
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.choices import choose, suggested_settings
from pinn_metakan.runs.solve import solve


class Growth(Problem):
    """u' = 3 u,  u(0) = 1, to t = 10: by a factor of 1e13."""

    coordinates, unknowns = ("t",), ("u",)
    domain = Interval(0.0, 10.0)
    conditions = {"start": Initial(u=1.0)}  # noqa: RUF012

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        u, u_t = jet("u", "u_t")
        return {"growth": u_t - 3 * u}


class Decay(Problem):
    """u_t = u_xx / pi^2 from a sine, over 20 decay times: by a factor of 2e-9."""

    coordinates, unknowns = ("x", "t"), ("u",)
    domain = SpaceTime(Interval(0.0, 1.0), 0.0, 20.0)
    conditions = {  # noqa: RUF012
        "start": Initial(u=lambda x: torch.sin(math.pi * x)),
        "walls": Dirichlet(u=0.0),
    }

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        u_t, u_xx = jet("u_t", "u_xx")
        return {"heat": u_t - u_xx / math.pi**2}


def test_a_slab_finds_the_sizes_of_what_it_begins_with() -> None:
    layer = {"slabs": 10, "network": {"widths": [6]}, "adam": {"steps": 20}, "lm": {"steps": 30}}
    settings = suggested_settings(Growth(), "metakan", [("test", layer)])
    run = AssembledRun(Growth(), choose("metakan", settings, 0, "cpu", "float64"))
    first = run.objective.scales.as_dict()
    run.trainer.run(lambda: None, lambda entry: None)
    run.begin_next_leg()
    second = run.objective.scales.as_dict()
    grown = math.exp(3)
    assert second["unknowns"]["u"] == pytest.approx(grown * first["unknowns"]["u"], rel=0.05)
    assert second["terms"]["growth"] == pytest.approx(grown * first["terms"]["growth"], rel=0.05)


@pytest.mark.slow
def test_exponential_growth_is_solved_relative_to_its_size_in_each_slab() -> None:
    solution = solve(Growth())
    for start in range(10):
        t = np.linspace(start, start + 1, 21)
        expected = np.exp(3 * t)
        error = np.linalg.norm(solution(t=t)["u"] - expected) / np.linalg.norm(expected)
        assert error < 1e-6


@pytest.mark.slow
def test_heat_over_twenty_decay_times_is_solved_relative_to_its_size_in_each_slab() -> None:
    lm = {"steps": 40, "tolerance": 0.05}
    solution = solve(Decay(), settings={"slabs": 10, "tolerance": 1e-17, "lm": lm})
    for start in range(0, 20, 2):
        x, t = np.meshgrid(np.linspace(0, 1, 41), np.linspace(start, start + 2, 21))
        expected = np.sin(math.pi * x) * np.exp(-t)
        error = np.linalg.norm(solution(x=x, t=t)["u"] - expected) / np.linalg.norm(expected)
        assert error < 1e-4
