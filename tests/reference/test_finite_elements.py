"""A second method, finite elements of degree two, finds the same as the series."""

import itertools

import numpy as np
import pytest
import torch

from pinn_metakan.reference.polygon_torsion import L_SHAPE, PolygonTorsion

skfem = pytest.importorskip("skfem")


def difference(refinements: int) -> float:
    """Of the torsion of the L-shape, over its size, at the nodes of a mesh."""
    from skfem.models.poisson import laplace, unit_load

    corners = np.array(L_SHAPE).T
    triangles = np.array([[0, 0, 0, 0], [1, 2, 3, 4], [2, 3, 4, 5]])  # a fan around (0, 0)
    mesh = skfem.MeshTri(corners, triangles).refined(refinements)
    basis = skfem.Basis(mesh, skfem.ElementTriP2())
    system = skfem.condense(laplace.assemble(basis), unit_load.assemble(basis), D=basis.get_dofs())
    found = skfem.solve(*system)
    series = PolygonTorsion()(torch.from_numpy(basis.doflocs.T.copy()))["u"].numpy()
    return float(np.linalg.norm(found - series) / np.linalg.norm(series))


def test_finite_elements_come_to_the_torsion_of_the_l_shape_as_theory_says() -> None:
    differences = [difference(refinements) for refinements in (4, 5, 6)]
    assert differences[-1] < 5e-4
    for coarse, fine in itertools.pairwise(differences):  # h^(4/3), for the angle of 3 pi / 2
        assert coarse / fine == pytest.approx(2 ** (4 / 3), rel=0.05)
