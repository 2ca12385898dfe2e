"""Every shipped problem: what it states, and that its reference is a solution of that."""

import re
from collections.abc import Callable

import pytest
from small_runs import SHIPPED
from violations import Violations

from pinn_metakan.pde.description import description, stated_text
from pinn_metakan.pde.formulation import formulate
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.choices import suggested_settings
from pinn_metakan.settings.networks import NETWORK_SETTINGS

#: How exactly a closed form satisfies what it solves, beside the size of the terms.
EXACT = 1e-11
#: Of a computed reference: in units of its own error, which derivatives multiply.
COMPUTED = 1e3
#: References that lose more digits to derivatives: to u_xx ~ 1e4 of Burgers' shock layer, to
#: u_xxxx ~ 7e7 of cahn_hilliard, to sums of many terms of a series; and sines that stand in the
#: residual as the polynomial that is sought.
TOLERANCES = {
    **{"burgers": 1e-8, "parametric_burgers": 1e-8, "inverse_source": 1e-5},
    **{"cahn_hilliard": 1e-3, "heat_ring": 1e-9},
}
#: Words that tags may be. Kinds of equations; fields; and what else one looks for.
TAGS = (
    *("elliptic", "parabolic", "hyperbolic", "dispersive", "mixed", "ode", "integral", "eigen"),
    *("fluid", "solid", "wave", "heat", "reaction", "finance", "quantum", "biology", "chemistry"),
    *("linear", "nonlinear", "0d", "1d", "2d", "3d", "nd", "steady", "unsteady", "system"),
    *("interface", "singular", "chaotic", "periodic", "high-order", "parametric", "inverse"),
)
#: Other statements of a file, each by parameters of its own.
VARIANTS = [
    ("beam", {"support": "cantilever"}),
    ("helmholtz", {"wave_number": 3.0, "periods_x": 2, "periods_y": 2}),
    ("poisson_multiscale", {"waves": [1, 32]}),
    ("poisson_nd", {"dimension": 10, "solution": "products"}),
]


def tolerance(problem: Problem) -> float:
    error = max((problem.reference_error() or {}).values(), default=0.0)
    return TOLERANCES.get(problem.origin.name, max(EXACT, COMPUTED * error))


def without_noise(problem: Problem) -> Problem:
    """The problem with data that are those of its reference."""
    if "noise" not in problem.parameters:
        return problem
    return load_problem(str(problem.origin.path), parameters={"noise": 0.0})


def test_the_reference_satisfies_equations_and_conditions(shipped_problem: Problem) -> None:
    violations = Violations(without_noise(shipped_problem))
    found = violations.of_equations() | violations.of_conditions()
    assert {name for name, size in found.items() if not size < tolerance(shipped_problem)} == set()


@pytest.mark.parametrize(("name", "parameters"), VARIANTS, ids=[name for name, _ in VARIANTS])
def test_the_reference_does_so_with_other_parameters(
    name: str, parameters: dict[str, object]
) -> None:
    problem = load_problem(str(SHIPPED / f"{name}.py"), parameters=parameters)
    violations = Violations(problem)
    assert max((violations.of_equations() | violations.of_conditions()).values()) < EXACT


def test_a_wrong_reference_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    heat = load_problem("heat")
    exact = type(heat).reference
    monkeypatch.setattr(
        type(heat), "reference", lambda *a: {"u": exact(*a)["u"] * (1 + 1e-9 * a[1][:, 0])}
    )
    violations = Violations(heat)
    assert max(violations.of_equations().values()) > 10 * EXACT
    assert violations.of_conditions()["initial_u"] > 10 * EXACT


def test_each_problem_says_its_source_and_is_short(shipped_problem: Problem) -> None:
    assert re.search(r"^\s+Source: .{10}", type(shipped_problem).__doc__ or "", re.MULTILINE)
    assert len(shipped_problem.origin.source.splitlines()) < 80


def test_tags_are_of_the_vocabulary_and_true(shipped_problem: Problem) -> None:
    tags = shipped_problem.tags
    assert set(tags) <= set(TAGS)
    assert len(tags) == len(set(tags)) >= 4
    formulation = formulate(shipped_problem)
    assert ("linear" in tags) == ("nonlinear" not in tags)
    if "inverse" not in tags:  # an unknown number multiplies what is linear in the field
        assert ("linear" in tags) == formulation.is_affine
    assert ("unsteady" in tags) == ("steady" not in tags)
    assert ("unsteady" in tags) >= (formulation.domain.time_axis is not None)
    assert ("system" in tags) == (len(shipped_problem.unknowns) > 1)
    assert len(set(tags) & {"0d", "1d", "2d", "3d", "nd"}) == 1


def test_suggested_settings_are_valid_for_each_network(shipped_problem: Problem) -> None:
    for network in NETWORK_SETTINGS:
        suggested_settings(shipped_problem, network)


def test_what_show_tells_is_the_statement_and_changes_nothing(shipped_problem: Problem) -> None:
    before = formulate(shipped_problem).fingerprint()
    facts = description(shipped_problem)  # test_likeness.py calls the command
    equation = stated_text(shipped_problem).splitlines()[0]
    assert "=" in equation
    assert len(equation) > 15
    assert ("domain", repr(shipped_problem.domain)) in facts
    told = {fact.partition(":")[0] for kind, fact in facts if kind == "condition"}
    assert told == set(shipped_problem.conditions)
    after = formulate(shipped_problem).fingerprint()
    assert {k: v.tolist() for k, v in after.items()} == {k: v.tolist() for k, v in before.items()}


@pytest.mark.parametrize(
    ("construct", "message"),
    [
        (lambda: load_problem("beam", parameters={"support": "x"}), "'clamped' or 'cantilever'"),
        (lambda: load_problem("poisson_nd", parameters={"solution": "x"}), "'cosines' or"),
        (
            lambda: load_problem("poisson_nd", parameters={"solution": "products"}),
            "products need an even dimension, got 5",
        ),
    ],
)
def test_a_parameter_that_is_no_statement_is_refused(
    construct: Callable[[], Problem], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        construct()
