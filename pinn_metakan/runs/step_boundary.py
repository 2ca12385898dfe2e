"""What is due between two steps: of several processes one decides, and any can be interrupted."""

import signal

import torch

from pinn_metakan.optimizers.communicator import Communicator
from pinn_metakan.optimizers.verdict import Outcome, Verdict
from pinn_metakan.runs.interrupts import asking_signal, note_asked

#: A user interrupt ends a run with this verdict; the run can be resumed.
INTERRUPTED = Verdict(Outcome.INTERRUPTED, "interrupted")
_OUTCOMES = tuple(Outcome)


def agreed_end(
    processes: Communicator, verdict: Verdict | None, saves: bool
) -> tuple[Verdict | None, bool]:
    """Agree on whether a run shall stop, and whether a checkpoint is due.

    Args:
        processes: The processes that train.
        verdict: Why this one would stop, None if it would not.
        saves: Whether a checkpoint is due by the clock of this one.

    Returns:
        A verdict of the same outcome in all processes, and whether all save: what the first one
        says, unless any of them is interrupted. What SIGTERM has asked of one it has asked of all,
        whose exit status is the same then.
    """
    if processes.count == 1:
        return verdict, saves
    is_first = processes.number == 0
    outcome = None if verdict is None else verdict.outcome
    number = 0 if outcome is None or not is_first else 1 + _OUTCOMES.index(outcome)
    is_interrupted = outcome is Outcome.INTERRUPTED
    is_terminated = is_interrupted and asking_signal() == signal.SIGTERM
    own = [is_interrupted, is_terminated, number, is_first and saves]
    together = processes.summed(torch.tensor(own, dtype=torch.int64))
    interrupts, terminated, number, saved = together.tolist()
    if interrupts:
        if terminated:
            note_asked(signal.SIGTERM)
        return INTERRUPTED, False
    if number and not is_first:
        verdict = Verdict(_OUTCOMES[number - 1], "the first process has ended it")
    return (verdict if number else None), bool(saved)
