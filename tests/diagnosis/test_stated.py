"""Problems that are stated wrongly are found from their statement, and others are not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pinn_metakan.diagnosis.finding import Finding, Severity
from pinn_metakan.diagnosis.table import refuse_errors, stated_findings
from pinn_metakan.errors import ProblemError
from pinn_metakan.pde.formulation import formulate
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.problem import Problem

Write = Callable[..., Path]
CASES = sorted((Path(__file__).parents[1] / "cases").glob("*.py"))
SINE = "Initial(u=lambda x: torch.sin(torch.pi * x))"
WALLS = "Dirichlet(u=0.0)"
INTERVAL = {"domain": "Interval(0.0, 1.0)", "coordinates": "('x',)"}
SQUARE = {"domain": "Box((0.0, 1.0), (0.0, 1.0))", "coordinates": "('x', 'y')"}
BALL = {"domain": "Ball(2)", "coordinates": "('x',)"}
ORDINARY = INTERVAL | {"residual": "return {'bar': jet('u_xx') + 1}"}
WAVE = {"residual": "return {'wave': jet('u_tt') - jet('u_xx')}"}
POISSON = SQUARE | {"residual": "return {'poisson': jet('u_xx') + jet('u_yy') - 4.0}"}
IN_BALL = BALL | {"residual": "return {'poisson': jet('laplacian_u') - 4.0}"}
ADVECTION = {"residual": "return {'advection': jet('u_t') + jet('u_x')}"}
TWO = {"unknowns": "('u', 'v')"}
PAIR = "return {'first': jet('u_t') - jet('u_xx') + jet('v'), 'second': jet('v_t') - jet('v_xx')}"
STOKES = SQUARE | {
    "unknowns": "('u', 'v', 'p')",
    "residual": "return {'along': jet('u_xx') + jet('u_yy') - jet('p_x'),"
    " 'across': jet('v_xx') + jet('v_yy') - jet('p_y'), 'mass': jet('u_x') + jet('v_y')}",
}


def found(path: Path) -> list[Finding]:
    return list(stated_findings(formulate(load_problem(str(path)))))


def conditions(*stated: str) -> dict[str, str]:
    return {"conditions": "{" + ", ".join(f"'c{k}': {c}" for k, c in enumerate(stated)) + "}"}


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (conditions(), "no condition for u: the equations alone have many solutions"),
        (
            TWO | conditions(SINE, WALLS) | {"residual": PAIR.replace("+ jet('v')", "")},
            "no condition for v",
        ),
        (TWO, "no equation has the unknown 'v'"),
        (conditions(WALLS), "order 1 in t, which asks for 1 initial condition on u; there is none"),
        (
            WAVE | conditions(SINE, WALLS),
            r"order 2 in t, which asks for 2 initial conditions on u; there is one; add Initial"
            r"\(u=..., u_t=...\)",
        ),
        (ORDINARY | conditions("Dirichlet('x=0', u=0.0)"), r"one per end\); there is one, .* x=1"),
        (
            POISSON | conditions("Dirichlet('x=0', u=0.0)", "Dirichlet('x=1', u=0.0)"),
            "order 2 in y, .*; there is none, too few at y=0 and y=1",
        ),
        (
            {"domain": "Interval(0.0, 1.0)", "coordinates": "('t',)"}
            | conditions("Initial(u=1.0)")
            | {"residual": "return {'spring': jet('u_tt') + jet('u')}"},
            "order 2 in t, which asks for 2 conditions on u .*; there is one, .*add .*Initial",
        ),
        (
            INTERVAL | conditions(WALLS) | {"residual": "return {'beam': jet('u_xxxx') - 1}"},
            r"order 4 in x, .* \(4 in all\); there are 2",
        ),
        (
            POISSON | conditions("Neumann(u=0.5)"),
            "integral over the boundary is 2, while the source asks for 4; change the source",
        ),
        (IN_BALL | conditions("Neumann(u=1.0)"), "boundary is 2, while the source asks for 4"),
        (
            POISSON | conditions("Periodic('x')", "Neumann('y=0', u=0.0)", "Neumann('y=1', u=1.0)"),
            "boundary is 1, while the source asks for 4",
        ),
    ],
)
def test_a_problem_without_a_right_answer_is_refused(
    parts: dict[str, str], message: str, write_problem: Write
) -> None:
    findings = found(write_problem(**parts))
    with pytest.raises(ProblemError, match=r"^mine.py: .*" + message):
        refuse_errors("mine.py", findings)


@pytest.mark.parametrize(
    ("parts", "kind", "message"),
    [
        (
            conditions("Initial(u=0.0, u_t=0.0)", WALLS),
            "conditions",
            "u has 2 conditions at the first time; heat, of order 1 in t, asks for 1",
        ),
        (
            ADVECTION | conditions(SINE, WALLS),
            "conditions",
            "u has 2 conditions at the ends of x; advection, of order 1 in x, asks for 1",
        ),
        (
            conditions(SINE, WALLS, "Neumann('x=1', u=0.0)"),
            "conditions",
            "u has 3 conditions at the ends of x; heat, of order 2 in x, asks for 2",
        ),
        (
            conditions(SINE, "Dirichlet('x=0', u=0.0)"),
            "conditions",
            "order 2 in x, .*too few at x=1",
        ),
        (
            IN_BALL | conditions(WALLS, "Neumann(u=0.0)"),
            "conditions",
            "u has 2 conditions on the whole boundary",
        ),
        (
            TWO | conditions(SINE, WALLS, "Dirichlet(v=0.0)") | {"residual": PAIR},
            "conditions",
            "order 2 in t all together, which asks for 2 conditions at the first time; there is",
        ),
        (
            TWO | conditions(SINE, WALLS) | {"residual": PAIR},
            "conditions",
            "no condition for v, which is differentiated twice",
        ),
        (
            TWO | {"residual": "return {'only': jet('u_t') - jet('u_xx') + jet('v')}"},
            "equations",
            r"2 unknowns \(u, v\) have 1 equation \(only\)",
        ),
        (
            POISSON | conditions("Neumann(u=1.0)"),
            "constants",
            "u is known but for a constant: .*; pin a value, such as Observed",
        ),
        (STOKES | conditions("Dirichlet(u=0.0, v=0.0)"), "constants", "p is known but for a const"),
    ],
)
def test_a_suspicious_problem_is_told(
    parts: dict[str, str], kind: str, message: str, write_problem: Write
) -> None:
    findings = found(write_problem(**parts))
    assert [finding.severity for finding in findings] == [Severity.WARNING]
    with pytest.raises(ProblemError, match=message):
        raise ProblemError(str(findings[0]))
    assert findings[0].kind == kind


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"domain": "Interval(0.0, 1.0)", "coordinates": "('t',)"}
        | conditions("Initial(u=1.0, u_t=0.0)")
        | {"residual": "return {'spring': jet('u_tt') + jet('u')}"},
        {"residual": "return {'heat': jet('u_t') + jet('u_xx')}"}
        | conditions("Terminal(u=lambda x: torch.sin(torch.pi * x))", WALLS),
        POISSON | conditions("Neumann(u=1.0)", "Interior({'x': 0.0, 'y': 0.0}, u=0.0)"),
        INTERVAL
        | conditions(WALLS, "Boundary('u_xx', 0.0)")
        | {"residual": "return {'beam': jet('u_xxxx') - 1}"},
        conditions(SINE, "Periodic('x')"),
        conditions(SINE, "Neumann(u=0.0)"),
        conditions(SINE, "Robin(1.0, 2.0, 0.0)"),
        conditions("Observed([[0.5, 0.5], [0.1, 1.0]], u=[0.0, 1.0])"),
        WAVE | conditions("Initial(u=0.0, u_t=1.0)", WALLS),
        ADVECTION | conditions(SINE, "Dirichlet('x=0', u=0.0)"),
        ADVECTION | conditions(SINE),
        ORDINARY | conditions("Dirichlet('x=0', u=0.0)", "Neumann('x=0', u=0.0)"),
        ORDINARY | conditions("Dirichlet('x=0', u=0.0)", "Neumann('x=1', u=0.0)"),
        INTERVAL | conditions("Dirichlet('x=0', u=0.0)") | {"residual": "return {'a': jet('u_x')}"},
        POISSON | conditions("Neumann(u=1.0)", "Observed([[0.0, 0.0]], u=[0.0])"),
        POISSON | conditions("Dirichlet(lambda x, y: x > 0.5, u=0.0)"),
        IN_BALL | conditions(WALLS),
        STOKES | conditions("Dirichlet(u=0.0, v=0.0)", "Observed([[0.0, 0.0]], p=[0.0])"),
        conditions() | {"extra": "def transform(self, x, outputs): return outputs"},
        # an equation that loses its order where the coefficient vanishes asks for less
        INTERVAL
        | conditions("Dirichlet('x=1', u=0.0)")
        | {"residual": "x, u_x, u_xx = jet('x', 'u_x', 'u_xx')\n"
           "        return {'ring': x * u_xx + u_x + 4 * x}"},
        # the mean of u, stated by two more unknowns
        INTERVAL
        | conditions(WALLS, "Dirichlet(m=0.0)")
        | {"unknowns": "('u', 'm', 'I')",
           "residual": "return {'a': jet('u_xx') + 1 - jet('I'), 'b': jet('m_x') - jet('u')"
           " + jet('I'), 'c': jet('I_x')}"},
    ],
)  # fmt: skip
def test_a_well_posed_problem_has_no_finding(parts: dict[str, str], write_problem: Write) -> None:
    assert found(write_problem(**parts)) == []


def test_no_shipped_problem_has_a_finding(shipped_problem: Problem) -> None:
    assert stated_findings(formulate(shipped_problem)) == ()


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_no_case_has_a_finding(path: Path) -> None:
    assert found(path) == []


def test_a_problem_without_a_right_answer_is_not_solved(
    write_problem: Write, tmp_path: Path
) -> None:
    from pinn_metakan.runs.solve import solve

    problem = load_problem(str(write_problem(**conditions(WALLS))))
    with pytest.raises(ProblemError, match=r"mine\.py: .* add Initial\(u=\.\.\.\)"):
        solve(problem, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()
