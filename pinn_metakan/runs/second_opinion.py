"""A second opinion: another network on the same problem, and how far the two are apart."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pinn_metakan.errors import (
    Interrupted,
    ProcessesLost,
    RunFolderError,
    StorageError,
    TrainingError,
    is_lack_of_memory,
)
from pinn_metakan.geometry.grid import Grid
from pinn_metakan.geometry.mesh import Mesh
from pinn_metakan.optimizers.verdict import Outcome, Verdict
from pinn_metakan.pde.problem import Problem
from pinn_metakan.results.field import Field, FieldOnGrid
from pinn_metakan.runs.again import load
from pinn_metakan.runs.announced_code import Announce
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.choices import RunChoices, choose
from pinn_metakan.runs.earlier import earlier_in
from pinn_metakan.runs.folder import SECOND_OPINION, RunFolder
from pinn_metakan.runs.grids import grid_over, plane_grid
from pinn_metakan.runs.second_choices import second_run
from pinn_metakan.runs.sitting import CLOSING_SECONDS, Progress, train_and_write
from pinn_metakan.runs.solution import Solution
from pinn_metakan.runs.summary import evaluation_seconds, summary
from pinn_metakan.runs.time_budget import TimeBudget
from pinn_metakan.settings.layers import build_settings
from pinn_metakan.settings.text import settings_text
from pinn_metakan.training.progress import ProgressEntry

#: Of the facts of the second run those that are not the same as the first one's.
_FACTS = ("network", "parameters", "note")
#: The part of a budget that the first run may take; the second one has what is left
#: (docs/decisions/0028-verdicts.md).
_FIRST = 0.5


@dataclass(frozen=True)
class SecondOpinion:
    """A run of another network, trained when that of the first one is over.

    Args:
        run: The run, not trained yet.
        note: What it does without, for the user; None if it has all that the first one has.
    """

    run: AssembledRun
    note: str | None = None

    @classmethod
    def on(cls, problem: Problem, first: RunChoices) -> "SecondOpinion":
        """Choose one for a run.

        Args:
            problem: The problem.
            first: What the run was asked to be.

        Returns:
            The second opinion.

        Raises:
            SettingsError: If no second network can have the settings.
        """
        return cls(*second_run(problem, first))

    @classmethod
    def recorded(cls, problem: Problem, record: Mapping[str, Any], device: str) -> "SecondOpinion":
        """Make the one that a checkpoint tells of.

        Args:
            problem: The problem.
            record: What `record` gave.
            device: As for `solve`.

        Returns:
            The second opinion.
        """
        settings = build_settings(record["network"], [("checkpoint", record["settings"])])
        chosen = choose(record["network"], settings, record["seed"], device, record["dtype"])
        return cls(AssembledRun(problem, chosen))

    def record(self) -> dict[str, Any]:
        """What it was asked to be, for the checkpoint of the first run."""
        return dict(self.run.state()["choices"])

    def begin(self, whole: RunFolder | None) -> RunFolder | None:
        """Begin, or go on where an earlier sitting was.

        Args:
            whole: The folder of the first run, which tells of this one; None for nowhere.

        Returns:
            The folder inside that this run writes to.

        Raises:
            RunFolderError: If something else is there.
        """
        if whole is None:
            self.run.choose_network()
            return None
        branch = whole.branch(SECOND_OPINION)
        if branch.is_part_of(whole):
            load(self.run, branch.load_checkpoint(), branch.path)
            return branch
        whole.refuse_unless_branch_is_free(SECOND_OPINION, overwrite=False)
        self.run.choose_network()
        choices = self.run.choices
        text = settings_text(
            choices.settings, choices.as_asked(self.run.problem), f"the second of {whole.path}"
        )
        branch.begin(text, overwrite=branch.has_only_begun())
        return branch


def train_and_compare(
    run: AssembledRun,
    second: SecondOpinion | None,
    folder: RunFolder | None,
    earlier: Mapping[str, Solution],
    budget: float | None,
    started: float,
    announce: Announce | None,
    progress: Progress | None,
    beside: Mapping[str, object] | None = None,
) -> Solution:
    """Train a run, then a second one if it is asked for, and write what they differ by.

    The first solution is written before the second run begins. If that one is stopped or fails, the
    first stays as it is.

    Args:
        run: The run.
        second: The second one, None for none.
        folder: As for `train_and_write`, as are all that follow.
        earlier: What earlier legs ended with.
        budget: Seconds that all may take.
        started: When the clock began.
        announce: Told what the runs use.
        progress: Told each entry of the histories.
        beside: What checkpoints hold beside the state of the run.

    Returns:
        The solution of the first run.

    Raises:
        Interrupted: If the user stops one of them; it carries the solution of the first.
        ProcessesLost: If one of several processes fails.
        StorageError: If the folder cannot be written.
        TrainingError: If one of several processes finds no memory for the second run.
    """
    asked = {} if second is None else {"second_opinion": second.record()}
    beside = {**(beside or {}), **asked}
    own = None if budget is None else TimeBudget(budget, started)
    if own is not None and second is not None:
        own = replace(own, seconds=_FIRST * own.seconds, given=budget)
    solution = train_and_write(run, folder, earlier, own, announce, progress, beside)
    if second is None:
        return solution

    def announce_second(facts: list[tuple[str, str]]) -> None:
        if announce is not None:
            told = [row for row in facts if row[0] in _FACTS]
            seed = f"another network on the same problem, seed {second.run.choices.seed}"
            notes = [] if second.note is None else [("note", second.note)]
            announce([("second opinion", seed), *told, *notes])

    def progress_second(entry: ProgressEntry) -> Verdict | None:
        if progress is None:
            return None
        return progress(replace(entry, stage=f"second opinion, {entry.stage}"))

    rest = None
    if budget is not None:  # the two are compared, and the first is written again
        rest = TimeBudget(budget, started - evaluation_seconds(run) - CLOSING_SECONDS)
    try:
        branch = second.begin(folder)
        before = {} if branch is None else earlier_in(branch)
        other = train_and_write(second.run, branch, before, rest, announce_second, progress_second)
        notes = [] if second.note is None else [second.note]
        field = replace(solution.field, attributes=_attributes(solution.field, second.run, other))
        steps, other_steps = run.record.step, second.run.record.step
        if min(steps, other_steps) == 0:
            notes.append("no second opinion yet: the budget ended one of the runs before its start")
        else:
            field = _compared(run, second.run, field)
            if Outcome.OUT_OF_TIME in (_outcome(run), _outcome(second.run)):
                notes.append(
                    f"the budget ended the runs after {steps} and {other_steps} steps; they differ "
                    "by what they had reached until then"
                )
        return _written(run, solution, field, folder, notes)
    except (ProcessesLost, StorageError):
        raise
    except TrainingError as error:
        cause = error.__cause__
        if run.communicator.count > 1 and cause is not None and is_lack_of_memory(cause):
            raise  # the other processes do not know of it
        return _written(run, solution, solution.field, folder, [f"no second opinion: {error}"])
    except (Interrupted, KeyboardInterrupt) as stop:
        path = None if folder is None else folder.path
        raise Interrupted(path, run.problem.origin.path, solution) from stop


def _outcome(run: AssembledRun) -> Outcome:
    return run.trainer.verdict.outcome


def _attributes(field: Field, run: AssembledRun, other: Solution) -> dict[str, str | int | float]:
    """The facts of the first run, and what the second one was and reached."""
    told = {
        "network": run.choices.network,
        "seed": run.choices.seed,
        "n_parameters": run.network.n_parameters,
        "steps": run.record.step,
        "seconds": run.record.seconds,
        "outcome": run.trainer.verdict.outcome.value,
        "stop_reason": run.trainer.verdict.sentence,
        "relative_l2": dict(other.relative_l2),
    }
    return {**field.attributes, "second_opinion": json.dumps(told)}


def _compared(run: AssembledRun, second: AssembledRun, field: Field) -> Field:
    """The field with the distance of the second network's solution from it."""

    def on(grid: Grid, values: FieldOnGrid) -> FieldOnGrid:
        others: Mapping[str, Tensor] = second.evaluate(grid.points)
        apart = {name: np.abs(values.values[name] - grid.laid_out(v)) for name, v in others.items()}
        return replace(values, disagreements=apart)

    with torch.no_grad():
        plane = None if field.slice is None else on(plane_grid(run.formulation), field.slice)
        mesh = field.mesh
        if mesh is not None:
            over = grid_over(Mesh(mesh.points, mesh.cells), run.grid)
            mesh = replace(mesh, fields=on(over, mesh.fields))
        return replace(field, grid=on(run.grid, field.grid), slice=plane, mesh=mesh)


def _written(
    run: AssembledRun,
    solution: Solution,
    field: Field,
    folder: RunFolder | None,
    notes: list[str],
) -> Solution:
    """Write what is known now, and tell it."""
    told = solution.told(field, notes)
    if folder is not None:
        before = {name: leg.field for name, leg in solution.earlier.items()}
        report = summary(run, field, told.notes, before)
        folder.finish(field, report, run.record.entries, told.notes)
    return told


def recorded_in(folder: RunFolder) -> dict[str, Any] | None:
    """Read what a run's second opinion was asked to be.

    Args:
        folder: The run folder.

    Returns:
        What `SecondOpinion.recorded` takes; None if none was asked for.

    Raises:
        RunFolderError: If the checkpoint is not of this package.
    """
    record = folder.load_checkpoint().get("second_opinion")
    if record is None:
        return None
    if not isinstance(record, dict) or not {"network", "settings", "seed", "dtype"} <= set(record):
        raise RunFolderError(f"the checkpoint in {folder.path} does not fit this version")
    return record
