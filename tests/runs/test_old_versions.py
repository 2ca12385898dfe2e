"""Runs of version 0.1.0 are read, evaluated and resumed."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from pinn_metakan.errors import RunFolderError
from pinn_metakan.runs.folder import RunFolder
from pinn_metakan.runs.resume import open_run, resume

DATA = Path(__file__).parents[1] / "data" / "version-0.1.0"


def test_a_run_of_version_0_1_0_goes_on_where_it_was(tmp_path: Path) -> None:
    shutil.copytree(DATA / "decay", tmp_path / "decay")
    with pytest.raises(RunFolderError, match="in no folder of problems"):
        resume("decay")
    solution = resume("decay", DATA / "decay.py")
    assert solution.relative_l2["u"] == pytest.approx(
        0.005535598709582765, rel=1e-6
    )  # by these steps
    assert solution.attributes["problem_parameters"] == '{"diffusivity": 0.2}'
    assert solution.attributes["network"] == "metakan-sine"  # which was called metakan then
    assert solution.tied is not None
    tied = RunFolder(tmp_path / "decay" / "tied")
    state = tied.load_checkpoint()
    del state["choices"]["settings"]["process_timeout"]  # an earlier version had no such setting
    tied.save_checkpoint(state, list(state["record"]["history"]))
    more = resume("decay", DATA / "decay.py", settings={"evaluation": {"shape": [9, 5]}})
    assert more.tied is not None


def test_a_solution_of_version_0_1_0_is_read_and_evaluated() -> None:
    solution = open_run(DATA / "pair", DATA / "pair.py")
    assert solution.relative_l2["u"] == pytest.approx(8.996496416181146e-06)
    assert solution.field.slice is not None
    points = solution.coordinates["points"]
    np.testing.assert_allclose(solution(points)["v"], solution["v"], atol=1e-12)
    with pytest.raises(RunFolderError, match="in no folder of problems"):
        open_run(DATA / "pair", evaluate=True)
