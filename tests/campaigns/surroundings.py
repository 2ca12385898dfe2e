"""Runs where something around them is poor: disk, memory, folders, streams, paths, neighbors."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import ClassVar

from campaigns.answers import ANSWERS, files_in, judged
from campaigns.campaign import Campaign, Outcome
from campaigns.child import Ended, in_child, in_this_process
from campaigns.poor import KINDS, SOLVE, Poor
from campaigns.program import command
from campaigns.run_files import damage_in, leftovers_in

_SECONDS = 60.0


class Surroundings(Campaign):
    """What runs make of poor surroundings."""

    outcomes: ClassVar[Mapping[str, str]] = {
        **ANSWERS,
        "failed": "status 1, one such line; files are whole, and a run goes on afterwards",
    }
    share = 2

    def prepare(self, folder: Path) -> None:
        """Import all that a run needs, and make one."""
        assert in_this_process(lambda: _main([*SOLVE, "--out=run"]), folder) == 0
        self._run = folder / "run"

    def run(self, random: Random, folder: Path) -> Outcome:
        """Draw a surrounding, run a command there, and go on with what is left of it."""
        poor = random.choice(KINDS)(random, folder, self._run)
        before = files_in(folder)

        def meet() -> None:
            poor.make()
            _main(poor.arguments)

        ended = in_child(meet, folder, _SECONDS)
        mine = {name for name in files_in(folder) if not (poor.has_neighbor and ".lock" in name)}
        written = sorted(mine - before)
        name, told = judged(ended, written)
        shown = f"{poor.label}: {told}"
        case = _case(poor, ended, written)
        if name not in self.outcomes:
            return Outcome(name, shown, case)
        if name != "done" and not poor.may_fail:
            return Outcome("should be done", shown, case)
        place = folder / poor.run
        damage = damage_in(place) if place.is_dir() else []
        left = [name for name in leftovers_in(folder) if not poor.has_neighbor]
        if damage or left:
            return Outcome("files left", f"{shown} | {damage}{left}", case)
        if poor.goes_on and name == "failed" and (place / "checkpoint.safetensors").is_file():
            later = in_child(lambda: _main(["resume", poor.run, "-q"]), folder, _SECONDS)
            if later.status != 0 or not (place / "solution.h5").is_file():
                return Outcome("does not go on", f"{shown} | {later.error[-200:]}", case)
        return Outcome(name, shown, case)


def _main(arguments: Sequence[str]) -> None:
    words = [word for word in arguments if word != "--drawn"]
    command(words, draws=len(words) < len(arguments))


def _case(poor: Poor, ended: Ended, written: Sequence[str]) -> str:
    said = f"--- out\n{ended.out[-3000:]}\n--- error\n{ended.error[-6000:]}"
    return f"{poor.label}\npinn-metakan {poor.arguments}\n{said}\n--- {written}\n{ended.status}"
