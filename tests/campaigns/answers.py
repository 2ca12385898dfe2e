"""What the command line may answer: done, refused by one line, failed with one line."""

import os
from collections.abc import Sequence
from pathlib import Path

from campaigns.campaign import Outcome
from campaigns.child import Ended, in_child

#: Seconds of computing after which a command hangs.
PATIENCE = 60.0
#: What a message may have, its beginning included.
LONGEST = 300
#: The answers that are as they should be.
ANSWERS = {
    "done": "status 0",
    "refused": "status 2, one printable line of at most 300 characters, no file written",
    "failed": "status 1, one such line at the end of standard error",
}
_BEGINNING = "pinn-metakan: "
#: Lines that may come before the last one.
_BEFORE = ("pinn-metakan: warning: ", "runs the code of ")


def answer(
    arguments: Sequence[str], folder: Path, draws: bool = True, seconds: float = PATIENCE
) -> Outcome:
    """Run a command of the command line, as ``pinn-metakan`` does, in a folder.

    Args:
        arguments: What stands behind ``pinn-metakan``.
        folder: Where it runs; what is there before is what it is given.
        draws: Whether a run draws its figures, which take longer than a small run.
        seconds: After so many of computing it hangs.

    Returns:
        One of `ANSWERS`, or what is wrong with its answer.
    """
    from pinn_metakan.cli import main
    from pinn_metakan.runs import folder as run_folder

    def command() -> None:
        os.environ["PINN_METAKAN_TRACEBACK"] = "1"
        if not draws:
            run_folder.all_figures = lambda field: {}
        main(list(arguments))

    before = files_in(folder)
    ended = in_child(command, folder, seconds)
    written = sorted(files_in(folder) - before)
    name, told = judged(ended, written)
    if arguments[:1] == ["doctor"] and ended.status == 1 and not ended.error:  # it found something
        name = "done"
    shown = " ".join(map(repr, arguments))
    case = f"pinn-metakan {shown}\n--- out\n{ended.out}\n--- error\n{ended.error}\n--- {written}"
    return Outcome(name, f"{told} | {shown[:200]}", f"{case}\n--- status {ended.status}")


def files_in(folder: Path) -> set[str]:
    """Files and folders in a folder, but for what Python keeps of modules."""
    found = (path.relative_to(folder) for path in folder.rglob("*"))
    return {str(path) for path in found if "__pycache__" not in path.parts}


def judged(ended: Ended, written: Sequence[str]) -> tuple[str, str]:
    """What is to be said of an answer.

    Args:
        ended: How the command ended.
        written: What it wrote.

    Returns:
        One of `ANSWERS`, or a failure; and one line about it.
    """
    lines = ended.error.strip("\n").split("\n")
    last = lines[-1]
    if ended.status is None:
        return "hung", f"over {ended.seconds:.0f} s"
    if "Traceback (most recent call last)" in ended.error:
        return "traceback", last
    if ended.status < 0:
        return "ended by a signal", f"{-ended.status}: {last}"
    if ended.status == 0:
        return "done", ""
    if ended.status not in (1, 2):
        return "another status", f"{ended.status}: {last}"
    if not last.startswith(_BEGINNING):
        return "no message", repr(last[:200])
    if len(last) > LONGEST or not last.isprintable():
        return "a message that is too long or not printable", f"{len(last)}: {last[:200]!r}"
    if ended.status == 1:
        return "failed", last
    if written:
        return "status 2 with files written", f"{written[:3]}: {last}"
    if any(not line.startswith(_BEFORE) for line in lines[:-1]):
        return "more than one line", repr(lines[:3])
    return "refused", last
