"""How much a command that trains tells, and where: --json, -q, -v."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pinn_metakan.cli.closing import closing_lines
from pinn_metakan.cli.output import print_lines
from pinn_metakan.errors import Interrupted, TrainingError, UserError

if TYPE_CHECKING:
    from pinn_metakan.cli.display import Display
    from pinn_metakan.runs.solution import Solution


@dataclass(frozen=True)
class Manner:
    """What a command was asked to tell; of several processes the first tells it.

    Args:
        as_json: The report on standard output, the rest on standard error.
        is_quiet: Nothing but how it ended.
        is_verbose: Each entry of the history, and what the package logs.
    """

    as_json: bool
    is_quiet: bool
    is_verbose: bool

    def display(self) -> "Display":
        """What shows a run.

        Returns:
            The display.

        Raises:
            UserError: If it shall be quiet and verbose.
        """
        from pinn_metakan.cli.display import Display
        from pinn_metakan.runs.processes import process_number

        if self.is_quiet and self.is_verbose:
            raise UserError("-q and -v exclude each other; give one of them")
        is_first = process_number() == 0
        return Display(
            on_error=self.as_json,
            is_quiet=self.is_quiet or not is_first,
            shows_each=self.is_verbose and is_first,
        )

    def close(self, solution: "Solution", problem_file: Path | None) -> None:
        """Print how a run ended: lines for people, or its report.json and its folder as JSON.

        Raises:
            Interrupted: If the user does not wait for it.
            TrainingError: If what was reached is no solution; it is written and told all the same.
        """
        from pinn_metakan.results.failure import failure_of
        from pinn_metakan.runs.processes import process_number

        if process_number() == 0:
            try:
                print_lines(self._lines(solution, problem_file))
            except KeyboardInterrupt:
                raise Interrupted(solution.folder, problem_file, solution) from None
        if (failure := failure_of(solution.attributes)) is not None:
            raise TrainingError(failure)

    def _lines(self, solution: "Solution", problem_file: Path | None) -> Iterable[str]:
        if not self.as_json:
            return closing_lines(solution, problem_file)
        assert solution.folder is not None
        report = json.loads((solution.folder / "report.json").read_text(encoding="utf-8"))
        return json.dumps(report | {"folder": str(solution.folder)}, indent=2).splitlines()
