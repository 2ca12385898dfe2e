"""Runs that are stopped at any moment, gone on with, and compared with a whole one."""

import resource
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import ClassVar

import numpy as np
from campaigns.campaign import Campaign, Outcome
from campaigns.child import Ended, in_child, in_this_process
from campaigns.moments import FileOperations, Moment, expect
from campaigns.run_files import damage_in, leftovers_in
from small_runs import FAST_FLAGS

_FAST = [*FAST_FLAGS, "--set=checkpoint_seconds=0.01", "--set=report_every=1"]
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
_KILLED = (-signal.SIGKILL, -signal.SIGPROF)
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


class Failure(Exception):
    """Something is not as it should be; the first argument names it, the second tells more."""


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
                began_again, before = _goes_on(folder)[0] != "resume", _state(folder)
                ended = _run(name, folder, moment)
                told.append(f"status {ended.status}: {ended.error[-2000:]}")
                if not _checked(ended, moment, folder, before):
                    break
                outcome = "began again" if began_again and not _has(folder) else "went on"
            if ended.status != 0:
                last = _run(name, folder, None)
                told.append(f"at last: status {last.status}: {last.error[-2000:]}")
                _expect(last.status == 0, "does not go on", last.error)
            _expect(not leftovers_in(folder), "leftovers", str(leftovers_in(folder)))
            _compare(whole, folder / "run")
        except Failure as failure:
            what, why = failure.args
            return Outcome(what, f"{why[:200]} | {'; '.join(told[:4])[:300]}", "\n".join(told))
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
    return Whole(_fields(watched), int((place / "count").read_text()), seconds)


def _drawn(random: Random, whole: Whole) -> Moment:
    kind = random.choice([signal.SIGKILL, signal.SIGKILL, *_STATUS])
    signals = (kind,)
    if kind != signal.SIGKILL and random.randrange(_TWICE) == 0:
        signals = (kind, random.choice([signal.SIGINT, signal.SIGTERM]))
    if random.randrange(3) == 0:
        return Moment(signals, seconds=random.uniform(0.01, 1.1 * whole.seconds))
    return Moment(signals, random.randint(1, whole.operations), later=random.randint(1, 8))


def _goes_on(folder: Path) -> list[str]:
    """The command that goes on from what is there, without what is solved."""
    if _has(folder):
        return ["resume", "run", "-q"]
    begins_again = ["--overwrite"] if (folder / "run").exists() else []
    return ["solve", "-q", "--out=run", *begins_again]


def _has(folder: Path) -> bool:
    return (folder / "run" / "checkpoint.safetensors").is_file()


def _solve(name: str, arguments: Sequence[str]) -> None:
    from pinn_metakan.cli import main
    from pinn_metakan.runs import folder as run_folder

    draws, given = run_folder.all_figures, sys.argv
    if name != "figures":
        run_folder.all_figures = lambda field: {}
    sys.argv = ["pinn-metakan", *(arguments or ["solve", "-q", "--out=run", *RECIPES[name]])]
    try:
        main()
    finally:
        run_folder.all_figures, sys.argv = draws, given


def _run(name: str, folder: Path, moment: Moment | None) -> Ended:
    words = _goes_on(folder)
    arguments = words if words[0] == "resume" else [*words, *RECIPES[name]]

    def command() -> None:
        if moment is not None:
            expect(moment, folder / "run")
        _solve(name, arguments)

    return in_child(command, folder, _SECONDS)


def _state(folder: Path) -> tuple[list[str], int]:
    """What killed ones have left, and when the checkpoint was written."""
    checkpoint = folder / "run" / "checkpoint.safetensors"
    return leftovers_in(folder), checkpoint.stat().st_mtime_ns if _has(folder) else 0


def _checked(ended: Ended, moment: Moment, folder: Path, before: tuple[list[str], int]) -> bool:
    """Whether it was stopped; Failure if it was not stopped as it should be."""
    _expect(ended.status is not None, "hung", f"over {ended.seconds:.0f} s")
    damage = damage_in(folder / "run")
    _expect(not damage, "half-written", str(damage))
    _expect("Traceback" not in ended.error, "traceback", ended.error)
    _expect("Exception ignored" not in ended.error, "exception ignored", ended.error)
    if ended.status in _KILLED:
        return True
    left = set(leftovers_in(folder)) - set(before[0])
    if ended.status == 0:
        return False
    is_at_once = len(moment.signals) > 1
    _expect(not left or is_at_once, "leftovers", str(left))
    _expect(ended.status in {_STATUS[n] for n in moment.signals}, "another status", ended.error)
    lines = ended.error.strip().split("\n")
    _expect(len(lines) == 1, "not one line", ended.error)
    _expect(lines[0].startswith("pinn-metakan: interrupted"), "another line", lines[0])
    names_it = "go on with: pinn-metakan resume run" in lines[0]
    has_begun = _has(folder) and _state(folder)[1] != before[1]
    _expect(names_it or not has_begun or is_at_once, "no line that resumes", lines[0])
    _expect(_has(folder) or not names_it, "a line that resumes nothing", lines[0])
    return True


def _fields(folder: Path) -> dict[str, np.ndarray]:
    from pinn_metakan.results.hdf5 import read_solution

    found = {}
    for path in sorted(folder.rglob("solution.h5")):
        for unknown, values in read_solution(path).grid.values.items():
            found[f"{path.relative_to(folder)} {unknown}"] = values
    return found


def _compare(whole: Whole, folder: Path) -> None:
    found = _fields(folder)
    _expect(found.keys() == whole.fields.keys(), "other files", str(sorted(found)))
    for name, values in found.items():
        same = np.array_equal(values, whole.fields[name], equal_nan=True)
        _expect(same, "other numbers", name)


def _expect(is_right: bool, what: str, why: str) -> None:
    if not is_right:
        raise Failure(what, why)
