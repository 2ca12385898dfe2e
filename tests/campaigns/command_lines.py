"""Command lines made of the settings' own schema, of options, names, and of what nobody expects."""

import shutil
from dataclasses import replace
from pathlib import Path
from random import Random
from types import MappingProxyType

from campaigns.answers import ANSWERS, answer
from campaigns.arguments import Given, any_command, training_command
from campaigns.campaign import Campaign, Outcome
from campaigns.child import in_this_process
from campaigns.drawing import drawn
from small_runs import FAST_FLAGS

#: One case in so many is a run that trains, unless a value of a setting forbids it.
_TRAINS = 4
#: One run in so many draws its figures.
_DRAWS = 5


class CommandLines(Campaign):
    """What the command line answers to what it is given."""

    outcomes = MappingProxyType(
        {**ANSWERS, "trained": "status 0 of a run, which left a checkpoint"}
    )
    share = 6

    def prepare(self, folder: Path) -> None:
        """Make a finished run, for commands that take one."""
        from pinn_metakan.cli import main

        arguments = ["solve", "heat", "-q", "--out=run", *FAST_FLAGS]
        assert in_this_process(lambda: main(arguments), folder) == 0
        self._run = folder / "run"

    def run(self, random: Random, folder: Path) -> Outcome:
        """Draw a command line with the files that it names, and run it."""
        given = drawn(self._command(random), random)
        for name, text in given.files.items():
            (folder / name).write_text(text, encoding="utf-8")
        if any("run" in argument for argument in given.arguments):
            shutil.copytree(self._run, folder / "run")
        before = _checkpoints(folder)
        found = answer(given.arguments, folder, draws=random.randrange(_DRAWS) == 0)
        has_trained = found.name == "done" and _checkpoints(folder) != before
        return replace(found, name="trained") if has_trained else found

    def _command(self, random: Random) -> Given:
        return training_command() if random.randrange(_TRAINS) == 0 else any_command()


def _checkpoints(folder: Path) -> dict[Path, int]:
    """The checkpoints in a folder, and when each was written."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("checkpoint.safetensors")}
