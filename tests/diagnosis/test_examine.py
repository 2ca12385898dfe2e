"""What is suspicious about a problem beside its objective is found, and nothing else is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pinn_metakan.diagnosis.finding import Finding
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.examination import examine

Write = Callable[..., Path]
SINE = "'start': Initial(u=lambda x: torch.sin(torch.pi * x))"
WALLS = "'walls': Dirichlet(u=0.0)"
WAVES = "return {'waves': jet('u_tt') - jet('u_xx')}"
STEADY = {
    "domain": "Interval(0.0, 1.0)",
    "coordinates": "('x',)",
    "conditions": "{'ends': Dirichlet(u=0.0)}",
}
CONSTRUCTED = "def __init__(self, rate: float = 1.0, count: int = 3): self.rate, self.count = {}"


def examined(
    write_problem: Write, settings: dict[str, object], dtype: str = "float64", **parts: str
) -> list[Finding]:
    return examine(load_problem(str(write_problem(**parts))), settings=settings, dtype=dtype)


@pytest.mark.parametrize(
    ("kind", "parts", "settings", "sentence", "remedy"),
    [
        (
            "scales",
            {
                "unknowns": "('u', 'v')",
                "residual": "return {'a': jet('u_t') - jet('u_xx'), 'b': jet('v_t') - jet('v_xx')}",
                "conditions": "{'start': Initial(u=0.0, v=lambda x: 1e9 * torch.sin(torch.pi * x)),"
                " 'walls': Dirichlet(u=lambda x, t: t, v=0.0)}",
            },
            {},
            "sizes of unknowns differ by a factor of",
            "choose units",
        ),
        (
            "scales",
            {
                "residual": "return {'heat': jet('u_t') - jet('u_xx')}",
                "conditions": "{'start': Initial(u=0.0), 'walls': Dirichlet(u=0.0)}",
                "extra": "scales = {'u': 5000.0}\n    def reference(self, points):\n"
                "        x, t = points.unbind(1)\n        return {'u': 0 * x + x * (1 - x)}",
            },
            {},
            "the size found for u is 5e+03, and the reference changes by 0.07",
            "state scales = {'u': 0.07",
        ),
        (
            "corners",
            {"conditions": f"{{{SINE}, 'walls': Dirichlet(u=0.5)}}", "residual": WAVES},
            {},
            "walls_u and start_u contradict each other: their values at (0, 0) are 0.5 and 0",
            "make the data agree there",
        ),
        (
            "smoothness",
            {
                "conditions": f"{{'start': Initial(u=lambda x: 1 - abs(2 * x - 1)), {WALLS}}}",
                "residual": WAVES,
            },
            {},
            "start_u: its data have a kink at x = 0.5",
            "write smooth data in torch",
        ),
        (
            "unused",
            {},
            {"conditions": "soft", "loss.weights": {"walls_u": 0.0}},
            "walls_u is 0",
            "leave",
        ),
        (
            "unused",
            {"conditions": f"{{{SINE}, {WALLS}, 'again': Dirichlet('x=1', u=0.0)}}"},
            {},
            "again: its part of the boundary has a condition already",
            "leave one of the two out",
        ),
        (
            "unused",
            {"extra": CONSTRUCTED.format("rate, count")},
            {},
            "nothing depends on the parameter 'rate'",
            "leave it out of the constructor",
        ),
        (
            "balance",
            STEADY
            | {"residual": "return {'bar': jet('u_xx') + torch.exp(3 * jet('u')) * 1e-9 - 1}"},
            {"loss.weights": {"bar": 1e8}},
            "e+03 for the untrained network",
            "state the sizes of the unknowns",
        ),
        (
            "dtype",
            {"domain": "SpaceTime(Interval(0.0, 1.0), 2000.0, 2001.0)"},
            {"dtype": "float32"},
            "t goes from 2000 to 2001: float32 rounds it",
            "or take --dtype float64",
        ),
        (
            "dtype",
            {},
            {"dtype": "float32", "tolerance": 1e-20},
            "(tolerance) is below",
            "--set tol",
        ),
        (
            "points",
            {
                "conditions": "{'start': Initial(u=lambda x: torch.sin(300 * torch.pi * x)),"
                f" {WALLS}}}"
            },
            {},
            "condition 'start' changes over 0.0022 along x, and 4000 points lie 0.016 apart",
            "--set points.interior=",
        ),
        (
            "points",
            STEADY | {"residual": "return {'bar': jet('u_xx') - torch.sin(200 * jet('x'))}"},
            {"points": {"interior": 50, "first": 50}},
            "residual changes over 0.01 along x, and 50 points lie 0.02 apart",
            "--set points.interior=1000",
        ),
        (
            "jumps",
            STEADY | {"residual": "return {'bar': (1 + 1.0 * (jet('x') > 0.3)) * jet('u_xx') - 1}"},
            {},
            "bar: a coefficient jumps at x = 0.3",
            "state the flux as an unknown",
        ),
    ],
)
def test_a_finding_says_what_is_suspicious_and_what_to_do(
    kind: str,
    parts: dict[str, str],
    settings: dict[str, object],
    sentence: str,
    remedy: str,
    write_problem: Write,
) -> None:
    given = dict(settings)
    dtype = str(given.pop("dtype", "float64"))
    findings = examined(write_problem, given, dtype, **parts)
    of_kind = [finding for finding in findings if finding.kind == kind]
    assert any(sentence in f.sentence and remedy in f.remedy for f in of_kind), findings


def test_a_parameter_that_something_depends_on_is_none_that_is_unused(write_problem: Write) -> None:
    extra = CONSTRUCTED.format("rate, count") + (
        "\n    @property\n    def settings(self): return {'points': {'interior': 50 * self.count}}"
    )
    residual = "return {'heat': jet('u_t') - self.rate * jet('u_xx')}"
    assert examined(write_problem, {}, extra=extra, residual=residual) == []


#: Remarks that stand: in SI units terms are of all sizes, which scales take care of; waves that are
#: inputs of the network take fewer points; with the scale of short waves training ends early.
STANDING = {
    "elasticity": ["scales"],
    "heat_multiscale": ["points"],
    "poisson_multiscale": ["scales"],
    "schroedinger": ["smoothness"],  # 2 sech x has a kink where its period ends
}


def test_no_shipped_problem_has_a_finding(shipped_problem: Problem) -> None:
    kinds = [finding.kind for finding in examine(shipped_problem)]
    assert kinds == STANDING.get(shipped_problem.origin.name, [])


def test_only_a_problem_is_examined() -> None:
    with pytest.raises(TypeError, match="examine needs a problem such as load_problem"):
        examine("heat")  # type: ignore[arg-type]
