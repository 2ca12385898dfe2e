"""What campaigns of stopped runs share: the command that goes on, and what is compared."""

import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from campaigns.campaign import Outcome

#: How a process ends that is killed, at a moment or by the clock.
KILLED = (-signal.SIGKILL, -signal.SIGPROF)
#: Settings under which each step has a checkpoint and an entry of the history.
OFTEN = ("--set=checkpoint_seconds=0.01", "--set=report_every=1")


class Failure(Exception):
    """Something is not as it should be; the first argument names it, the second tells more."""


def failed(failure: Failure, told: Sequence[str]) -> Outcome:
    """What became of a case that failed.

    Args:
        failure: What is not as it should be.
        told: What happened, the first things first.
    """
    what, why = failure.args
    return Outcome(what, f"{why[:200]} | {'; '.join(told[:4])[:300]}", "\n".join(told))


def must(is_right: bool, what: str, why: str) -> None:
    """Raise `Failure` unless something is right."""
    if not is_right:
        raise Failure(what, why)


def has_checkpoint(folder: Path) -> bool:
    """Whether the run in a folder has something to go on from."""
    return (folder / "run" / "checkpoint.safetensors").is_file()


def has_only_begun(folder: Path) -> bool:
    """Whether it has its settings alone, by which it begins again."""
    return (folder / "run" / "settings.toml").is_file() and not has_checkpoint(folder)


def going_on(folder: Path, is_chain: bool) -> list[str]:
    """The command that goes on from what is there, without what is solved.

    Args:
        folder: Where the run folder is.
        is_chain: Whether the run begins with the network of another, which settings do not hold.
    """
    if has_checkpoint(folder) or (has_only_begun(folder) and not is_chain):
        return ["resume", "run", "-q"]
    begins_again = ["--overwrite"] if (folder / "run").exists() else []
    return ["solve", "-q", "--out=run", *begins_again]


def fields_in(folder: Path) -> dict[str, np.ndarray]:
    """What a run has solved, by the path of each solution in its folder and the unknown."""
    from pinn_metakan.results.hdf5 import read_solution

    found = {}
    for path in sorted(folder.rglob("solution.h5")):
        for unknown, values in read_solution(path).grid.values.items():
            found[f"{path.relative_to(folder)} {unknown}"] = values
    return found


def compare(whole: Mapping[str, np.ndarray], folder: Path) -> None:
    """Raise `Failure` unless a run has the bits of one that nothing has stopped.

    Args:
        whole: What `fields_in` found of that one.
        folder: The run.
    """
    found = fields_in(folder)
    must(found.keys() == whole.keys(), "other files", str(sorted(found)))
    for name, values in found.items():
        same = np.array_equal(values, whole[name], equal_nan=True)
        must(same, "other numbers", name)
