"""Where the command line begins; nothing that takes long is imported here."""

import os
import sys
from collections.abc import Sequence

from pinn_metakan.cli.loading import answering, ignore_signals, loading
from pinn_metakan.cli.output import close_output, prepare_output, tell
from pinn_metakan.runs.interrupts import interrupted_status


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 failed, 2 wrong input, 130 interrupted."""
    if "WORLD_SIZE" in os.environ:  # read when torch is loaded; what it warns of is told in a line
        os.environ.setdefault("TORCH_CPP_LOG_LEVEL", "ERROR")
    prepare_output()
    try:
        os.getcwd()
    except OSError:  # without it, libraries end the program in their own ways
        tell("pinn-metakan: the working directory has been removed; change to one that is there")
        sys.exit(2)
    with answering():
        with loading():
            from pinn_metakan.cli.exit_status import run
        status = 0
        try:
            status = run(list(sys.argv[1:] if arguments is None else arguments))
            status = close_output(status)
            if arguments is None:  # the program ends
                ignore_signals()
        except KeyboardInterrupt:  # before a command has begun, or when it has ended
            if status == 0:  # or its failure has been told already
                tell("pinn-metakan: interrupted")
                status = interrupted_status()
    sys.exit(status)
