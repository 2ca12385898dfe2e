"""A run begins with the trained network of another."""

from pathlib import Path

import numpy as np
import pytest
from small_runs import FAST, stop_at

from pinn_metakan.errors import Interrupted, RunFolderError, SettingsError
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.resume import open_run, rerun, resume
from pinn_metakan.runs.solution import Solution
from pinn_metakan.runs.solve import solve

#: A network that has been grown by a leg.
GROWN = FAST | {"network": {"widths": [4], "held": True}, "release": {"steps": 2}}
#: Steps that change nothing: what a run ends with is what it began with.
STILL = {"adam": {"steps": 0}, "release": {"steps": 0}, "lm": {"steps": 1, "damping": 1e30}}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Solution:
    """A run of a network that has been grown."""
    out = tmp_path_factory.mktemp("warm") / "first"
    return solve(load_problem("heat"), settings=GROWN, out=out)


@pytest.mark.parametrize("kind", ["solution", "folder", "opened"])
def test_a_run_begins_with_the_field_of_its_start(kind: str, trained: Solution) -> None:
    assert trained.folder is not None
    start: Solution | Path = {
        "solution": trained,
        "folder": trained.folder,
        "opened": open_run(trained.folder),
    }[kind]
    without_network = {key: value for key, value in FAST.items() if key != "network"}
    again = solve(load_problem("heat"), start=start, settings=without_network | STILL)
    assert np.allclose(again["u"], trained["u"], atol=1e-12)
    assert again.network is not None
    assert trained.network is not None
    assert again.network.describe() == trained.network.describe()
    assert '"problem": "heat"' in str(again.attributes["start"])


def test_a_start_stays_as_it_is_and_leaves_adam_out(trained: Solution) -> None:
    before = trained(np.array([[0.5, 0.25]]))["u"]
    solution = solve(load_problem("heat", parameters={"diffusivity": 0.3}), start=trained,
                     settings={"lm.steps": 3, "evaluation.shape": [11, 11]})  # fmt: skip
    assert solution.history["step"][-1] == 3
    assert trained(np.array([[0.5, 0.25]]))["u"] == before
    asked = {"adam.steps": 2, "lm.steps": 3, "evaluation.shape": [11, 11]}
    assert solve(load_problem("heat"), start=trained, settings=asked).history["step"][-1] == 5


def test_a_warm_run_goes_on_exactly_and_is_made_again(trained: Solution, tmp_path: Path) -> None:
    settings = {"lm.steps": 8, "report_every": 2, "evaluation.shape": [11, 11]}
    straight = solve(load_problem("heat"), start=trained, settings=settings)
    with pytest.raises(Interrupted):
        solve(load_problem("heat"), start=trained, settings=settings, out=tmp_path / "run",
              progress=stop_at(4))  # fmt: skip
    assert resume(tmp_path / "run")["u"].tobytes() == straight["u"].tobytes()
    assert rerun(tmp_path / "run")["u"].tobytes() == straight["u"].tobytes()


def test_a_network_that_does_not_fit_is_refused(trained: Solution, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"for 1 unknowns, does not .* 1 inputs and 2"):
        solve(load_problem("stirred_tank"), start=trained, settings=STILL)
    with pytest.raises(SettingsError, match="metakan, which is no start for kan; leave"):
        solve(load_problem("heat"), "kan", start=trained)
    with pytest.raises(SettingsError, match=r"network.widths: .* whose widths is \[4\]; leave"):
        solve(load_problem("heat"), start=trained, settings={"network.widths": [5]})
    with pytest.raises(RunFolderError, match="no run folder"):
        solve(load_problem("heat"), start=tmp_path / "nothing")
    with pytest.raises(TypeError, match="start must be a run folder or a Solution, got 3"):
        solve(load_problem("heat"), start=3)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []
