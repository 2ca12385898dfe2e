"""Unknown numbers by a network and by SciPy."""

from pathlib import Path

import pytest

from pinn_metakan.benchmarks.inverse import inverse_lines
from pinn_metakan.errors import SettingsError


def test_an_unknown_problem_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no problem 'heat' in this table"):
        list(inverse_lines(tmp_path, ["heat"], "metakan", 0, [], print))


@pytest.mark.slow
def test_intervals_hold_the_true_value(tmp_path: Path) -> None:
    *_, row = inverse_lines(tmp_path, ["inverse_heat"], "metakan", 40, [], lambda told: None)
    cells = [cell.strip() for cell in row.split("|")]
    assert float(cells[6]) < 0.1  # standard errors from SciPy's estimate
    assert float(cells[7]) == pytest.approx(1.0, abs=0.1)
    inside, of = map(int, cells[10].split(" of "))
    assert of == 40
    assert inside >= 34
    assert float(cells[11]) < 0.1
