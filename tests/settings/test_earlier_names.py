"""Networks of earlier versions are what they were, under the names that they have now."""

import json
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from small_runs import FAST, FAST_FLAGS, stop_at

from pinn_metakan.cli import main
from pinn_metakan.errors import Interrupted, ProblemError
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.choices import suggested_settings
from pinn_metakan.runs.folder import RunFolder
from pinn_metakan.runs.resume import open_run, rerun, resume
from pinn_metakan.runs.solve import solve
from pinn_metakan.settings.earlier_names import present_name
from pinn_metakan.training.checkpoint import load_checkpoint, save_checkpoint

OLD = Path(__file__).parents[1] / "data" / "version-0.1.0" / "decay"


@pytest.mark.parametrize(
    ("network", "layers", "expected"),
    [
        ("metakan", [{"network": {"hidden_function": "tanh"}}], "metakan-sine"),
        ("metakan", [{"adam": {}}, {"network": {"frequency": 1.0}}], "metakan-sine"),
        ("metakan", [{"network": {"hidden_width": 8, "widths": [3]}}, {}], "metakan-sine"),
        ("metakan", [{"network": {"prompt_dimension": 2, "bounded": True}}], "metakan"),
        ("metakan", [None, {"network": 3}, {"points": {"frequency": 1}}], "metakan"),
        ("metasplinekan", [{"network": {"hidden_function": "relu"}}], "metasplinekan"),
    ],
)
def test_a_metakan_with_a_hidden_layer_is_called_metakan_sine(
    network: str, layers: list[object], expected: str
) -> None:
    assert present_name(network, layers) == expected


def test_a_setting_of_the_meta_learner_chooses_the_network_that_has_it() -> None:
    heat = load_problem("heat")
    asked = solve(heat, "metakan", settings=FAST | {"network": {"widths": [4], "frequency": 2.0}})
    same = {"network": {"widths": [4], "frequency": 2.0}}
    named = solve(heat, "metakan-sine", settings=FAST | same)
    assert asked.attributes["network"] == named.attributes["network"] == "metakan-sine"
    np.testing.assert_array_equal(asked["u"], named["u"])


def test_suggestions_for_the_earlier_network_are_for_its_present_name(
    write_problem: Callable[..., Path],
) -> None:
    suggested = {"metakan": {"network": {"hidden_function": "tanh", "widths": [3]}}}
    problem = load_problem(str(write_problem(extra=f"network_settings = {suggested}")))
    few = {key: value for key, value in FAST.items() if key != "network"}
    for name in ("metakan", "metakan-sine"):
        solution = solve(problem, name, settings=few)
        assert solution.attributes["network"] == "metakan-sine"
        settings = json.loads(str(solution.attributes["settings"]))
        assert settings["network"]["hidden_function"] == "tanh"
        assert settings["network"]["widths"] == [3]


def named_as_before(run: Path) -> None:
    """Make a run folder of this version one that calls its network as version 0.2.0 did."""
    path = run / "checkpoint.safetensors"
    tree = load_checkpoint(path)
    assert tree["choices"]["network"] == "metakan-sine"
    tree["choices"]["network"] = "metakan"
    save_checkpoint(path, tree)


def test_a_run_under_the_earlier_name_goes_on_with_the_same_bits(tmp_path: Path) -> None:
    heat, settings = load_problem("heat"), FAST | {"untie": {"steps": 3}, "report_every": 1}
    whole = solve(heat, "metakan-sine", settings=settings, out=tmp_path / "whole")
    run = tmp_path / "run"
    with pytest.raises(Interrupted):
        solve(heat, "metakan-sine", settings=settings, out=run, progress=stop_at(8))
    named_as_before(run)
    named_as_before(run / "tied")
    resumed = resume(run)
    np.testing.assert_array_equal(resumed["u"], whole["u"])
    assert resumed.attributes["network"] == "metakan-sine"
    assert RunFolder(run).load_checkpoint()["choices"]["network"] == "metakan-sine"
    assert resumed.tied is not None  # kept before the interrupt, under the earlier name
    assert open_run(run).tied is not None
    named_as_before(run)
    again = rerun(run)
    np.testing.assert_array_equal(again["u"], whole["u"])


def test_settings_of_version_0_1_0_make_the_network_that_they_are_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(OLD / "settings.toml", tmp_path / "old.toml")
    flags = [*FAST_FLAGS, f"--settings={tmp_path / 'old.toml'}", f"--out={tmp_path / 'run'}"]
    with pytest.raises(SystemExit) as stop:
        main(["solve", "heat", *flags])
    assert stop.value.code == 0
    assert "metakan-sine [2, 4, 1]" in "".join(capsys.readouterr())
    written = tomllib.loads((tmp_path / "run" / "settings.toml").read_text())
    assert written["run"]["network"] == "metakan-sine"
    assert written["network"]["hidden_function"] == "sine"


@pytest.mark.parametrize("wrong", ["0", "b'bytes'", "['kan']", "{'kan': 3}", "{3: {}}"])
def test_suggestions_that_are_no_tables_are_refused(
    wrong: str, write_problem: Callable[..., Path]
) -> None:
    problem = load_problem(str(write_problem(extra=f"network_settings = {wrong}")))
    with pytest.raises(ProblemError, match="network_settings must be tables of settings"):
        suggested_settings(problem, "kan")
