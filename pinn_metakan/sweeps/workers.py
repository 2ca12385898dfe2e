"""Worker processes of a sweep on this machine, with one thread each."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from typing import IO

from pinn_metakan.errors import Interrupted, TrainingError
from pinn_metakan.runs.interrupts import interrupts
from pinn_metakan.sweeps.claims import Claims
from pinn_metakan.sweeps.job import Job
from pinn_metakan.sweeps.progress import SweepProgress, SweepProgressed
from pinn_metakan.sweeps.worker import STOPPED

#: Seconds between two looks at what the workers have reached.
_LOOK_SECONDS = 0.5
_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def work_in_processes(job: Job, count: int, claims: Claims, told: SweepProgressed) -> None:
    """Let worker processes train the trials.

    Args:
        job: What they do.
        count: How many there are.
        claims: The trials.
        told: Told where the sweep stands.

    Raises:
        Interrupted: If the user stops it; the workers have ended then.
        TrainingError: If all workers have ended before the trials were over.
    """
    text = job.text()
    with tempfile.TemporaryFile("w+") as said, interrupts() as is_interrupted:
        workers = [_started(text, said) for _ in range(count)]
        try:
            is_told = False
            while any(worker.poll() is None for worker in workers):
                told(SweepProgress(job.plan, claims.attempts()))
                if is_interrupted() and not is_told:
                    is_told = True
                    for worker in workers:
                        worker.send_signal(signal.SIGINT)
                time.sleep(_LOOK_SECONDS)
        except BaseException:
            for worker in workers:
                worker.kill()
            raise
        finally:
            for worker in workers:
                assert worker.stdin is not None
                worker.stdin.close()
                worker.wait()
        attempts = claims.attempts()
        told(SweepProgress(job.plan, attempts))
        if claims.is_over(attempts):
            return
        if is_interrupted():
            raise Interrupted(None, job.plan.base.problem.origin.path, None)
        said.seek(0)
        lines = said.read().strip().splitlines()
        codes = [worker.returncode for worker in workers]
        raise TrainingError(f"all workers have ended: {_why(codes, lines)}")


def _started(text: str, said: IO[str]) -> "subprocess.Popen[str]":
    """Start a worker, which hears no Ctrl-C of the terminal but what it is sent from here."""
    worker = subprocess.Popen(
        [sys.executable, "-m", "pinn_metakan.sweeps.worker"],
        env={**os.environ, **dict.fromkeys(_THREADS, "1")},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=said,
        text=True,
        start_new_session=True,
    )
    assert worker.stdin is not None
    worker.stdin.write(text + "\n")
    worker.stdin.flush()
    return worker


def _why(codes: list[int], lines: list[str]) -> str:
    killed = [-code for code in codes if code < 0]
    if killed:
        name = signal.Signals(killed[0]).name
        return (
            f"one was ended by {name}, which may be for want of memory; try fewer jobs, and the "
            "same command again to go on"
        )
    if STOPPED in codes:
        return "they were stopped; the same command goes on"
    return lines[-1] if lines else "without a word; the same command goes on"
