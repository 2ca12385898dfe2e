"""Domains of a user: drawn by rejection, solved with hard data, refused in one line."""

import math

import pytest
import torch
from own_domains import Annulus, Ellipse, Harmonic, changed
from torch import Generator, Tensor

from pinn_metakan.ansatz.hard.constraints import build_constraints
from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.geometry.domain import Domain, Face
from pinn_metakan.geometry.sampling import sample_boundary, sample_face, sample_interior
from pinn_metakan.geometry.sequences import SEQUENCES
from pinn_metakan.geometry.space_time import SpaceTime
from pinn_metakan.pde.boundary_conditions import Dirichlet, Neumann
from pinn_metakan.pde.formulation import formulate
from pinn_metakan.pde.initial import Initial
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.solve import solve

EVERY_SEQUENCE = pytest.mark.parametrize("sequence", SEQUENCES)
DOMAINS: dict[str, Domain] = {
    "ellipse": Ellipse(1.5, 0.7),
    "annulus": Annulus(),
}
EVERY_DOMAIN = pytest.mark.parametrize("domain", DOMAINS.values(), ids=DOMAINS)
SMALL = {
    "network": {"widths": [8]},
    "points": {"interior": 250},
    "adam": {"steps": 0},
    "lm": {"steps": 12},
}


class Membrane(Problem):
    """laplacian u = f, u = 0 on the rim; u = B cos(2 x + y), B the factor of the domain."""

    coordinates, unknowns = ("x", "y"), ("u",)

    def __init__(self, domain: Domain):
        self.domain = domain
        self.conditions = {"rim": Dirichlet(u=0.0)}

    def exact(self, points: Tensor) -> Tensor:
        factor = self.domain.factor(points)
        assert factor is not None
        return factor * torch.cos(2 * points[:, 0] + points[:, 1])

    def source(self, points: Tensor) -> Tensor:
        with torch.enable_grad():
            points = points.detach().double().requires_grad_()
            (slopes,) = torch.autograd.grad(self.exact(points).sum(), points, create_graph=True)
            second = [torch.autograd.grad(s.sum(), points, retain_graph=True)[0] for s in slopes.T]
        return second[0][:, 0] + second[1][:, 1]

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        x, y, laplacian = jet("x", "y", "laplacian_u")
        return {"membrane": laplacian - self.source(torch.stack([x, y], dim=1))}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        return {"u": self.exact(points)}


class Cooling(Problem):
    """u_t - laplacian u = f in an ellipse; u = exp(-t) B cos(x), B its factor."""

    coordinates, unknowns = ("x", "y", "t"), ("u",)

    def __init__(self) -> None:
        self.plate = Ellipse(1.5, 0.7)
        self.domain = SpaceTime(self.plate, 0.0, 1.0)
        self.conditions = {
            "start": Initial(u=lambda x, y: self.shape(x, y)),
            "rim": Dirichlet(u=0.0),
        }

    def shape(self, x: Tensor, y: Tensor) -> Tensor:
        return self.plate.factor(torch.stack([x, y], dim=1)) * torch.cos(x)

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        x, y, t, u_t, laplacian = jet("x", "y", "t", "u_t", "laplacian_u")
        a, b = self.plate.a, self.plate.b
        factor = self.shape(x, y) / torch.cos(x)
        of_shape = (
            -(2 / a**2 + 2 / b**2) * torch.cos(x)
            + 4 * x / a**2 * torch.sin(x)
            - factor * torch.cos(x)
        )
        return {"heat": u_t - laplacian + torch.exp(-t) * (self.shape(x, y) + of_shape)}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        x, y, t = points.unbind(1)
        return {"u": torch.exp(-t) * self.shape(x, y)}


def hard_terms(problem: Problem) -> set[str]:
    constraints = build_constraints(formulate(problem))
    assert constraints.notes == ()
    return set(constraints.satisfied)


@EVERY_DOMAIN
def test_a_steady_problem_in_an_own_domain_is_solved_with_hard_data(domain: Domain) -> None:
    settings = SMALL | {"lm": {"steps": 20}, "evaluation": {"shape": [41, 41]}}
    assert hard_terms(Membrane(domain)) == {"rim_u"}
    assert solve(Membrane(domain), "kan", settings=settings).relative_l2["u"] < 1e-3


def test_a_time_dependent_problem_in_an_own_domain_is_solved_with_hard_data() -> None:
    settings = SMALL | {"evaluation": {"shape": [21, 21, 5]}}
    assert hard_terms(Cooling()) == {"start_u", "rim_u"}
    assert solve(Cooling(), "kan", settings=settings).relative_l2["u"] < 1e-3


