"""A polygon with two holes from a file, three values and a slope, against finite elements."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Generator

from pinn_metakan import Problem, load_problem, solve
from pinn_metakan.ansatz.hard.constraints import build_constraints
from pinn_metakan.geometry.mesh import triangulate
from pinn_metakan.pde.formulation import formulate

WALL = Path(__file__).with_name("wall.py")
VALUES = {"ground": 10.0, "duct": 40.0, "pipe": 80.0}


def finite_elements(problem: Problem, points: np.ndarray, refinements: int) -> np.ndarray:
    """The temperature at points (N, 2) by quadratic elements, refined at all vertices."""
    skfem = pytest.importorskip("skfem")
    from skfem.models.poisson import laplace

    mesh = triangulate(problem.domain, 1500)
    assert mesh is not None
    fine = skfem.MeshTri(mesh.points.T.copy(), mesh.cells.T.copy())
    ends = [patch.at(torch.zeros(1, 1, dtype=torch.float64))[0] for patch in problem.domain.patches]
    for _ in range(refinements):
        corners = fine.p[:, fine.t]
        sizes = np.linalg.norm(corners[:, 0] - corners[:, 1], axis=0)
        away = [np.linalg.norm(corners.mean(axis=1).T - end.numpy(), axis=1) for end in ends]
        fine = fine.refined(np.nonzero(np.min(away, axis=0) < 2.5 * sizes)[0])
    basis = skfem.Basis(fine, skfem.ElementTriP2())
    places = torch.from_numpy(basis.doflocs.T.copy())
    temperature, known = basis.zeros(), []
    for part, value in VALUES.items():
        nodes = np.nonzero(problem.domain.on_part(places, part).numpy())[0]
        temperature[nodes] = value
        known.append(nodes)
    stiffness = laplace.assemble(basis)
    system = skfem.condense(stiffness, x=temperature, D=np.unique(np.concatenate(known)))
    found: np.ndarray = basis.probes(points.T) @ skfem.solve(*system)
    return found


def points_of(problem: Problem) -> np.ndarray:
    unit = torch.rand(4000, 2, dtype=torch.float64, generator=Generator().manual_seed(0))
    points = problem.domain.interior(unit)
    found: np.ndarray = points[problem.domain.contains(points)].numpy()
    return found


def test_three_values_are_hard_and_the_slope_is_soft() -> None:
    built = build_constraints(formulate(load_problem(str(WALL))))
    assert built.satisfied == {"ground_T", "duct_T", "pipe_T"}


def test_the_file_is_a_problem_of_25_lines() -> None:
    assert len(WALL.read_text().splitlines()) <= 25


@pytest.mark.slow
def test_a_wall_from_a_drawing_is_that_of_finite_elements() -> None:
    problem = load_problem(str(WALL))
    points = points_of(problem)
    coarse, fine = (finite_elements(problem, points, count) for count in (5, 7))
    assert np.linalg.norm(fine - coarse) < 1e-4 * np.linalg.norm(fine)
    settings = {
        "stages": ["adam", "lm"],
        "adam": {"steps": 50},
        "lm": {"steps": 200},
        "points": {"boundary": 1000},
    }
    found = solve(problem, settings=settings)(points)["T"]
    assert np.linalg.norm(found - fine) < 1e-3 * np.linalg.norm(fine)
