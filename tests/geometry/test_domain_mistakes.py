"""Mistakes in domains of a user: told in one line; factors that cannot be used make data soft."""

import math

import pytest
import torch
from own_domains import Annulus, Harmonic, changed
from torch import Tensor

from pinn_metakan.ansatz.hard.constraints import build_constraints
from pinn_metakan.errors import ProblemError
from pinn_metakan.geometry.domain import Domain, Face
from pinn_metakan.geometry.space_time import SpaceTime
from pinn_metakan.pde.formulation import formulate


def ring_level(points: Tensor) -> Tensor:
    square = points.square().sum(dim=1)
    return (1 - square) * (square - Annulus.inner**2)


def pointing_in(points: Tensor, normals: Tensor) -> tuple[Tensor, Tensor]:
    return points, -normals


MISTAKES: dict[str, tuple[dict[str, object], str]] = {
    "no bounds": ({"bounds": None}, "bounds must be one .low, high. for each coordinate"),
    "infinite": ({"bounds": ((-1.0, math.inf), (-1.0, 1.0))}, r"bounds\[0\]: .*finite"),
    "wrong length": ({"dimension": 3}, "each of its 3 coordinates, got 2"),
    "side": ({"bounds": ((-1.0, 1.0), 1.0)}, r"bounds\[1\]: expected \(low, high\)"),
    "numbers": ({"unit_dimension": 1.5}, "unit_dimension must be a whole number, got 1.5"),
    "faces": ({"faces": ("x=0",)}, "faces must be Face"),
    "no box": (
        {"faces": (Face(0, 1.0, 1),), "is_bounded_by_faces": True},
        "two faces for each coordinate",
    ),
    "interior": (
        {"interior": lambda self, unit: unit[:, 0]},
        r"interior must be .*, got .*\(64,\)",
    ),
    "interior kind": ({"interior": lambda self, unit: 3.0}, "interior must be .*, got float"),
    "interior dtype": ({"interior": lambda self, unit: unit.float()}, "got float32"),
    "contains shape": (
        {"contains": lambda self, points: points > 0},
        r"contains must be a boolean tensor \(64,\), got bool \(64, 2\)",
    ),
    "contains dtype": ({"contains": lambda self, p: ring_level(p)}, r"got float64 \(64,\)"),
    "contains kind": ({"contains": lambda self, points: True}, "got bool"),
    "contains fails": ({"contains": lambda self, points: 1 / 0}, "failed: ZeroDivisionError"),
    "empty": (
        {"contains": lambda self, points: points[:, 0] > 0.9999},
        r"\(almost\) no point of Mine\(bounds=.*lies inside.*narrow its bounds",
    ),
    "beyond the bounds": (
        {"contains": lambda self, points: points[:, 0] > 0},
        "contains a point outside of its bounds",
    ),
    "interior outside": (
        {
            "interior": lambda self, unit: 4 * unit,
            "contains": lambda self, points: points.norm(dim=1) < 6,
        },
        "interior gives a point outside of its bounds",
    ),
    "boundary shape": (
        {"boundary": lambda self, unit: (unit[:, :1], unit)},
        r"boundary must be .*\(64, 2\), got float64 \(64, 1\)",
    ),
    "normals shape": (
        {"boundary": lambda self, unit: (unit, unit[0])},
        r"its normals must be .*\(64, 2\), got float64 \(2,\)",
    ),
    "normals length": (
        {"boundary": lambda self, unit: (Annulus.boundary(self, unit)[0],) * 2},
        "normals must have length 1",
    ),
    "normals inward": (
        {"boundary": lambda self, unit: pointing_in(*Annulus.boundary(self, unit))},
        "along the outward normal must leave the domain",
    ),
    "no boundary": (
        {"boundary": Domain.boundary},
        "condition 'rim': Mine does not say where its boundary is: write boundary",
    ),
    "factor shape": (
        {"factor": lambda self, points: points},
        r"factor must be real numbers \(64,\)",
    ),
    "factor sign": (
        {"factor": lambda self, points: ring_level(points) * points[:, 0]},
        "factor must be positive inside",
    ),
    "factor elsewhere": (
        {"factor": lambda self, points: 1.5 - points.square().sum(dim=1)},
        "factor must vanish on the boundary",
    ),
    "factor power": (
        {"factor": lambda self, points: ring_level(points) ** 2},
        "vanishes like the distance to the power 2",
    ),
    "factor size": ({"factor": lambda self, points: 1e3 * ring_level(points)}, "at most about 1"),
    "factor NaN": ({"factor": lambda self, points: points[:, 0] / 0}, "factor is NaN or infinite"),
}


@pytest.mark.parametrize(("parts", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_an_own_domain_is_told_in_one_line(
    parts: dict[str, object], message: str
) -> None:
    with pytest.raises(ProblemError, match=message) as caught:
        formulate(Harmonic(changed(**parts)))
    assert "Mine" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_mistake_in_the_space_of_a_space_time_names_the_space() -> None:
    space = changed(contains=lambda self, points: points > 0)
    with pytest.raises(ProblemError, match="the domain Mine: contains must be"):
        formulate(Harmonic(SpaceTime(space, 0.0, 1.0)))


def test_the_space_of_a_space_time_must_be_a_domain() -> None:
    with pytest.raises(TypeError, match="must be a Domain, got tuple"):
        SpaceTime((0.0, 1.0), 0.0, 1.0)  # type: ignore[arg-type]


SOFT: dict[str, tuple[dict[str, object], str]] = {
    "unknown": ({"factor": Domain.factor}, "Mine has no factor that vanishes on its boundary"),
    "kink": (
        {"factor": lambda self, p: 2 * torch.minimum(1 - p.norm(dim=1), p.norm(dim=1) - 0.4)},
        "the values of the factor of Mine have a kink",
    ),
    "detached": (
        {"factor": lambda self, points: ring_level(points.detach())},
        "the values of the factor of Mine cannot be differentiated by torch",
    ),
}


@pytest.mark.parametrize(("parts", "message"), SOFT.values(), ids=SOFT)
def test_a_condition_stays_soft_where_the_factor_cannot_be_used(
    parts: dict[str, object], message: str
) -> None:
    constraints = build_constraints(formulate(Harmonic(changed(**parts))))
    assert constraints.satisfied == frozenset()
    assert message in "; ".join(constraints.notes)


@pytest.mark.parametrize("end", [1e-4, 1e4])
def test_times_may_be_much_shorter_or_longer_than_space(end: float) -> None:
    formulate(Harmonic(SpaceTime(Annulus(), 0.0, end)))
