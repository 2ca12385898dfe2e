"""A polygon with two holes from a file, three Dirichlet values and a Neumann part."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Generator

from pinn_metakan import Dirichlet, Jet, Neumann, Problem, region_from_file, solve
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.mesh import triangulate
from pinn_metakan.geometry.sampling import sample_interior

VALUES = {"inlet": 1.0, "pipe": 2.0, "bolt": 0.0}


class Plate(Problem):
    """laplacian T = 0,  T = 1 at the inlet, 2 on the pipe, 0 on the bolt, dT/dn = 0 on the wall."""

    coordinates, unknowns = ("x", "y"), ("T",)

    def __init__(self, path: str):
        self.domain = region_from_file(path)
        self.conditions = {
            "inlet": Dirichlet(T=1.0, where="inlet"),
            "pipe": Dirichlet(T=2.0, where="pipe"),
            "bolt": Dirichlet(T=0.0, where="bolt"),
            "wall": Neumann(T=0.0, where="wall"),
        }

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        return {"heat": jet("laplacian_T")}


def ring(x: float, y: float, radius: float, count: int) -> list[list[float]]:
    angles = [2 * math.pi * k / count for k in range(count)]
    return [[x + radius * math.cos(a), y + radius * math.sin(a)] for a in angles]


def feature(kind: str, coordinates: object, name: str) -> dict[str, object]:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": {"name": name}, "geometry": geometry}


@pytest.fixture
def plate(tmp_path: Path) -> Path:
    path = tmp_path / "plate.geojson"
    outer = [[0.0, 0.0], [2.0, 0.0], [2.4, 0.7], [2.0, 1.4], [0.0, 1.4]]
    features = [
        feature("Polygon", [outer], "wall"),
        feature("Polygon", [ring(0.6, 0.7, 0.25, 16)], "pipe"),
        feature("Polygon", [ring(1.5, 0.7, 0.2, 12)], "bolt"),
        feature("LineString", [[0.0, 1.4], [0.0, 0.0]], "inlet"),
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def by_finite_elements(domain: Domain, points: np.ndarray) -> np.ndarray:
    """Of degree two on triangles that the domain's own are cut into, to 3e-5."""
    skfem = pytest.importorskip("skfem")
    from skfem.models.poisson import laplace

    triangles = triangulate(domain, 1500)
    assert triangles is not None
    mesh = skfem.MeshTri(triangles.points.T.copy(), triangles.cells.T.astype(np.int64).copy())
    basis = skfem.Basis(mesh.refined(1), skfem.ElementTriP2())
    values, given = basis.zeros(), np.zeros(basis.N, dtype=bool)
    places = torch.from_numpy(basis.doflocs.T.copy())
    for part, value in VALUES.items():
        is_on = domain.on_part(places, part).numpy()
        values[is_on], given[is_on] = value, True
    system = laplace.assemble(basis)
    fixed = np.flatnonzero(given)
    found = skfem.solve(*skfem.condense(system, basis.zeros(), x=values, D=fixed))
    return np.asarray(basis.probes(points.T) @ found)


@pytest.mark.slow
def test_a_plate_of_a_file_is_solved_as_finite_elements_do(plate: Path) -> None:
    problem = Plate(str(plate))
    points = sample_interior(problem.domain, 1000, "sobol", Generator().manual_seed(5)).points
    expected = by_finite_elements(problem.domain, points.numpy())
    solution = solve(problem, budget=300)
    error = solution(points.numpy())["T"] - expected
    assert np.linalg.norm(error) < 3e-3 * np.linalg.norm(expected)