def test_data_that_vary_hold_on_the_boundary_of_an_own_domain() -> None:
    def wave(x: Tensor, y: Tensor) -> Tensor:
        return torch.sin(3 * x) * torch.exp(y)

    problem = Harmonic(Annulus(), rim=Dirichlet(u=wave))
    (constraint,) = build_constraints(formulate(problem)).constraints
    rim = sample_boundary(problem.domain, 100, "sobol", Generator().manual_seed(1)).points
    difference = constraint.apply(rim, torch.ones(100, dtype=torch.float64)) - wave(*rim.unbind(1))
    assert difference.abs().max() < 1e-12


@EVERY_SEQUENCE
def test_rejected_points_leave_a_uniform_sample(sequence: str, generator: Generator) -> None:
    ring = sample_interior(Annulus(), 4000, sequence, generator).points
    assert ring.shape == (4000, 2)
    assert Annulus().contains(ring).all()
    mean_square = (1 + Annulus.inner**2) / 2  # of the radius, over the area of a ring
    assert float(ring.square().sum(dim=1).mean()) == pytest.approx(mean_square, abs=0.02)
    a, b = 1.5, 0.7
    points = sample_interior(Ellipse(a, b), 4000, sequence, generator).points
    second = (points.T @ points / len(points)).flatten()
    expected = torch.tensor([a**2 / 4, 0.0, 0.0, b**2 / 4], dtype=torch.float64)
    assert torch.allclose(second, expected, atol=0.03)
    assert points.mean(dim=0).abs().max() < 0.04


def test_rejected_points_of_sobol_are_more_even_than_chance(generator: Generator) -> None:
    errors = {}
    for sequence in ("sobol", "uniform"):
        means = [
            sample_interior(Ellipse(1.5, 0.7), 512, sequence, generator).points.mean(dim=0)
            for _ in range(8)
        ]
        errors[sequence] = float(torch.stack(means).square().mean().sqrt())
    assert errors["sobol"] < 0.3 * errors["uniform"]


@EVERY_SEQUENCE
def test_rejection_gives_the_same_points_for_a_seed_and_others_when_drawn_again(
    sequence: str,
) -> None:
    domain = SpaceTime(Annulus(), 0.0, 2.0)
    first, second = Generator().manual_seed(1), Generator().manual_seed(1)
    a = sample_interior(domain, 64, sequence, first).points
    assert torch.equal(a, sample_interior(domain, 64, sequence, second).points)
    assert not torch.equal(a, sample_interior(domain, 64, sequence, first).points)
    assert float(a[:, 2].mean()) == pytest.approx(1.0, abs=0.2)


class Mapped(Domain):
    """The upper half of the unit disk, with a mapping of its own and a flat face."""

    bounds = ((-1.0, 1.0), (0.0, 1.0))
    faces = (Face(1, 0.0, -1),)

    def contains(self, points: Tensor) -> Tensor:
        return (points.norm(dim=1) <= 1 + 1e-9) & (points[:, 1] >= 0)

    def interior(self, unit: Tensor) -> Tensor:
        radius, angle = unit[:, 0].sqrt(), math.pi * unit[:, 1]
        return torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1)


def test_an_own_mapping_is_used_as_it_is() -> None:
    generator = Generator().manual_seed(5)
    seed = int(torch.randint(2**31 - 1, (1,), generator=Generator().manual_seed(5)))
    points = sample_interior(Mapped(), 50, "uniform", generator).points
    assert torch.equal(points, Mapped().interior(SEQUENCES["uniform"](50, 2, seed)))


def test_a_flat_face_of_an_own_domain_is_sampled_and_hard() -> None:
    at = sample_face(Mapped(), Mapped.faces[0], 100, "sobol", Generator().manual_seed(0))
    assert (at.points[:, 1] == 0).all()
    assert Mapped().contains(at.points).all()
    base = Dirichlet(u=lambda x, y: x**2, where="y=0")
    assert hard_terms(Harmonic(Mapped(), base=base)) == {"base_u"}


def test_an_own_domain_without_a_boundary_serves_where_no_condition_asks_for_it() -> None:
    problem = Membrane(changed(boundary=Domain.boundary))
    problem.conditions = {}
    assert formulate(problem).conditions == {}


def test_normals_of_an_own_domain_serve_neumann_conditions() -> None:
    problem = Harmonic(Annulus(), flux=Neumann(u=0.0))
    assert formulate(problem).conditions["flux"].terms == ("flux_u",)
