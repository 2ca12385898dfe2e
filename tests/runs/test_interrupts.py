"""What an interrupt carries."""

from pathlib import Path

import numpy as np
import pytest
from small_runs import FAST, stop_at

from pinn_metakan.errors import Interrupted
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.resume import open_run
from pinn_metakan.runs.solve import solve

POINTS = np.array([[0.3, 0.2], [0.9, 0.8]])


def test_an_interrupt_carries_what_was_reached(tmp_path: Path) -> None:
    settings = FAST | {"adam": {"steps": 30}}
    with pytest.raises(Interrupted) as stop:
        solve(load_problem("heat"), settings=settings, progress=stop_at(20))
    solution = stop.value.solution
    assert solution.attributes["stop_reason"] == "interrupted"
    assert solution.history["step"][-1] == 20
    assert solution(POINTS)["u"].shape == (2,)
    assert stop.value.folder is None
    with pytest.raises(Interrupted) as stop:
        solve(load_problem("heat"), settings=settings, progress=stop_at(20), out="run")
    assert stop.value.folder == Path("run")
    np.testing.assert_array_equal(open_run("run")["u"], solution["u"])
