"""What all tests of benchmarks do without."""

import pytest

from pinn_metakan.runs import folder


@pytest.fixture(autouse=True)
def _no_figures_of_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the figures of single runs, which take longer than the runs."""
    monkeypatch.setattr(folder, "draw_all", lambda field, path: [])
