"""Continuation: a chain of runs along a parameter, each with the network of the one before."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from pinn_metakan.diagnosis.table import refuse_errors
from pinn_metakan.errors import (
    Interrupted,
    ProcessesLost,
    SettingsError,
    StorageError,
    TrainingError,
)
from pinn_metakan.optimizers.verdict import Verdict
from pinn_metakan.pde.formulation import formulate
from pinn_metakan.pde.loading import with_parameters
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.again import load
from pinn_metakan.runs.announced_code import Announce
from pinn_metakan.runs.as_start import as_start
from pinn_metakan.runs.asked import Asked
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.choices import RunChoices
from pinn_metakan.runs.earlier import earlier_in
from pinn_metakan.runs.folder import LINK, RunFolder
from pinn_metakan.runs.second_opinion import SecondOpinion
from pinn_metakan.runs.sitting import Progress, train_and_write
from pinn_metakan.runs.start import Start
from pinn_metakan.runs.time_budget import TimeBudget
from pinn_metakan.settings.layers import build_settings
from pinn_metakan.settings.text import settings_text
from pinn_metakan.training.progress import ProgressEntry

#: Of the facts of a link those that are not the same for all.
_FACTS = ("network", "parameters", "scales", "start", "note", "points")


@dataclass(frozen=True)
class Link:
    """A run of a chain.

    Args:
        changed: The parameters that tell its problem from that of the last run.
        problem: Its problem.
        choices: What it is asked to be.
    """

    changed: Mapping[str, object]
    problem: Problem
    choices: RunChoices

    @property
    def label(self) -> str:
        """Its parameters, for people."""
        return ", ".join(f"{name} = {_shown(value)}" for name, value in self.changed.items())


@dataclass(frozen=True)
class Chain:
    """The runs before the last one of a chain.

    Args:
        links: The runs, in their order.
        start: What the first one begins with, None for a network of its own.
    """

    links: Sequence[Link]
    start: Start | None

    @classmethod
    def asked(
        cls,
        problem: Problem,
        along: Mapping[str, Sequence[object]],
        asked: Asked,
        start: Start | None,
    ) -> tuple["Chain", RunChoices]:
        """Plan a chain.

        Args:
            problem: The problem of the last run.
            along: Values of parameters for each run before it.
            asked: What was asked for.
            start: What the first run begins with.

        Returns:
            The chain, and the choices of the last run.

        Raises:
            SettingsError: If there are no values, or more of one parameter than of another.
            ProblemError: If the problem does not take them.
        """
        counts = {name: len(values) for name, values in along.items()}
        if len(set(counts.values())) != 1 or not max(counts.values()):
            told = ", ".join(f"{count} of {name}" for name, count in counts.items())
            raise SettingsError(f"along: expected as many values of each parameter, got {told}")
        links: list[Link] = []
        first = start
        for values in zip(*along.values(), strict=True):
            changed = dict(zip(along, values, strict=True))
            made = with_parameters(problem, changed)
            formulate(made)  # what is wrong with it is told before the chain begins
            choices = asked.choices(made, first)
            links.append(Link(changed, made, choices))
            first = first or _planned(choices)
        return cls(links, start), asked.choices(problem, first)

    @classmethod
    def recorded(cls, problem: Problem, last: RunChoices, record: Mapping[str, Any]) -> "Chain":
        """Read what a checkpoint tells of a chain whose last run has not begun.

        Args:
            problem: The problem of the last run.
            last: Its choices.
            record: What `record` gave.

        Returns:
            The chain.
        """
        links = []
        for link in record["links"]:
            settings = build_settings(last.network, [("checkpoint", link["settings"])])
            made = with_parameters(problem, link["changed"])
            links.append(Link(link["changed"], made, replace(last, settings=settings)))
        return cls(links, Start.recorded(record["start"]))

    def record(self) -> dict[str, Any]:
        """What the checkpoint of the last run keeps of the chain before it begins."""
        return {
            "links": [
                {"changed": dict(link.changed), "settings": link.choices.settings.as_dict()}
                for link in self.links
            ],
            "start": None if self.start is None else self.start.record(),
        }

    @property
    def names(self) -> list[str]:
        """Names of the folders of the links, inside that of the last run."""
        return [f"{LINK}{number}" for number in range(1, len(self.links) + 1)]

    def last_run(
        self,
        planned: AssembledRun,
        second: SecondOpinion | None,
        whole: RunFolder | None,
        budget: float | None,
        started: float,
        announce: Announce | None,
        progress: Progress | None,
    ) -> AssembledRun:
        """Train the links, and put the last run together.

        Args:
            planned: The last run, with a network that is not trained.
            second: The network that checks it, for the checkpoint.
            whole: As for `follow`, as are all that follow.
            budget: Seconds that all may take.
            started: When the clock began.
            announce: Told what a link uses.
            progress: Told each entry of the histories.

        Returns:
            The last run, which begins with the network of the last link.
        """
        if whole is not None:
            beside = {} if second is None else {"second_opinion": second.record()}
            whole.save_checkpoint(planned.state() | {"chain": self.record()} | beside, [])
        start = self.follow(whole, budget, started, announce, progress)
        return AssembledRun(planned.problem, planned.choices, start=start)

    def follow(
        self,
        whole: RunFolder | None,
        budget: float | None,
        started: float,
        announce: Announce | None,
        progress: Progress | None,
    ) -> Start:
        """Train all links, or those that an earlier sitting has not got to.

        A budget is shared: each link may take an equal part of what is left, as the last run may.

        Args:
            whole: The folder of the last run, None for nowhere.
            budget: Seconds that all may take, the last run as well.
            started: When the clock began, as `time.time`.
            announce: Told what a link uses.
            progress: Told each entry of the histories.

        Returns:
            What the last run begins with.

        Raises:
            Interrupted: If the user stops it.
            TrainingError: If a link fails; names it.
            ProcessesLost: If one of several processes fails.
            StorageError: If the folder cannot be written.
        """
        count, start = len(self.links), self.start
        begun = self._begun(whole)
        for number, link in enumerate(self.links, 1):
            branch = None if whole is None else whole.branch(f"{LINK}{number}")
            if number < begun and branch is not None:
                start = _trained(link, branch, start).after(start, number)
                continue
            head = [("link", f"{number} of {count + 1}: {link.label}")]
            now = time.time()
            share = None
            if budget is not None:
                left = (started + budget - now) / (count + 2 - number)
                share = TimeBudget(max(round(left, 1), 0.1), now, given=budget)

            def told(facts: list[tuple[str, str]], head: list[tuple[str, str]] = head) -> None:
                if announce is not None:
                    announce([*head, *(row for row in facts if row[0] in _FACTS)])

            def shown(entry: ProgressEntry, number: int = number) -> Verdict | None:
                if progress is None:
                    return None
                return progress(replace(entry, stage=f"link {number}, {entry.stage}"))

            run = AssembledRun(link.problem, link.choices, start=start)
            try:
                if number == begun and branch is not None:
                    load(run, branch.load_checkpoint(), branch.path)
                else:
                    refuse_errors(link.problem.origin.label, run.findings)
                    run.choose_network()
                    branch = branch and _begin(link, number, branch, start)
                before = {} if branch is None else earlier_in(branch)
                solution = train_and_write(run, branch, before, share, told, shown)
            except (ProcessesLost, StorageError):
                raise
            except TrainingError as error:
                failed = f"link {number} ({link.label}): {error.args[0]}"
                raise TrainingError(failed, error.command) from error
            except Interrupted as stop:
                path = None if whole is None else whole.path
                raise Interrupted(path, stop.problem_file, stop.solution) from stop
            assert solution.start is not None
            start = solution.start.after(start, number)
        assert start is not None
        return start

    def _begun(self, whole: RunFolder | None) -> int:
        """Number of the last link that an earlier sitting has begun, 0 for none."""
        if whole is None:
            return 0
        numbers = range(1, len(self.links) + 1)
        parts = {number: whole.branch(f"{LINK}{number}") for number in numbers}
        return max((n for n, part in parts.items() if part.is_part_of(whole)), default=0)


def _begin(link: Link, number: int, branch: RunFolder, start: Start | None) -> RunFolder:
    run = link.choices.as_asked(link.problem, start=None if start is None else start.label)
    text = settings_text(link.choices.settings, run, f"link {number} of {branch.path.parent}")
    branch.begin(text, overwrite=branch.has_only_begun())
    return branch


def _trained(link: Link, branch: RunFolder, start: Start | None) -> Start:
    """What a link of an earlier sitting has ended with."""
    run = AssembledRun(link.problem, link.choices, start=start)
    load(run, branch.load_checkpoint(), branch.path)
    run.trainer.load_best()
    found = as_start(run, str(branch.path), branch.read_field().relative_l2)
    assert found is not None
    return found


def _planned(choices: RunChoices) -> Start:
    """What is known of the first link's network before it is trained."""
    section = choices.settings.as_dict()["network"]
    return Start("link 1", choices.network, section, (), (), torch.zeros(0), {})


def _shown(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
