"""Fixtures of the tests of whole runs."""

from collections.abc import Callable
from pathlib import Path

import pytest
from small_runs import FAST

from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.solve import solve


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder: runs, and folders of problems, are found from where one is."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def solved() -> Callable[..., Path]:
    """Solve the problem in a file, with parameters, into the folder "run" beside it."""

    def solve_file(path: Path, **parameters: object) -> Path:
        out = path.with_name("run")
        solve(load_problem(str(path), parameters=parameters), settings=FAST, out=out)
        return out

    return solve_file
