"""A last stage that stores the coefficients of a MetaKAN and trains them freely."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from small_runs import FAST, FAST_FLAGS, stop_at
from torch import Generator

from pinn_metakan.cli import main
from pinn_metakan.errors import Interrupted, RunFolderError, SettingsError
from pinn_metakan.families.rbf import RBF
from pinn_metakan.networks.kan import make_metakan
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.results.hdf5 import read_solution
from pinn_metakan.runs.resume import open_run, resume
from pinn_metakan.runs.solve import solve

UNTIED: dict[str, object] = FAST | {"untie": {"steps": 3}}
#: [2, 4, 1] with 6 coefficients per edge; prompts of 2, one meta-learner of width 16 per layer.
N_STEPS_TIED = 7
N_STORED, N_GENERATED = 12 * 6, 12 * 2 + 2 * (3 * 16 + 17 * 6)


def test_a_baked_network_stores_coefficients_and_gives_the_same_outputs(
    generator: Generator,
) -> None:
    network = make_metakan([2, 4, 1], RBF, generator)
    baked = network.baked()
    x = torch.rand(20, 2, dtype=torch.float64) * 2 - 1
    torch.testing.assert_close(baked(x), network(x), rtol=0, atol=0)
    assert (network.n_parameters, baked.n_parameters) == (N_GENERATED, N_STORED)
    assert baked.prompts() == []
    before = network(x).detach()
    with torch.no_grad():
        for p in baked.parameters():
            p.add_(1.0)
    torch.testing.assert_close(network(x), before, rtol=0, atol=0)


@pytest.mark.figures
def test_untying_lowers_the_error_and_keeps_the_result_before(tmp_path: Path) -> None:
    settings = UNTIED | {"lm": {"steps": 8}, "untie": {"steps": 8}}
    solution = solve(load_problem("heat"), "metakan-sine", settings=settings, out=tmp_path / "run")
    assert solution.tied is not None
    assert solution.relative_l2["u"] < 0.5 * solution.tied.relative_l2["u"]
    assert solution.attributes["n_parameters"] == N_STORED
    assert solution.tied.attributes["n_parameters"] == N_GENERATED
    assert solution.history["step"][-1] == 20
    point = [[0.5, 0.5]]
    stored = open_run(tmp_path / "run", load_problem("heat"))
    before = open_run(tmp_path / "run" / "tied", load_problem("heat"))
    assert stored(point)["u"] == pytest.approx(solution(point)["u"], abs=1e-14)
    assert before(point)["u"] == pytest.approx(solution.tied(point)["u"], abs=1e-14)
    assert stored.tied is not None
    np.testing.assert_array_equal(stored.tied["u"], before["u"])
    report = json.loads((tmp_path / "run" / "report.json").read_text())
    assert report["tied"]["n_parameters"] == N_GENERATED
    assert report["tied"]["relative_l2"] == dict(solution.tied.relative_l2)
    attributes = read_solution(tmp_path / "run" / "solution.h5").attributes
    assert attributes["tied_relative_l2_u"] == solution.tied.relative_l2["u"]
    assert (tmp_path / "run" / "tied" / "solution.png").is_file()
    resume(tmp_path / "run", settings={"untie.steps": 9})
    assert open_run(tmp_path / "run").tied is not None


@pytest.mark.parametrize("network", ["metakan", "metakan-sine"])
@pytest.mark.parametrize("steps", [5, 7, 9])  # while tied, at the change, while untied
def test_a_run_that_is_untied_goes_on_exactly(steps: int, network: str, tmp_path: Path) -> None:
    settings = UNTIED | {"report_every": 1}
    whole = solve(load_problem("heat"), network, settings=settings)
    run = tmp_path / "run"
    with pytest.raises(Interrupted):
        solve(load_problem("heat"), network, settings=settings, out=run, progress=stop_at(steps))
    assert (run / "tied" / "solution.h5").exists() == (steps >= N_STEPS_TIED)
    resumed = resume(run)
    np.testing.assert_array_equal(resumed["u"], whole["u"])
    assert resumed.tied is not None
    assert whole.tied is not None
    np.testing.assert_array_equal(resumed.tied["u"], whole.tied["u"])


def test_a_run_that_is_replaced_leaves_no_tied_result(tmp_path: Path) -> None:
    run = tmp_path / "run"
    solve(load_problem("heat"), "metakan-sine", settings=UNTIED, out=run)
    solve(load_problem("heat"), "metakan-sine", settings=FAST, out=run, overwrite=True)
    assert open_run(run).tied is None


def test_only_generated_coefficients_can_be_untied() -> None:
    with pytest.raises(SettingsError, match=r"untie\.steps: only generated coefficients"):
        solve(load_problem("heat"), "kan", settings=UNTIED)
    with pytest.raises(SettingsError, match="untie can be there once"):
        solve(
            load_problem("heat"),
            "metakan-sine",
            settings=UNTIED | {"stages": ["lm", "untie", "untie"]},
        )


def test_the_command_prints_both_counts_and_errors(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = [*FAST_FLAGS, "--set=untie.steps=2", f"--out={tmp_path / 'run'}"]
    with pytest.raises(SystemExit) as stop:
        main(["solve", "heat", "--network=metakan-sine", *flags])
    assert stop.value.code == 0
    lines = capsys.readouterr().out.splitlines()
    assert f"parameters: {N_STORED}" in lines
    assert f"before untying, parameters: {N_GENERATED}" in lines
    assert any(line.startswith("before untying, relative L2 error of u:") for line in lines)


def test_a_part_of_a_run_is_not_gone_on_with_by_itself(tmp_path: Path) -> None:
    run = tmp_path / "run"
    tied = solve(load_problem("heat"), "metakan-sine", settings=UNTIED, out=run).tied
    assert tied is not None
    with pytest.raises(RunFolderError, match=r"tied is a part of .*run; go on with that run"):
        resume(run / "tied")
    found = open_run(run).tied
    assert found is not None
    assert found.attributes["n_parameters"] == tied.attributes["n_parameters"]


def test_another_run_in_the_folder_of_a_part_is_left_alone(tmp_path: Path) -> None:
    run = tmp_path / "run"
    solve(load_problem("heat"), "metakan-sine", settings=FAST, seed=7, out=run / "tied")
    for overwrite in (False, True):
        with pytest.raises(RunFolderError, match=r"tied holds another run, and this one keeps"):
            solve(
                load_problem("heat"), "metakan-sine", settings=UNTIED, out=run, overwrite=overwrite
            )
        assert (
            solve(
                load_problem("heat"), "metakan-sine", settings=FAST, out=run, overwrite=overwrite
            ).tied
            is None
        )
    assert open_run(run).tied is None
    assert resume(run).tied is None
    assert open_run(run / "tied").attributes["seed"] == 7


def test_a_file_or_a_link_in_the_place_of_a_part_is_refused(tmp_path: Path) -> None:
    for name in ("file", "link"):
        (tmp_path / name).mkdir()
    (tmp_path / "file" / "tied").touch()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link" / "tied").symlink_to(tmp_path / "elsewhere")
    for name in ("file", "link"):
        with pytest.raises(RunFolderError, match="tied is no folder, and this run keeps a part"):
            solve(load_problem("heat"), "metakan-sine", settings=UNTIED, out=tmp_path / name)
        assert not (tmp_path / name / "settings.toml").exists()
