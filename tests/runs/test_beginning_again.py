"""A run that was killed before its first checkpoint begins again by the settings in its folder."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from small_runs import FAST

from pinn_metakan.errors import RunFolderError
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.folder import RunFolder
from pinn_metakan.runs.resume import open_run, resume
from pinn_metakan.runs.solve import solve

SETTINGS = FAST | {"slabs": 2}


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    """What is left of a run with seed 3 of another diffusivity, and what it would have become."""
    whole, begun = tmp_path / "whole", tmp_path / "begun"
    problem = load_problem("heat", parameters={"diffusivity": 0.2})
    solve(problem, "kan", settings=SETTINGS, seed=3, out=whole, command="pinn-metakan solve heat")
    begun.mkdir()
    (begun / "settings.toml").write_text((whole / "settings.toml").read_text())
    return begun


def edited(begun: Path, old: str, new: str) -> None:
    path = begun / "settings.toml"
    text, count = re.subn(old, new, path.read_text(), flags=re.MULTILINE)
    assert count == 1
    path.write_text(text)


def test_a_run_with_settings_alone_begins_again_to_the_same_bits(begun: Path) -> None:
    told: list[tuple[str, str]] = []
    found = resume(begun, announce=told.extend)
    np.testing.assert_array_equal(found["u"], open_run(begun.parent / "whole")["u"])
    assert RunFolder(begun).command() == "pinn-metakan solve heat"
    assert "whose SHA-256 is that of the run" in told[0][1]


def test_it_takes_settings_that_change(begun: Path) -> None:
    found = resume(begun, settings={"slabs": 1})
    assert "slabs = 1" in (begun / "settings.toml").read_text()
    assert found.attributes["stop_reason"] == "lm: all 3 steps taken"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('^sha256 = "[0-9a-f]{4}', 'sha256 = "0000', "another version of .*heat.py"),
        ("^sha256 = .*$", "# sha256", "began with a problem that has no file, or whose file they"),
        ("^# start$", 'start = "other"', "began with the network of other; begin it again by the"),
        ('^network = "kan"$', 'network = "custom"', "began with a network object"),
        ('^network = "kan"$', 'network = "a.py:Own"', "code of its user's, a.py:Own"),
    ],
)
def test_it_does_not_where_settings_do_not_tell_all(
    old: str, new: str, told: str, begun: Path
) -> None:
    edited(begun, old, new)
    with pytest.raises(RunFolderError, match=told):
        resume(begun)
    assert [path.name for path in begun.iterdir()] == ["settings.toml"]


def test_settings_that_are_a_link_out_of_the_folder_are_not_followed(begun: Path) -> None:
    (begun / "settings.toml").rename(begun.parent / "settings.toml")
    (begun / "settings.toml").symlink_to(begun.parent / "settings.toml")
    with pytest.raises(ValueError, match="the settings file: "):
        resume(begun)


def test_a_problem_file_is_compared_by_its_text(
    write_problem: Callable[..., Path], tmp_path: Path
) -> None:
    file, run = write_problem(), tmp_path / "run"
    solve(load_problem(str(file)), "kan", settings=FAST, out=run)
    for path in run.iterdir():
        if path.name != "settings.toml":
            path.unlink()
    with pytest.raises(RunFolderError, match="name it behind the run folder, its code will run"):
        resume(run)
    assert resume(run, file)["u"].size
