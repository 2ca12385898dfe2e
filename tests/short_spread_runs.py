"""Short runs whose numbers are compared: of one process, in reverse, and of several."""

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from pinn_metakan.geometry.sampling import PointSet
from pinn_metakan.optimizers.communicator import ONE_PROCESS, Communicator
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.choices import choose, suggested_settings
from pinn_metakan.runs.processes import join_processes, present_processes
from pinn_metakan.settings.layers import layers_of

ADAM_STEPS, LM_STEPS = 20, 8
SHORT: dict[str, object] = {
    "points": {"interior": 201, "boundary": 31, "initial": 31},
    "adam": {"steps": ADAM_STEPS},
    "lm": {"steps": LM_STEPS, "redraw_every": 6},
    "release": {"steps": 0},
    "untie": {"redraw_every": 0},
    "evaluation": {"shape": [31, 31], "points": 1000},
    "report_every": 1,
    "network": {"widths": [6]},
}
#: Name -> problem and settings.
CASES: dict[str, tuple[str, dict[str, object]]] = {
    "poisson": ("poisson", {}),
    "heat": ("heat", {}),
    "burgers": ("burgers", {"points": {"interior": 201, "adaptive": 0.5}}),
    "soft": ("heat", {"conditions": "soft"}),
    "kernel": ("heat", {"stages": ["adam", "kernel"], "kernel": {"steps": 3, "sample": 60}}),
    "untied": ("heat", {"untie": {"steps": 3, "redraw_every": 0}}),
}


@dataclass(frozen=True)
class Outcome:
    """What a run did.

    Args:
        losses: That of each entry of its history.
        error: The last relative L2 error.
        parameters: The last ones.
    """

    losses: list[float]
    error: float
    parameters: list[float]


def assembled(
    problem: Problem, settings: dict[str, object], communicator: Communicator = ONE_PROCESS
) -> AssembledRun:
    """Put a run together; threads share the problem, because ast of Python 3.11 is not for them."""
    layers = [*layers_of("short", SHORT), *layers_of("case", settings)]
    choices = choose("metakan", suggested_settings(problem, "metakan", layers), 0, "cpu", "float64")
    return AssembledRun(problem, choices, communicator=communicator)


def outcome(run: AssembledRun) -> Outcome:
    """Train to the end."""
    run.trainer.run(lambda: None, lambda entry: None)
    while run.awaits_next_leg:
        run.begin_next_leg()
        run.trainer.run(lambda: None, lambda entry: None)
    (reference,) = run.reference.values()
    (values,) = run.evaluate(run.grid.points).values()
    return Outcome(
        [entry["loss"] for entry in run.record.entries],
        float((values - reference).norm() / reference.norm()),
        torch.cat([p.detach().flatten() for p in run.ansatz.parameters()]).tolist(),
    )


def reverse_points(run: AssembledRun) -> None:
    """Put the points of each group in reverse order."""
    for group in run.objective.collocation.groups:
        parts = (group.at.points, group.at.normals, group.at.weights)
        group.at = PointSet(*(part if part is None else part.flip(0) for part in parts))  # type: ignore[arg-type]


def assert_same(found: Outcome, one: Outcome, backward: Outcome) -> None:
    """Hold a run against that of one process, and against what rounding does to that."""
    assert len(found.losses) == len(one.losses)
    rounding = 0.0
    for number, (loss, alone, turned) in enumerate(
        zip(found.losses, one.losses, backward.losses, strict=True)
    ):
        rounding = max(rounding, abs(turned - alone) / alone)
        if number < ADAM_STEPS:
            allowed = 1e-11
        elif number < ADAM_STEPS + 3:
            allowed = 1e-8
        else:
            allowed = max(10 * rounding, 1e-8)
        assert abs(loss - alone) <= allowed * alone, f"entry {number}: {loss} beside {alone}"
    assert one.error / 3 <= found.error <= 3 * one.error


if __name__ == "__main__":  # a process of several: what cases do, to a file for each process
    torch.set_num_threads(1)
    join_processes(torch.device("cpu"), 300.0)
    processes = present_processes()
    found = {
        name: asdict(outcome(assembled(load_problem(problem), settings, processes)))
        for name, (problem, settings) in CASES.items()
        if name in (sys.argv[2:] or CASES)
    }
    Path(sys.argv[1], f"{processes.number}.json").write_text(json.dumps(found))
