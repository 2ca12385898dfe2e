"""Runs of several processes of which one or all are stopped, gone on with, and compared."""

import json
import os
import re
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import ClassVar

import numpy as np
from campaigns.campaign import Campaign, Outcome
from campaigns.child import Ended, in_this_process
from campaigns.forked_ranks import begin_ranks
from campaigns.moments import FileOperations, Moment, expect
from campaigns.program import command
from campaigns.run_files import damage_in, leftovers_in
from campaigns.stopped_runs import (
    KILLED,
    OFTEN,
    Failure,
    compare,
    failed,
    fields_in,
    going_on,
    has_checkpoint,
    must,
)
from small_runs import FAST_FLAGS

_FAST = [*FAST_FLAGS, *OFTEN, "--set=process_timeout=8"]
#: What is solved: a run by name, as the command line has it.
RECIPES: dict[str, Sequence[str]] = {
    "plain": ["poisson", *_FAST],
    "legs": ["heat", *_FAST, "--set=untie.steps=3", "--set=widen.steps=3"],
    "growth": ["heat", *_FAST, "--set=points.first=20", "--set=lm.redraw_every=2"],
    "check": ["poisson", *_FAST, "--check"],
    "chain": ["heat", *_FAST, "--along=diffusivity=0.3,0.2"],
}
#: A link of a chain begins where a rounding error decides which steps are taken: as many processes
#: give the same bits, others not even the same losses.
_AS_MANY = ("chain",)
_SECONDS = 60.0
#: Processes of a run that nothing stops, and of each sitting; how often a run is stopped, at most.
_TOGETHER, _COUNTS, _MOST = 2, (2, 2, 2, 3), 2
_STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143}
#: Losses that other processes have added up agree to this, as in tests/ranks.
_SAME_LOSS = 1e-8
#: How lines may begin: each process tells its own where the one that would be asked is gone.
_LINES = ("pinn-metakan: interrupted", "pinn-metakan: process ")
#: What torch itself tells where a process does not come.
_OF_TORCH = re.compile(r"^(\[rank\d+\]:)?\[E\d.*\n", re.MULTILINE)


@dataclass(frozen=True)
class Stop:
    """What comes to which processes.

    Args:
        moment: When, and which signals.
        ranks: The numbers of the processes.
        is_by_the_clock: Whether it comes after `moment.seconds` by the clock, to all of them at
            once; otherwise each sends it to itself.
    """

    moment: Moment
    ranks: Sequence[int]
    is_by_the_clock: bool

    def told(self) -> str:
        """One line for people."""
        clock = " by the clock" if self.is_by_the_clock else ""
        return f"{self.moment.told()}{clock} to {', '.join(map(str, self.ranks))}"


@dataclass(frozen=True)
class Whole:
    """A run that nothing has stopped.

    Args:
        fields: What it solved, by the path of each solution in its folder.
        losses: Steps and losses of its history.
        operations: How many file operations its first process took.
        seconds: How long it took by the clock.
    """

    fields: dict[str, np.ndarray]
    losses: list[tuple[float, float]]
    operations: int
    seconds: float


class RankKills(Campaign):
    """What is left of runs of several processes that are stopped."""

    outcomes: ClassVar[Mapping[str, str]] = {
        "went on": "stopped, whole files left, gone on with to the same bits",
        "went on with others": "the same with other numbers of processes, to the same losses",
        "began again": "stopped before its first checkpoint, begun again",
        "was over": "the signal came too late",
    }
    share = 1

    def prepare(self, folder: Path) -> None:
        """Import all that a run needs; each run is made once, undisturbed, when it is drawn."""
        self._folder, self._wholes = folder, dict[str, Whole]()
        solve = ["solve", "-q", "--out=run", *RECIPES["plain"]]
        assert in_this_process(lambda: command(solve, draws=False), folder) == 0
        import torch.distributed  # noqa: F401

    def run(self, random: Random, folder: Path) -> Outcome:
        """Stop a run once or twice, then let it end."""
        name = random.choice(list(RECIPES))
        if name not in self._wholes:
            self._wholes[name] = _whole(name, self._folder)
        whole, told = self._wholes[name], [name]
        outcome, same_count = "was over", True
        counts = (_TOGETHER,) if name in _AS_MANY else _COUNTS
        try:
            for _ in range(random.randint(1, _MOST)):
                count = random.choice(counts)
                stop = _drawn(random, whole, count)
                told.append(f"{count} processes, {stop.told()}")
                before, begins = set(leftovers_in(folder)), not has_checkpoint(folder)
                all_ended = _run(name, folder, count, stop)
                told += _told(all_ended)
                same_count = same_count and count == _TOGETHER
                if not _checked(all_ended, stop, folder, before):
                    break
                began_again = begins and not has_checkpoint(folder)
                outcome = "began again" if began_again else "went on"
            if any(ended.status != 0 for ended in all_ended):
                count = random.choice((*counts, 1)) if len(counts) > 1 else _TOGETHER
                told.append(f"at last {count} processes")
                all_ended = _run(name, folder, count, None)
                told += _told(all_ended)
                same_count = same_count and count == _TOGETHER
                error = " | ".join(ended.error for ended in all_ended)
                must(all(ended.status == 0 for ended in all_ended), "does not go on", error)
            must(not leftovers_in(folder), "leftovers", str(leftovers_in(folder)))
            if same_count:
                compare(whole.fields, folder / "run")
            else:
                _compare_losses(whole, folder / "run")
                outcome = "went on with others" if outcome == "went on" else outcome
        except Failure as failure:
            return failed(failure, told)
        return Outcome(outcome, "; ".join(told), "\n".join(told))


