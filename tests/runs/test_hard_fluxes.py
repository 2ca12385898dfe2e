"""Runs of problems with slopes: resumed exactly, in slabs, exported, of earlier versions."""

from pathlib import Path

import pytest
import torch
from small_runs import FAST, stop_at
from torch import Generator

from pinn_metakan.errors import Interrupted, SettingsError
from pinn_metakan.networks.mlp import MLP
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.choices import choose, suggested_settings
from pinn_metakan.runs.folder import RunFolder
from pinn_metakan.runs.resume import open_run, resume
from pinn_metakan.runs.solve import solve
from pinn_metakan.training.checkpoint import load_checkpoint, save_checkpoint

ROD = '''
"""u_t = u_xx in a rod that is insulated at 0 and cooled at 1."""
import torch
from pinn_metakan import Initial, Interval, Neumann, Problem, Robin, SpaceTime

K = 1.0768739863118038  # K tan K = 2


class Rod(Problem):
    """u_t = u_xx,  u_x = 0 at 0,  u_x + 2 u = 0 at 1: a mode that decays."""

    coordinates, unknowns = ("x", "t"), ("u",)
    domain = SpaceTime(Interval(0.0, 1.0), 0.0, 1.0)
    conditions = {
        "start": Initial(u=lambda x: torch.cos(K * x)),
        "insulated": Neumann(u=0.0, where="x=0"),
        "cooled": Robin(2.0, 1.0, 0.0, where="x=1"),
    }

    def residual(self, jet):
        u_t, u_xx = jet("u_t", "u_xx")
        return {"heat": u_t - u_xx}

    def reference(self, points):
        x, t = points.unbind(1)
        return {"u": torch.cos(K * x) * torch.exp(-(K**2) * t)}
'''
SETTINGS = FAST | {"stages": ["lm"], "lm": {"steps": 6, "redraw_every": 2, "tolerance": 0.0}}


@pytest.fixture
def rod(tmp_path: Path) -> Problem:
    (tmp_path / "rod.py").write_text(ROD)
    return load_problem(str(tmp_path / "rod.py"))


def assembled(problem: Problem, **changes: object) -> AssembledRun:
    changes = SETTINGS | {"fluxes": "hard"} | changes
    settings = suggested_settings(problem, "kan", [("test", changes)])
    return AssembledRun(problem, choose("kan", settings, 0, "cpu", "float64"))


def test_a_run_with_fluxes_resumes_exactly(rod: Problem, tmp_path: Path) -> None:
    settings = SETTINGS | {"fluxes": "hard"}
    straight = solve(rod, network="kan", settings=settings)
    with pytest.raises(Interrupted):
        solve(rod, network="kan", settings=settings, out=tmp_path / "run", progress=stop_at(2))
    resumed = resume(tmp_path / "run", rod.origin.path)
    assert resumed["u"].tobytes() == straight["u"].tobytes()


def test_a_run_from_before_resumes_with_soft_fluxes(rod: Problem, tmp_path: Path) -> None:
    settings = SETTINGS | {"fluxes": "soft"}
    straight = solve(rod, network="kan", settings=settings)
    with pytest.raises(Interrupted):
        solve(rod, network="kan", settings=settings, out=tmp_path / "run", progress=stop_at(2))
    checkpoint = tmp_path / "run" / "checkpoint.safetensors"
    state = load_checkpoint(checkpoint)
    del state["choices"]["settings"]["fluxes"]
    save_checkpoint(checkpoint, state)
    read = RunFolder(tmp_path / "run").load_checkpoint()
    assert read["choices"]["settings"]["fluxes"] == "soft"
    resumed = resume(tmp_path / "run", rod.origin.path)
    assert resumed["u"].tobytes() == straight["u"].tobytes()
    found = open_run(tmp_path / "run", rod.origin.path)(x=1.0, t=0.5)["u"]
    assert found == pytest.approx(straight(x=1.0, t=0.5)["u"], abs=1e-12)


@pytest.mark.slow
def test_each_slab_has_the_fluxes_that_the_whole_has(rod: Problem) -> None:
    run = assembled(rod, slabs=2)
    for _ in range(2):
        assert run.part.satisfied == {"start_u", "insulated_u", "cooled_u"} or (
            run.part.satisfied == {"slab_u", "insulated_u", "cooled_u"}
        )
        run.trainer.run(lambda: None, lambda entry: None)
        if run.awaits_next_leg:
            run.begin_next_leg()
    assert "slab_u" in run.part.satisfied


@pytest.mark.slow
def test_a_mixture_that_disagrees_with_the_start_is_soft_in_each_slab(rod: Problem) -> None:
    cold = {**rod.conditions, "start": rod.conditions["start"].__class__(u=1.0)}
    object.__setattr__(rod, "conditions", cold)
    run = assembled(rod, slabs=2)
    assert run.part.satisfied == {"start_u", "insulated_u"}
    run.trainer.run(lambda: None, lambda entry: None)
    run.begin_next_leg()
    assert run.part.satisfied == {"slab_u", "insulated_u"}


def test_a_network_of_your_own_needs_two_inputs_for_a_coordinate_with_slopes(rod: Problem) -> None:
    network = MLP([2, 5, 1], Generator().manual_seed(0))
    with pytest.raises(SettingsError, match=r"3 features to 1 unknowns.*takes two, one if fluxes"):
        solve(rod, network=network, settings={"fluxes": "hard"})


@pytest.mark.slow
def test_a_field_with_fluxes_is_exported(rod: Problem, tmp_path: Path) -> None:
    solution = solve(rod, network="kan", settings=SETTINGS | {"fluxes": "hard"})
    solution.export(tmp_path / "rod.pt2")
    program = torch.export.load(tmp_path / "rod.pt2").module()
    points = torch.rand(5, 2, dtype=torch.float64)
    expected = torch.from_numpy(solution(points)["u"])
    torch.testing.assert_close(program(points)["u"], expected, rtol=1e-12, atol=1e-12)


@pytest.mark.slow
def test_a_cooled_rod_is_solved_by_one_least_squares_fit(rod: Problem) -> None:
    solution = solve(rod, network="features", settings={"fluxes": "hard", "slabs": 1})
    assert solution.relative_l2["u"] < 1e-9
    slope = solution.derivative("u_x", x=1.0, t=0.3)
    value = solution(x=1.0, t=0.3)["u"]
    assert float(slope) + 2 * float(value) == pytest.approx(0.0, abs=1e-13)
