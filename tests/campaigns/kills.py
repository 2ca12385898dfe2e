"""Runs that are stopped at any moment, gone on with, and compared with a whole one."""

import resource
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import ClassVar

import numpy as np
from campaigns.campaign import Campaign, Outcome
from campaigns.child import Ended, in_child, in_this_process
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

_FAST = [*FAST_FLAGS, *OFTEN]
#: What is solved: a run by name, as the command line has it.
RECIPES: dict[str, Sequence[str]] = {
    "plain": ["heat", *_FAST],
    "legs": ["heat", *_FAST, "--set=untie.steps=3", "--set=widen.steps=3"],
    "growth": [
        "heat", *_FAST, "--set=points.first=20", "--set=points.fresh_ratio=1.1", "--set=lm.steps=8",
        "--set=lm.redraw_every=2",
    ],
    "slabs": ["heat", *_FAST, "--set=slabs=2"],
    "check": ["poisson", *_FAST, "--check"],
    "chain": ["heat", *_FAST, "--param=diffusivity=0.2", "--along=diffusivity=0.3,0.2"],
    "figures": ["heat", *_FAST],
}  # fmt: skip
_SECONDS = 60.0
#: How often one run is stopped, at most; one in so many of those is asked twice.
_MOST, _TWICE = 3, 4
_STATUS = {signal.SIGINT: 130, signal.SIGUSR1: 130, signal.SIGTERM: 143}


@dataclass(frozen=True)
class Whole:
    """A run that nothing has stopped.

    Args:
        fields: What it solved, by the path of each solution in its folder.
        operations: How many file operations it took.
        seconds: How long it computed.
    """

    fields: dict[str, np.ndarray]
    operations: int
    seconds: float


class Kills(Campaign):
    """What is left of runs that are stopped."""

    outcomes: ClassVar[Mapping[str, str]] = {
        "went on": "stopped, whole files left, gone on with to the same bits",
        "began again": "stopped before its first checkpoint, begun again to the same bits",
        "was over": "the signal came too late",
    }
    share = 1

    def prepare(self, folder: Path) -> None:
        """Import all that a run needs; each run is made once, undisturbed, when it is drawn."""
        self._folder, self._wholes = folder, dict[str, Whole]()
        assert in_this_process(lambda: _solve("plain", []), folder) == 0

    def run(self, random: Random, folder: Path) -> Outcome:
        """Stop a run up to three times, then let it end."""
        name = random.choice(list(RECIPES))
        if name not in self._wholes:
            self._wholes[name] = _whole(name, self._folder)
        whole, told = self._wholes[name], [name]
        outcome = "was over"
        try:
            for _ in range(random.randint(1, _MOST)):
                moment = _drawn(random, whole)
                told.append(moment.told())
                began_again, before = not has_checkpoint(folder), _state(folder)
                ended = _run(name, folder, moment)
                told.append(f"status {ended.status}: {ended.error[-2000:]}")
                if not _checked(ended, moment, folder, before):
                    break
                outcome = "began again" if began_again and not has_checkpoint(folder) else "went on"
            if ended.status != 0:
                last = _run(name, folder, None)
                told.append(f"at last: status {last.status}: {last.error[-2000:]}")
                must(last.status == 0, "does not go on", last.error)
            must(not leftovers_in(folder), "leftovers", str(leftovers_in(folder)))
            compare(whole.fields, folder / "run")
        except Failure as failure:
            return failed(failure, told)
        return Outcome(outcome, "; ".join(told), "\n".join(told))


def _whole(name: str, folder: Path) -> Whole:
    place = folder / name
    place.mkdir()
    watched = place / "run"

    def counted() -> None:
        operations = FileOperations(watched, lambda number: None)
        operations.watch()
        try:
            _solve(name, [])
        finally:
            (place / "count").write_text(str(operations.count))

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ended = in_child(counted, place, _SECONDS)
    assert ended.status == 0, ended.error
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Whole(fields_in(watched), int((place / "count").read_text()), seconds)


def _drawn(random: Random, whole: Whole) -> Moment:
    kind = random.choice([signal.SIGKILL, signal.SIGKILL, *_STATUS])
    signals = (kind,)
    if kind != signal.SIGKILL and random.randrange(_TWICE) == 0:
        signals = (kind, random.choice([signal.SIGINT, signal.SIGTERM]))
    if random.randrange(3) == 0:
        return Moment(signals, seconds=random.uniform(0.01, 1.1 * whole.seconds))
    return Moment(signals, random.randint(1, whole.operations), later=random.randint(1, 8))


def _solve(name: str, arguments: Sequence[str]) -> None:
    command(arguments or ["solve", "-q", "--out=run", *RECIPES[name]], name == "figures")


def _run(name: str, folder: Path, moment: Moment | None) -> Ended:
    words = going_on(folder, name == "chain")
    arguments = words if words[0] == "resume" else [*words, *RECIPES[name]]

    def stopped() -> None:
        if moment is not None:
            expect(moment, folder / "run")
        _solve(name, arguments)

    return in_child(stopped, folder, _SECONDS)


def _state(folder: Path) -> tuple[list[str], int]:
    """What killed ones have left, and when the checkpoint was written."""
    checkpoint = folder / "run" / "checkpoint.safetensors"
    return leftovers_in(folder), checkpoint.stat().st_mtime_ns if has_checkpoint(folder) else 0


def _checked(ended: Ended, moment: Moment, folder: Path, before: tuple[list[str], int]) -> bool:
    """Whether it was stopped; Failure if it was not stopped as it should be."""
    must(ended.status is not None, "hung", f"over {ended.seconds:.0f} s")
    damage = damage_in(folder / "run")
    must(not damage, "half-written", str(damage))
    must("Traceback" not in ended.error, "traceback", ended.error)
    must("Exception ignored" not in ended.error, "exception ignored", ended.error)
    if ended.status in KILLED:
        return True
    left = set(leftovers_in(folder)) - set(before[0])
    if ended.status == 0:
        return False
    is_at_once = len(moment.signals) > 1
    must(not left or is_at_once, "leftovers", str(left))
    must(ended.status in {_STATUS[n] for n in moment.signals}, "another status", ended.error)
    lines = ended.error.strip().split("\n")
    must(len(lines) == 1, "not one line", ended.error)
    must(lines[0].startswith("pinn-metakan: interrupted"), "another line", lines[0])
    names_it = "go on with: pinn-metakan resume run" in lines[0]
    has_begun = has_checkpoint(folder) and _state(folder)[1] != before[1]
    must(names_it or not has_begun or is_at_once, "no line that resumes", lines[0])
    must(has_checkpoint(folder) or not names_it, "a line that resumes nothing", lines[0])
    return True
