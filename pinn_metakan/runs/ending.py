"""How a run ends that is stopped or cannot be written: in good order, ready to go on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pinn_metakan.errors import Interrupted, ProcessesLost, StorageError
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.first_process import alone, by_first_process
from pinn_metakan.runs.folder import RunFolder
from pinn_metakan.runs.folder_lock import FolderLock
from pinn_metakan.runs.interrupts import interrupts, undisturbed
from pinn_metakan.runs.processes import present_processes
from pinn_metakan.runs.solution import Solution


@contextmanager
def owned(folder: RunFolder | None) -> Iterator[None]:
    """Let no other process write to a run folder; what killed ones have left there is removed.

    Args:
        folder: The folder, None for none.

    Yields:
        Nothing.

    Raises:
        FolderInUseError: If another process writes there.
        RunFolderError: If nothing can be written.
    """
    if folder is None:
        yield
        return
    lock = FolderLock(folder.path)
    try:
        _take(folder, lock)
        yield
    finally:
        with interrupts():  # all is written: who asks now asks too late
            lock.release()
            folder.remove_if_new()


@by_first_process
def _take(folder: RunFolder, lock: FolderLock) -> None:
    with undisturbed():
        lock.take()
    folder.remove_leftovers()


@contextmanager
def in_good_order(
    problem: Problem, folder: RunFolder | None
) -> Iterator[Callable[[Solution], Solution]]:
    """Finish the step that is trained when the user asks to stop; tell what can go on.

    Args:
        problem: What is solved.
        folder: Where it is written, None for nowhere.

    Yields:
        A function that hands a solution on, unless the user asked to stop while it was written.

    Raises:
        Interrupted: If the user asks to stop; without a solution if that is asked a second time.
        ProcessesLost: If one of several processes fails.
        StorageError: If the folder cannot be written.
    """
    file = problem.origin.path
    with interrupts() as is_interrupted:

        def finished(solution: Solution) -> Solution:
            if is_interrupted():
                raise Interrupted(_to_go_on(folder), file, solution)
            return solution

        try:
            yield finished
        except KeyboardInterrupt:
            raise Interrupted(_to_go_on(folder), file, None) from None
        except (ProcessesLost, StorageError) as lost:
            lost.folder, lost.problem_file = _to_go_on(folder), file
            raise


def _to_go_on(folder: RunFolder | None) -> Path | None:
    """The folder, if there is a checkpoint to go on from; what there is else is removed."""
    if folder is not None and not folder.holds_checkpoint():
        if present_processes().number == 0:  # which holds the lock; others may be gone
            with alone():
                folder.clear()
        return None
    return None if folder is None else folder.path
