"""The command line, as the program begins it."""

import sys
from collections.abc import Sequence


def command(arguments: Sequence[str], draws: bool) -> None:
    """Be the command line.

    Args:
        arguments: What stands behind ``pinn-metakan``.
        draws: Whether a run draws its figures, which take longer than a small run.
    """
    from pinn_metakan.cli import main
    from pinn_metakan.runs import folder as run_folder

    figures, given = run_folder.all_figures, sys.argv
    if not draws:
        run_folder.all_figures = lambda field: {}
    sys.argv = ["pinn-metakan", *arguments]
    try:
        main()
    finally:
        run_folder.all_figures, sys.argv = figures, given
