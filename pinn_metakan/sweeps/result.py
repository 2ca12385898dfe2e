"""What a sweep has found."""

from pathlib import Path

from pinn_metakan.errors import UserError
from pinn_metakan.results.sweep_table import SweepTable, TrialGroup, TrialRow
from pinn_metakan.runs.resume import open_run
from pinn_metakan.runs.solution import Solution


class SweepResult:
    """The trials of a sweep.

    Args:
        table: All of them.
        folder: The folder of the sweep.
    """

    def __init__(self, table: SweepTable, folder: Path):
        self.table = table
        self.folder = folder

    @property
    def rows(self) -> list[TrialRow]:
        """The trials, in their order."""
        return list(self.table.rows)

    @property
    def best(self) -> TrialRow | None:
        """The finished trial with the smallest error or loss; None if none is finished."""
        return self.table.best

    @property
    def groups(self) -> list[TrialGroup]:
        """Mean and spread of finished trials that differ in the seed and what is searched alone."""
        return self.table.groups

    def open(self, trial: str | TrialRow) -> Solution:
        """Read the solution of a trial; executes nothing.

        Args:
            trial: The trial, or its name.

        Returns:
            The solution.

        Raises:
            UserError: If there is no such trial.
            RunFolderError: If its run folder is not here, or cannot be read.
        """
        name = trial if isinstance(trial, str) else trial.trial
        if name not in [row.trial for row in self.table.rows]:
            raise UserError(f"no trial {name!r}; there are trial-000 to {self.rows[-1].trial}")
        return open_run(self.folder / name)

    def __repr__(self) -> str:
        over = self.table.count("finished", "pruned", "failed")
        return f"SweepResult({over} of {len(self.table.rows)} trials over, {str(self.folder)!r})"
