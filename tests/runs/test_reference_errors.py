"""The error of a reference: stored, told and drawn where the solution comes near it."""

import json
from collections.abc import Callable
from pathlib import Path

import h5py
import pytest
from small_runs import FAST

from pinn_metakan.errors import ProblemError
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.plotting.history import history_figure
from pinn_metakan.plotting.solution import solution_figure
from pinn_metakan.results.hdf5 import read_solution
from pinn_metakan.results.reference_errors import near_reference, reference_errors
from pinn_metakan.runs.resume import open_run
from pinn_metakan.runs.solve import solve

EXACT = "def reference(self, points): return {'u': torch.sin(torch.pi * points[:, 0])}\n"


def solved(write_problem: Callable[..., Path], error: str, folder: Path | None = None) -> object:
    path = write_problem(extra=EXACT + f"    def reference_error(self): return {error}")
    return solve(load_problem(str(path)), "mlp", settings=FAST, out=folder)


def test_an_error_that_is_near_is_told_and_drawn(
    write_problem: Callable[..., Path], tmp_path: Path
) -> None:
    solution = solved(write_problem, "{'u': 0.5}", tmp_path / "run")
    with h5py.File(tmp_path / "run" / "solution.h5") as file:
        assert file.attrs["reference_error_u"] == 0.5
    report = json.loads((tmp_path / "run" / "report.json").read_text())
    assert report["reference_error"] == {"u": 0.5}
    assert any("is near that of the reference, 5.0e-01" in note for note in report["notes"])
    field = open_run(tmp_path / "run").field
    assert near_reference(field) == {"u": 0.5}
    assert "(of the reference 5.0e-01)" in solution_figure(field).get_suptitle().replace("\n", " ")
    labels = history_figure(field).axes[0].get_legend_handles_labels()[1]
    assert "estimated error of the reference of u" in labels
    assert "of the reference itself" in (tmp_path / "run" / "report.html").read_text()
    assert solution.field.attributes["reference_error_u"] == 0.5  # type: ignore[attr-defined]


def test_an_error_that_is_far_is_stored_but_not_drawn(write_problem: Callable[..., Path]) -> None:
    field = solved(write_problem, "{'u': 1e-9}").field  # type: ignore[attr-defined]
    assert reference_errors(field) == {"u": 1e-9}
    assert near_reference(field) == {}
    assert "of the reference" not in solution_figure(field).get_suptitle()
    labels = history_figure(field).axes[0].get_legend_handles_labels()[1]
    assert not any("reference" in label for label in labels)


def test_an_exact_reference_has_no_error(write_problem: Callable[..., Path]) -> None:
    field = solved(write_problem, "None").field  # type: ignore[attr-defined]
    assert reference_errors(field) == {}


def test_a_file_of_an_earlier_version_has_none() -> None:
    for path in Path(__file__).parents[1].joinpath("data").rglob("solution.h5"):
        assert reference_errors(read_solution(path)) == {}


@pytest.mark.parametrize(
    ("error", "message"),
    [
        ("1e-7", "reference_error returned a float; return a dict of one number per unknown"),
        ("{'w': 1e-7}", "reference_error names w; the unknowns are u"),
        ("{'u': -1}", "reference_error of u must be a number from 0 on, got -1"),
        ("{'u': 1 / 0}", "reference_error failed: ZeroDivisionError"),
    ],
)
def test_a_mistake_is_one_line(
    write_problem: Callable[..., Path], error: str, message: str
) -> None:
    with pytest.raises(ProblemError, match=message):
        solved(write_problem, error)
