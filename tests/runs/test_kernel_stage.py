"""The stage of kernels of samples: asked for by name, stopped, and gone on with."""

import torch
from small_runs import FAST

from pinn_metakan.benchmarks.measure.assembled import run_of
from pinn_metakan.optimizers.flat import flattened
from pinn_metakan.optimizers.verdict import Outcome, Verdict
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.assembled import AssembledRun


def assembled() -> AssembledRun:
    kernel = {"steps": 7, "sample": 20, "momentum": 0.5, "redraw_every": 3}
    settings = FAST | {"stages": ["adam", "kernel"], "kernel": kernel, "conditions": "soft"}
    return run_of(load_problem("heat"), "metakan", settings, "cpu", "float64")


def test_a_stopped_run_goes_on_with_the_samples_that_it_would_have_drawn() -> None:
    straight = assembled()
    straight.trainer.run(lambda: None, lambda entry: None)
    first = assembled()
    enough = Verdict(Outcome.STEPS_TAKEN, "enough")
    first.trainer.run(lambda: enough if first.trainer.step == 8 else None, lambda entry: None)
    second = assembled()
    second.load(first.state())
    second.trainer.run(lambda: None, lambda entry: None)
    ends = [flattened(list(run.ansatz.parameters())) for run in (straight, second)]
    assert second.trainer.step == straight.trainer.step == 11
    assert torch.equal(*ends)
    entries = straight.record.entries
    assert entries[-1]["loss"] < entries[0]["loss"]
