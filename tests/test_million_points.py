"""Memory of runs on very many points."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from small_runs import FAST

from pinn_metakan.benchmarks.measure.assembled import run_of
from pinn_metakan.benchmarks.measure.tensor_memory import peak_bytes
from pinn_metakan.losses import point_chunks, row_passes
from pinn_metakan.optimizers.damped_least_squares import DampedLeastSquares
from pinn_metakan.optimizers.linearization import Linearization
from pinn_metakan.pde.loading import load_problem


def step_bytes(points: int) -> int:
    """Peak of a damped step in blocks of rows, without what it begins with."""
    settings = FAST | {"points": {"interior": points, "first": 0, "adaptive": 0.0}}
    run = run_of(load_problem("heat"), "mlp", settings, "cpu", "float64")
    parameters = torch.cat([p.detach().flatten() for p in run.ansatz.parameters()])

    def step() -> None:
        r, jacobian = run.objective.linearize_within(0)
        here = Linearization(parameters, r, jacobian, 0.5)
        factorization = DampedLeastSquares(here).factorization(1e-3)
        assert factorization is not None
        here.pushed(factorization.solve(here.r))

    return peak_bytes(step, torch.device("cpu"))


def test_what_a_step_in_blocks_keeps_grows_by_a_few_numbers_per_point(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(point_chunks, "_LARGEST_WHOLE", 0)
    monkeypatch.setattr(point_chunks, "_CHUNK_NUMBERS", 20_000)
    monkeypatch.setattr(row_passes, "_BLOCK_NUMBERS", 20_000)
    few, many = step_bytes(5_000), step_bytes(25_000)
    assert (many - few) / 20_000 <= 10 * 8  # of its 21 parameters J alone has 168 bytes


@pytest.mark.slow
def test_a_million_points_are_trained_in_four_gibibytes() -> None:
    script = Path(__file__).parent / "million_points.py"
    done = subprocess.run(
        [sys.executable, script, "1000000"], capture_output=True, text=True, check=True
    )
    parameters, peak = (
        re.search(pattern, done.stdout) for pattern in (r"(\d+) parameters", r"peak ([\d.]+) GiB")
    )
    assert parameters is not None
    assert int(parameters[1]) >= 1000
    assert peak is not None
    assert float(peak[1]) < 4
