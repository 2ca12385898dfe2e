"""A run of the command line, opened to be evaluated: which code that runs is told before."""

from pathlib import Path
from typing import TYPE_CHECKING

from pinn_metakan.cli.loading import loading
from pinn_metakan.cli.output import tell

if TYPE_CHECKING:
    from pinn_metakan.runs.solution import Solution


def opened(
    run: Path, file: Path | None, problems: list[Path] | None, part: list[Path] | None
) -> "Solution":
    """Open a run and load the code of its problem.

    Args:
        run: The run folder.
        file: The problem's file, None to look for it.
        problems: Folders to look in first.
        part: Files of own families and networks.

    Returns:
        The solution, with its trained field.

    Raises:
        UserError: If the run or its problem cannot be used.
    """
    with loading():
        from pinn_metakan.runs.resume import open_run

    def announce(facts: list[tuple[str, str]]) -> None:
        for _, text in facts:
            tell(text)

    return open_run(
        run, file, evaluate=True, problems=problems or [], parts=part or [], announce=announce
    )