def _whole(name: str, folder: Path) -> Whole:
    place = folder / name
    place.mkdir()

    def counted(number: int) -> None:
        operations = FileOperations(place / "run", lambda number: None)
        operations.watch()
        try:
            command(["solve", "-q", "--out=run", *RECIPES[name]], draws=False)
        finally:
            (place / f"count-{number}").write_text(str(operations.count))

    began = time.monotonic()
    all_ended = [child.ended(_SECONDS) for child in begin_ranks(counted, _TOGETHER, place)]
    took = time.monotonic() - began
    assert all(ended.status == 0 for ended in all_ended), all_ended
    count = int((place / "count-0").read_text())
    return Whole(fields_in(place / "run"), _losses(place / "run"), count, took)


def _drawn(random: Random, whole: Whole, count: int) -> Stop:
    kind = random.choice([signal.SIGKILL, *_STATUS])
    ranks = random.choice([[number] for number in range(count)] + [list(range(count))])
    if random.randrange(2) == 0:
        seconds = random.uniform(0.0, whole.seconds)
        return Stop(Moment((kind,), seconds=seconds), ranks, is_by_the_clock=True)
    if ranks == [0]:  # which writes
        return Stop(
            Moment((kind,), random.randint(1, whole.operations)), ranks, is_by_the_clock=False
        )
    seconds = random.uniform(0.01, 0.7 * whole.seconds)
    return Stop(Moment((kind,), seconds=seconds), ranks, is_by_the_clock=False)


def _run(name: str, folder: Path, count: int, stop: Stop | None) -> list[Ended]:
    words = going_on(folder, name == "chain")
    arguments = words if words[0] == "resume" else [*words, *RECIPES[name]]

    def rank(number: int) -> None:
        if stop is not None and not stop.is_by_the_clock and number in stop.ranks:
            expect(stop.moment, folder / "run")
        command(arguments, draws=False)

    children = begin_ranks(rank, count, folder)
    if stop is not None and stop.is_by_the_clock:
        time.sleep(stop.moment.seconds)
        for number in stop.ranks:
            os.kill(children[number].number, stop.moment.signals[0])
    return [child.ended(_SECONDS) for child in children]


def _told(all_ended: Sequence[Ended]) -> list[str]:
    return [f"status {ended.status}: {ended.error[-1000:]}" for ended in all_ended]


def _checked(all_ended: Sequence[Ended], stop: Stop, folder: Path, before: set[str]) -> bool:
    """Whether it was stopped; Failure if it was not stopped as it should be."""
    error = "".join(ended.error for ended in all_ended)
    statuses = [ended.status for ended in all_ended]
    must(None not in statuses, "hung", str(statuses))
    damage = damage_in(folder / "run")
    must(not damage, "half-written", str(damage))
    must("Traceback" not in error, "traceback", error)
    lines = [_OF_TORCH.sub("", ended.error).splitlines() for ended in all_ended]
    must(all(len(told) <= 1 for told in lines), "not one line", error)
    for line in (line for told in lines for line in told):
        must(line.startswith(_LINES), "another line", error)
    kind = stop.moment.signals[0]
    for number, status in enumerate(statuses):
        allowed = {0, 1, _STATUS.get(kind, 0)}
        is_killed = status in KILLED and kind == signal.SIGKILL and number in stop.ranks
        must(is_killed or status in allowed, "another status", f"{statuses}: {error}")
    left = set(leftovers_in(folder)) - before
    must(not left or statuses[0] in KILLED, "leftovers", str(left))
    names_it = "go on with: pinn-metakan resume run" in error
    must(has_checkpoint(folder) or not names_it, "a line that resumes nothing", error)
    return statuses[0] != 0


def _losses(folder: Path) -> list[tuple[float, float]]:
    found = []
    for path in sorted(folder.rglob("history.jsonl")):
        entries = [json.loads(line) for line in path.read_text().splitlines()]
        found += [(float(entry["step"]), float(entry["loss"])) for entry in entries]
    return found


def _compare_losses(whole: Whole, folder: Path) -> None:
    found = _losses(folder)
    steps = [step for step, _ in whole.losses]
    must([step for step, _ in found] == steps, "other steps", str(found))
    for (step, expected), (_, loss) in zip(whole.losses, found, strict=True):
        is_same = abs(loss - expected) <= _SAME_LOSS * abs(expected)
        must(is_same, "other losses", f"step {step}: {loss} for {expected}")
