"""What only a CUDA device can show; run with -m gpu."""

import warnings
from collections.abc import Iterator

import pytest
import torch
from small_runs import FAST

from pinn_metakan.optimizers.first_order import Adam
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.choices import choose, suggested_settings
from pinn_metakan.training.least_squares import BestSeen

pytestmark = pytest.mark.gpu


@pytest.fixture
def no_waiting() -> Iterator[None]:
    """Raise where the host waits for the device."""

    def note(mode: str) -> None:
        with warnings.catch_warnings(action="ignore"):  # that it does not find every wait yet
            torch.cuda.set_sync_debug_mode(mode)

    note("error")
    yield
    note("default")


@pytest.mark.parametrize("network", ["metakan", "metakan-sine", "kan", "mlp", "features"])
def test_first_order_steps_never_wait_for_the_device(
    network: str, request: pytest.FixtureRequest
) -> None:
    problem = load_problem("heat")
    settings = suggested_settings(problem, network, [("fast", FAST)])
    run = AssembledRun(problem, choose(network, settings, 0, "cuda", "float64"))
    parameters = list(run.network.parameters())
    adam = Adam(parameters, run.network.prompts(), 10, 1e-3, 10.0, "cosine", 0.1)
    probe = BestSeen(run.trainer.least_squares)
    adam.step(probe)  # prepares the points and the moments
    request.getfixturevalue("no_waiting")
    for _ in range(3):
        adam.step(probe)
