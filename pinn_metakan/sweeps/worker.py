"""A worker process of a sweep; `workers` starts it.

It is told its job in the first line of standard input, and stops when that is closed: whoever
started it has gone.
"""

import os
import signal
import sys
import threading

from pinn_metakan.errors import Interrupted, UserError
from pinn_metakan.sweeps.claims import Claims
from pinn_metakan.sweeps.job import Job
from pinn_metakan.sweeps.storage import lost_storage_told
from pinn_metakan.sweeps.work import work

#: Exit status of a worker that was stopped.
STOPPED = 130


def main() -> None:
    """Work until all trials are over."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job hears none
    line = sys.stdin.readline()
    threading.Thread(target=_stop_at_end_of_input, daemon=True).start()
    try:
        job = Job.read(line)
        with lost_storage_told(job.storage):
            claims = Claims(job.plan, job.storage)
            work(job.plan, claims, job.place, lambda progress: None)
    except (Interrupted, KeyboardInterrupt):
        os._exit(STOPPED)
    except UserError as error:
        sys.exit(" ".join(str(error).split()))


def _stop_at_end_of_input() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGINT)


if __name__ == "__main__":
    main()
