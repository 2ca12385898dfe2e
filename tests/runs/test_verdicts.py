"""The verdict of a run: in the report, in the file and in the last lines."""

import json
from pathlib import Path

import pytest
import torch
from small_runs import FAST
from torch import Tensor

from pinn_metakan.cli.closing import closing_lines
from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.geometry.box import Interval
from pinn_metakan.pde.boundary_conditions import Dirichlet
from pinn_metakan.pde.interior import Interior
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.resume import open_run
from pinn_metakan.runs.solve import solve


class Contradiction(Problem):
    """u_xx = 1 with two values at one end."""

    coordinates, unknowns, domain = ("x",), ("u",), Interval(0.0, 1.0)

    def __init__(self) -> None:
        self.conditions = {
            "walls": Dirichlet(u=0.0),
            "other": Interior(u=1.0, where="x=0"),
        }

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        u_xx = jet("u_xx")
        return {"bent": u_xx - torch.ones_like(u_xx)}


def test_conditions_that_contradict_each_other_limit_a_run(tmp_path: Path) -> None:
    settings = FAST | {"lm": {"steps": 12}, "evaluation": {"shape": [11]}, "conditions": "soft"}
    solution = solve(Contradiction(), settings=settings, out=tmp_path / "run")
    assert solution.verdict == "limited by the conditions"
    report = json.loads((tmp_path / "run" / "report.json").read_text())
    assert report["verdict"] == "limited by the conditions"
    assert "if not, try --set 'loss.multipliers=[" in report["advice"]
    assert open_run(tmp_path / "run").verdict == solution.verdict
    line = f"verdict: {report['verdict']}: {report['advice']}"
    assert line in list(closing_lines(solution, None))


@pytest.mark.parametrize(
    ("has_folder", "advice"),
    [(True, "go on with pinn-metakan resume"), (False, "no folder keeps it to go on from: give ")],
)
def test_a_budget_that_ends_a_run_is_no_end(has_folder: bool, advice: str, tmp_path: Path) -> None:
    settings = FAST | {"adam": {"steps": 10**6}, "evaluation": {"shape": [11]}}
    out = tmp_path / "run" if has_folder else None
    solution = solve(Contradiction(), settings=settings, budget=0.01, out=out)
    assert solution.verdict == "stopped"
    assert str(solution.attributes["advice"]).startswith(f"the run was not over; {advice}")
