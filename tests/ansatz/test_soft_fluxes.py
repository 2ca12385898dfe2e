"""Slopes that cannot hold by construction are soft, and a note says why."""

import pytest
from flux_problems import HEAT, LINE, ROD, SQUARE, WAVE, stated
from torch import Tensor

from pinn_metakan.ansatz.hard.constraints import build_constraints
from pinn_metakan.geometry.ball import Ball
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.pde.boundary_conditions import Dirichlet, Neumann, Periodic, Robin
from pinn_metakan.pde.condition import Condition
from pinn_metakan.pde.initial import Initial


def jump(x: Tensor, t: Tensor) -> Tensor:
    return (t > 1.1).double()


SOFT: dict[str, tuple[Domain, dict[str, Condition], tuple[str, ...], str]] = {
    "part of a face": (
        SQUARE,
        {"a": Neumann(u=0.0, where=lambda x, y: (x > 1) & (y < 0.5))},
        ("laplacian_u",),
        "a: 'where' is a function; stays soft",
    ),
    "no box": (
        Ball(2),
        {"a": Neumann(u=0.0)},
        ("laplacian_u",),
        "a: Ball has no opposite faces that bound it; stays soft",
    ),
    "order": (
        LINE,
        {"a": Dirichlet(u=0.0, where="x=-1"), "b": Neumann(u=0.0)},
        ("u_xx",),
        "b: u has 3 conditions along x, in equations of order 2; stays soft",
    ),
    "twice": (
        LINE,
        {"a": Neumann(u=0.0, where="x=2"), "b": Neumann(u=0.0, where="x=2")},
        ("u_xx",),
        "b: its part of the boundary has a slope already; stays soft",
    ),
    "no slope": (
        SQUARE,
        {"a": Robin(1.0, lambda x, y: y, 0.0, where="x=0")},
        ("laplacian_u",),
        "a: what multiplies du/dn vanishes or changes sign on x=0; stays soft",
    ),
    "ratio": (
        SQUARE,
        {"a": Robin(lambda x, y: y, 1.0, 0.0, where="x=0")},
        ("laplacian_u",),
        "a: the ratio of what multiplies u and du/dn changes sign on x=0; stays soft",
    ),
    "period": (
        SQUARE,
        {"a": Periodic("x"), "b": Neumann(u=0.0, where="x=0")},
        ("laplacian_u",),
        "b: its part of the boundary is periodic; stays soft",
    ),
    "jump": (ROD, {"a": Neumann(u=jump, where="x=0")}, HEAT, "a_u: its data jump at t = 1.1; it"),
    "values beside it": (
        SQUARE,
        {"a": Dirichlet(u=lambda x, y: x, where="y=1"), "b": Neumann(u=0.0, where="x=2")},
        ("laplacian_u",),
        "stays soft, and counts for nothing at that place",
    ),
    "start": (
        ROD,
        {"a": Initial(u=lambda x: x, u_t=0.0), "b": Neumann(u=0.0, where="x=2")},
        WAVE,
        "asks for another slope than a_u has, by -1; stays soft, and counts for nothing",
    ),
    "velocity": (
        ROD,
        {"a": Initial(u=0.0, u_t=lambda x: x), "b": Neumann(u=0.0, where="x=2")},
        WAVE,
        "b_u at (2, 0.5) asks for another rate of the slope than a_u_t has, by -1",
    ),
    "mixture and start": (
        ROD,
        {"a": Initial(u=1.0), "b": Robin(2.0, 1.0, 0.0, where="x=2")},
        HEAT,
        "b_u at (2, 0.5) asks for another slope than a_u has, by -2; stays soft",
    ),
    "slopes": (
        SQUARE,
        {"a": Neumann(u=lambda x, y: y, where="x=2"), "b": Neumann(u=0.0, where="y=1")},
        ("laplacian_u",),
        "a_u and b_u ask for other mixed derivatives where x=2 meets y=1; both stay soft",
    ),
    "ratios": (
        SQUARE,
        {
            "a": Robin(lambda x, y: 2 + y, 1.0, 0.0, where="x=2"),
            "b": Neumann(u=0.0, where="y=1"),
        },
        ("laplacian_u",),
        "a_u and b_u have ratios that vary where x=2 meets y=1; both stay soft",
    ),
}


@pytest.mark.parametrize(("domain", "conditions", "quantities", "note"), SOFT.values(), ids=SOFT)
def test_fluxes_stay_soft_with_the_reason_told(
    domain: Domain, conditions: dict[str, Condition], quantities: tuple[str, ...], note: str
) -> None:
    constraints = build_constraints(stated(domain, conditions, quantities), fluxes="hard")
    assert any(note in line for line in constraints.notes), constraints.notes
    last = list(conditions)[-1]
    assert not any(term.startswith(f"{last}_") for term in constraints.satisfied)
    if "counts for nothing" in note:
        assert set(constraints.meetings) == {f"{last}_u"}
        assert constraints.contradictions


def test_fluxes_stay_soft_where_another_unknown_has_none() -> None:
    conditions = {"a": Neumann(u=0.0, v=0.0, where="x=2"), "b": Neumann(u=1.0, where="x=-1")}
    formulation = stated(LINE, conditions, ("u_xx", "v_xx"), ("u", "v"))
    constraints = build_constraints(formulation, fluxes="hard")
    assert constraints.satisfied == {"a_u", "a_v"}
    assert {face.value for face in constraints.flat} == {2.0}
    assert constraints.notes == ("b_u: another unknown has no flux there; stays soft",)


def test_no_flux_holds_by_construction_unless_asked_for() -> None:
    conditions = {"a": Dirichlet(u=0.0, where="x=2"), "b": Neumann(u=1.0, where="x=-1")}
    constraints = build_constraints(stated(LINE, conditions, ("u_xx",)))
    assert constraints.satisfied == {"a_u"}
    assert not constraints.flat


def test_slopes_beside_values_hold_by_construction_where_they_alone_are_asked_for() -> None:
    conditions = {
        "a": Dirichlet(u=0.0, where="x=2"),
        "b": Neumann(u=1.0, where="x=2"),
        "c": Neumann(u=1.0, where="x=-1"),
    }
    formulation = stated(LINE, conditions, ("u_xxxx",))
    constraints = build_constraints(formulation, fluxes="clamps")
    assert constraints.satisfied == {"a_u", "b_u"}
    assert not constraints.flat
    assert constraints.notes == ()
