"""The ansatz is the one owner of what is trained: what it registers is trained, whatever it is."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from small_runs import FAST
from torch import Tensor, nn

from pinn_metakan.benchmarks.measure.assembled import run_of
from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.geometry.sampling import PointSet
from pinn_metakan.losses.nested_autograd import NestedAutograd
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.assembled import AssembledRun

Write = Callable[..., Path]
#: The heat equation and its solution for a diffusivity of 1, observed inside.
OBSERVED = (
    "{'start': Initial(u=lambda x: torch.sin(torch.pi * x)), 'walls': Dirichlet(u=0.0),"
    " 'seen': Observed([[0.5, 0.1], [0.3, 0.05]], u=[0.37270783885, 0.49390327747])}"
)


@pytest.fixture
def run(write_problem: Write) -> AssembledRun:
    """A run whose equation has a number that is not known, beside the network."""
    problem = load_problem(str(write_problem(conditions=OBSERVED)))
    changes: dict[str, object] = {
        **FAST, "network": {"widths": [6]}, "points": {"interior": 300}, "engine": "jets",
        "evaluation": {"shape": [11, 11]}, "lm": {"steps": 40, "redraw_every": 0},
        "loss": {"condition_weight": 1.0},
    }  # fmt: skip
    run = run_of(problem, "kan", changes, "cpu", "float64")
    diffusivity = nn.Parameter(torch.tensor([1.5], dtype=torch.float64))
    run.ansatz.register_parameter("diffusivity", diffusivity)

    def heat(jet: Jet, at: PointSet) -> dict[str, Tensor]:
        u_t, u_xx = jet("u_t", "u_xx")
        return {"heat": u_t - diffusivity * u_xx}

    run.trainer = run._make_trainer()  # which holds a copy of all that is trained
    run.equations.residual = replace(run.equations.residual, function=heat)
    return run


def test_both_engines_have_its_column_in_the_jacobian(run: AssembledRun) -> None:
    r, jacobian = run.objective.linearize()
    run.objective.engine = NestedAutograd()
    expected_r, expected = run.objective.linearize()
    assert jacobian.shape[1] == run.network.n_parameters + 1
    assert torch.allclose(r, expected_r, rtol=0, atol=1e-11)
    assert torch.allclose(jacobian, expected, rtol=0, atol=1e-10 * float(expected.abs().max()))


def test_it_is_trained_by_every_stage_and_found(run: AssembledRun) -> None:
    run.trainer.run(lambda: None, lambda entry: None)
    assert float(run.ansatz.diffusivity.detach()) == pytest.approx(1.0, abs=1e-4)


def test_a_checkpoint_holds_it(run: AssembledRun) -> None:
    held = run.trainer.state()["parameters"]
    assert len(held) == run.network.n_parameters + 1
    assert 1.5 in held.tolist()
