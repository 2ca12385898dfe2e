"""The table of defaults: runs are not made twice, and one that fails is a cell."""

from pathlib import Path

import pytest
from small_tables import TINY, cells, solve_or_diverge

from pinn_metakan.benchmarks import defaults
from pinn_metakan.benchmarks.defaults import default_lines
from pinn_metakan.benchmarks.measure import variants
from pinn_metakan.benchmarks.measure.variants import Variant
from pinn_metakan.cli import main
from pinn_metakan.errors import SettingsError
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.solve import solve


def test_complete_runs_of_the_table_are_read_not_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(defaults, "VARIANTS", {"small": Variant("kan", TINY)})
    told: list[str] = []
    arguments = (tmp_path, 2, 60.0, "cpu", ["heat"], [], told.append)
    first = list(default_lines(*arguments))
    assert [cells(line)[:2] for line in first[2:]] == [["heat", "small"]]
    assert told == ["heat, small, seed 0", "heat, small, seed 1"]
    monkeypatch.setattr(variants, "solve", None)
    assert list(default_lines(*arguments)) == first
    errors = [float(cell) for cell in cells(first[2])[6:9]]
    assert errors[1] <= errors[0] <= errors[2]


def test_a_row_or_column_that_does_not_exist_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SettingsError, match="no 'navier'"):
        list(default_lines(tmp_path, 1, 1.0, "cpu", ["navier"], [], print))
    with pytest.raises(SystemExit) as stop:
        main(["bench", "defaults", f"--out={tmp_path}", "--variant=none"])
    assert stop.value.code == 2
    assert "kan, rbf (default)" in capsys.readouterr().err


@pytest.mark.parametrize("variant", defaults.VARIANTS)
def test_every_row_of_the_table_can_begin(variant: str) -> None:
    row = defaults.VARIANTS[variant]
    small = {key: TINY[key] for key in ("points", "evaluation")}
    settings = {**row.settings, **small}
    found = solve(load_problem("poisson"), row.network, settings=settings, budget=1e-3)
    assert found.attributes["n_parameters"] > 0


def test_the_table_of_defaults_has_rows_for_runs_that_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = {"good": Variant("kan", {}), "some": Variant("mlp", {}), "bad": Variant("metakan", {})}
    monkeypatch.setattr(defaults, "VARIANTS", few)
    bad = solve_or_diverge(lambda name, seed: name == "metakan" or (name, seed) == ("mlp", 1))
    monkeypatch.setattr(variants, "solve", bad)
    told: list[str] = []
    arguments = (tmp_path, 3, 60.0, "cpu", ["heat"], [], told.append)
    good_row, some_row, bad_row = map(cells, list(default_lines(*arguments))[2:])
    assert "nan" not in good_row
    assert [cell == "nan" for cell in some_row[6:9]] == [False, False, True]
    assert bad_row[2:] == ["-", *["nan"] * 6, "-"]
    assert sum("the loss is nan" in text for text in told) == 4
