"""Where the command line begins; nothing that takes long is imported here."""

import os
import sys
from collections.abc import Sequence

from pinn_metakan.cli.loading import loading


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 failed, 2 wrong input, 130 interrupted."""
    if "WORLD_SIZE" in os.environ:  # read when torch is loaded; what it warns of is told in a line
        os.environ.setdefault("TORCH_CPP_LOG_LEVEL", "ERROR")
    with loading():
        from pinn_metakan.cli.exit_status import run
    sys.exit(run(list(sys.argv[1:] if arguments is None else arguments)))
