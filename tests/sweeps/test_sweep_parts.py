"""A sweep is another one when a file of the user's own family has changed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from own_parts import SINE

from pinn_metakan.errors import RunFolderError, UserError
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.problem import Problem
from pinn_metakan.sweeps.axes import grid_axes
from pinn_metakan.sweeps.base_run import base_run
from pinn_metakan.sweeps.job import Job
from pinn_metakan.sweeps.plan import SweepPlan, made_plan
from pinn_metakan.sweeps.sweep import sweep
from pinn_metakan.sweeps.trial import Place

PART = Path("sine.py")
#: Ways to name it: what a sweep is asked for.
WAYS: dict[str, dict[str, Any]] = {
    "a file": {"over": {"seed": [0]}, "settings": {"network.family": "sine:Sine"}, "parts": [PART]},
    "a setting": {"over": {"seed": [0]}, "settings": {"network.family": "sine.py:Sine"}},
    "a value": {"over": {"network.family": ["sine.py:Sine", "bspline"]}},
}


def own_plan(heat: Problem, asked: dict[str, Any]) -> SweepPlan:
    settings, parts = asked.get("settings", {}), asked.get("parts", ())
    base = base_run(heat, "kan", settings, 0, "cpu", "float64", None, parts, ())
    return made_plan(base, grid_axes(asked["over"]), (), None, None, None)


@pytest.mark.parametrize("way", WAYS)
def test_an_edited_part_makes_another_sweep(
    heat: Problem,
    made_up: Callable[[Callable[[Any, int], float]], list[tuple[int, int]]],
    way: str,
) -> None:
    made = made_up(lambda run, step: 1.0 / (step + 1))
    PART.write_text(SINE)
    sweep(heat, "kan", out="swept", **WAYS[way])
    trials = len(made)
    sweep(heat, "kan", out="swept", **WAYS[way])
    assert len(made) == trials
    PART.write_text(SINE + "# edited\n")
    with pytest.raises(RunFolderError, match="swept holds another sweep, which differs in parts"):
        sweep(heat, "kan", out="swept", **WAYS[way])


@pytest.mark.parametrize("way", WAYS)
def test_a_worker_refuses_a_part_that_has_changed(heat: Problem, way: str) -> None:
    PART.write_text(SINE)
    Path("heat.py").write_text(heat.origin.source)
    heat = load_problem("heat.py")
    text = Job(own_plan(heat, WAYS[way]), Place(Path("swept"), "sweep"), "journal:s.journal").text()
    assert Job.read(text).plan.name == own_plan(heat, WAYS[way]).name
    PART.write_text(SINE + "# edited\n")
    with pytest.raises(UserError, match=r"sine\.py has changed since the sweep was started"):
        Job.read(text)
