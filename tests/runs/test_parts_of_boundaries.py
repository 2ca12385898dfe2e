"""Runs on domains whose boundary has parts: fluxes, identity, copies."""

import math
import pickle

import pytest
import torch
from small_runs import FAST, NO_STEPS

from pinn_metakan import (
    Box,
    Cylinder,
    Dirichlet,
    Disk,
    Domain,
    Jet,
    Neumann,
    Polygon,
    Problem,
    RunFolderError,
    SpaceTime,
    UserError,
    open_run,
    solve,
)

UNTRAINED = {
    **NO_STEPS,
    "network": {"widths": [4]},
}
PIERCED = Box((-1.0, 1.0), (-1.0, 1.0)) - Disk(0.5, (0.2, 0.0)).named("hole")


class Known(Problem):
    """u = x^2 + 2 x, whatever the network is."""

    unknowns = ("u",)

    def __init__(self, domain: Domain):
        self.domain = domain
        self.coordinates = ("x", "y", "z", "t")[: domain.dimension]
        if domain.time_axis is not None:
            self.coordinates = ("x", "y", "t")
        self.conditions = {}

    def transform(
        self, points: torch.Tensor, outputs: dict[str, torch.Tensor]
    ) -> dict[str, torch.Tensor]:
        """Leave next to nothing of the network."""
        return {"u": points[:, 0] ** 2 + 2 * points[:, 0] + 0.0 * outputs["u"]}

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        return {"known": jet("laplacian_u")}


def shape(*counts: int) -> dict[str, object]:
    return {"evaluation": {"shape": list(counts), "points": 50, "history_points": 50}}


def test_fluxes_through_parts_are_those_of_the_closed_form() -> None:
    solution = solve(Known(PIERCED), "kan", settings=UNTRAINED | shape(5, 5))
    area = math.pi / 4  # of the hole, whose divergence of grad u is 2
    assert solution.flux("u_n", face="hole") == pytest.approx(-2 * area, rel=1e-9)
    assert solution.flux("1", face=("hole", "x=1")) == pytest.approx(math.pi + 2, rel=1e-9)
    assert solution.flux("u_n", face="x=1") == pytest.approx(8.0, rel=1e-9)
    assert solution.flux("u_n") == pytest.approx(2 * (4 - area), rel=1e-9)
    assert solution.integral("1") == pytest.approx(4 - area, rel=1e-9)
    with pytest.raises(UserError, match="flux: no part 'rim'; the domain has x=-1, x=1, y=-1"):
        solution.flux("u_n", face="rim")


def test_fluxes_through_parts_are_at_a_time_or_over_time() -> None:
    solution = solve(
        Known(SpaceTime(PIERCED, 0.0, 3.0)), "kan", settings=UNTRAINED | shape(5, 5, 3)
    )
    assert solution.flux("1", face="hole", at={"t": 1.0}) == pytest.approx(math.pi, rel=1e-9)
    assert solution.flux("1", face="hole") == pytest.approx(3 * math.pi, rel=1e-9)


def test_fluxes_through_surfaces_are_by_points() -> None:
    solution = solve(Known(Cylinder(0.5, 2.0)), "kan", settings=UNTRAINED | shape(5, 5, 5))
    assert solution.flux("1", face="side") == pytest.approx(2 * math.pi, rel=1e-9)
    assert solution.flux("u_n", face="side") == pytest.approx(math.pi, rel=1e-3)


class Plate(Problem):
    """laplacian u = 0 in a square with a hole, which is somewhere."""

    coordinates, unknowns = ("x", "y"), ("u",)

    def __init__(self) -> None:
        self.place_hole(0.4)
        self.conditions = {
            "sides": Dirichlet(u=1.0, where="outer"),
            "inlet": Neumann(u=0.5, where="inlet"),
            "hole": Dirichlet(u=0.0, where="hole"),
        }

    def place_hole(self, x: float) -> None:
        hole = [(x, 0.4), (x + 0.2, 0.4), (x + 0.2, 0.6), (x, 0.6)]
        self.domain = Polygon([(0, 0), (1, 0), (1, 1), (0, 1)], {"hole": hole}, {"inlet": 3})

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        return {"plate": jet("laplacian_u")}


@pytest.mark.figures
def test_a_hole_that_was_moved_is_another_problem() -> None:
    problem = Plate()
    solution = solve(problem, "kan", settings=FAST, out="run")
    copy = pickle.loads(pickle.dumps(solution))
    points = [[0.1, 0.2]]
    assert float(copy(points)["u"][0]) == float(solution(points)["u"][0])
    assert open_run("run", problem=Plate())(points)["u"].shape == (1,)
    problem.place_hole(0.3)
    with pytest.raises(RunFolderError, match="not the problem that run was made with"):
        open_run("run", problem=problem)
