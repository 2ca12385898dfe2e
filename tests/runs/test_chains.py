"""Continuation: runs along a parameter, each with the network of the one before."""

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from small_runs import FAST
from torch import Generator

from pinn_metakan.errors import Interrupted, ProblemError, RunFolderError, SettingsError
from pinn_metakan.networks.mlp import MLP
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.resume import open_run, rerun, resume
from pinn_metakan.runs.solve import solve
from pinn_metakan.training.progress import ProgressEntry

ALONG = {"diffusivity": [0.5, 0.3]}


def stop_in(stage: str) -> Callable[[ProgressEntry], None]:
    """Interrupt a run in a stage."""

    def progress(entry: ProgressEntry) -> None:
        if entry.stage == stage:
            os.kill(os.getpid(), signal.SIGINT)

    return progress


def test_a_chain_is_its_runs_one_after_the_other(tmp_path: Path) -> None:
    whole = solve(load_problem("heat"), along=ALONG, settings=FAST, out=tmp_path / "run")
    last = None
    for value in [*ALONG["diffusivity"], 0.25]:
        problem = load_problem("heat", parameters={"diffusivity": value})
        last = solve(problem, start=last, settings=FAST)
    assert last is not None
    assert whole["u"].tobytes() == last["u"].tobytes()
    report = json.loads((tmp_path / "run" / "report.json").read_text())
    assert [link["parameters"] for link in report["links"]] == [
        {"diffusivity": 0.5},
        {"diffusivity": 0.3},
    ]
    for link in report["links"]:
        kept = open_run(link["run"])
        assert link["relative_l2"] == kept.relative_l2
    assert rerun(tmp_path / "run")["u"].tobytes() == whole["u"].tobytes()
    with pytest.raises(RunFolderError, match=r"link-1 is a part of .*run; go on with that run"):
        resume(tmp_path / "run" / "link-1")


@pytest.mark.parametrize(
    "stage",
    [
        pytest.param("link 1, lm", marks=pytest.mark.slow),
        "link 2, lm",
        pytest.param("lm", marks=pytest.mark.slow),
    ],
)
def test_a_chain_that_is_stopped_goes_on_exactly(stage: str, tmp_path: Path) -> None:
    straight = solve(load_problem("heat"), along=ALONG, settings=FAST)
    out = tmp_path / "run"
    with pytest.raises(Interrupted) as stop:
        solve(load_problem("heat"), along=ALONG, settings=FAST, out=out, progress=stop_in(stage))
    assert stop.value.folder == out
    if stage != "lm":
        with pytest.raises(RunFolderError, match="chain that has not got to its last run"):
            rerun(out)
    assert np.array_equal(resume(out)["u"], straight["u"])


def test_a_chain_that_cannot_be_is_refused_before_it_begins(tmp_path: Path) -> None:
    out = tmp_path / "run"
    with pytest.raises(ProblemError, match="no parameter 'nu'; there are diffusivity"):
        solve(load_problem("heat"), along={"nu": [1.0]}, out=out)
    with pytest.raises(SettingsError, match="as many values of each parameter, got 0 of diff"):
        solve(load_problem("heat"), along={"diffusivity": []}, out=out)
    with pytest.raises(SettingsError, match="a chain needs the name of a network, not an object"):
        solve(load_problem("heat"), MLP([2, 3, 1], Generator()), along=ALONG, out=out)
    (tmp_path / "run" / "link-2").mkdir(parents=True)
    (tmp_path / "run" / "link-2" / "report.json").write_text("{}")
    with pytest.raises(RunFolderError, match="link-2 holds another run"):
        solve(load_problem("heat"), along=ALONG, settings=FAST, out=out)
