"""The commands that tell how sure unknowns are; what they call is tested where it is."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from fitted_beam import solved_beam

from pinn_metakan.cli import uncertainty as room
from pinn_metakan.cli.uncertainty import posterior_command, profile_command
from pinn_metakan.errors import FolderInUseError
from pinn_metakan.results.ensemble import Ensemble
from pinn_metakan.results.profile import Profile, ProfiledNumber
from pinn_metakan.runs import posterior_ensemble as ensembles
from pinn_metakan.runs import profile as profiles
from pinn_metakan.runs.folder import RunFolder
from pinn_metakan.runs.folder_lock import FolderLock
from pinn_metakan.runs.solution import Solution


@pytest.fixture(autouse=True)
def opened_beam(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "opened", lambda *given: solved_beam())


def test_a_profile_is_written_beside_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[Sequence[str]] = []

    def profile(solution: Solution, of: Sequence[str], tell: Callable[[str], None]) -> Profile:
        asked.append(of)
        number = ProfiledNumber("s", "N", 2.0, 0.1, 1.8, 2.2)
        places = np.array([[2.0], [1.7], [2.3]])
        rays = np.array([-1, 0, 1])
        return Profile(
            (number,), places, np.array([0.0, 9.0, 9.0]), rays, np.zeros((0, 2)), np.nan, "beam"
        )

    monkeypatch.setattr(profiles, "profile_likelihood", profile)
    profile_command(tmp_path)
    assert asked == [["s"]]  # the first number unless one is named
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("s = 2 N (95 % by profile: 1.8 to 2.2")
    assert {path.name for path in tmp_path.iterdir()} == {
        f"profile-s.{ending}" for ending in ("json", "csv", "png")
    }


def test_an_ensemble_is_written_beside_the_run_and_cleared_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def ensemble(solution: Solution, seeds: Sequence[int], **rest: object) -> Ensemble:
        assert list(seeds) == [3, 4]
        estimates = solution.estimates
        numbers = {name: np.array([e.value, e.value + 0.1]) for name, e in estimates.items()}
        return Ensemble((3, 4), numbers, {}, np.ones(2), estimates, {}, "beam")

    monkeypatch.setattr(ensembles, "posterior_ensemble", ensemble)
    posterior_command(tmp_path, count=2, seed=3)
    assert "2 fits to data whose noise was drawn again" in capsys.readouterr().out
    assert (tmp_path / "posterior.png").stat().st_size > 1000
    assert (tmp_path / "posterior.csv").read_text().startswith("seed,s,c,chi_square\n3")
    (tmp_path / "report.json").write_text("{}")
    RunFolder(tmp_path).clear()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_another_process_writes_is_left_alone(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path)
    lock.take()
    try:
        for command in (profile_command, posterior_command):
            with pytest.raises(FolderInUseError, match="is being written by process"):
                command(tmp_path)
    finally:
        lock.release()


def test_what_killed_commands_have_left_half_written_is_removed(tmp_path: Path) -> None:
    for name in (
        ".profile-s-c.pinn-metakan-tmp-abcdefgh.png",
        ".posterior.pinn-metakan-tmp-ab_defg1.json",
    ):
        (tmp_path / name).write_text("half")
    RunFolder(tmp_path).remove_leftovers()
    assert list(tmp_path.iterdir()) == []
