"""The folder of a sweep: its table and figure, and the run folder of each trial."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pinn_metakan.errors import RunFolderError
from pinn_metakan.files import write_text
from pinn_metakan.plotting.figure_files import write_figures
from pinn_metakan.plotting.sweep import sweep_figure
from pinn_metakan.results.sweep_table import (
    TABLE_CSV,
    TABLE_JSON,
    SweepTable,
    read_sweep_table,
)
from pinn_metakan.runs.folder import RunFolder
from pinn_metakan.sweeps.ledger import trial_label
from pinn_metakan.sweeps.plan import SweepPlan
from pinn_metakan.sweeps.progress import SweepProgress
from pinn_metakan.sweeps.storage import JOURNAL, storage_label

#: The journal of a sweep that names no storage, in its folder.
_OWN_JOURNAL = "sweep.journal"
#: The figure, without the ending.
FIGURE = "sweep"


class SweepFolder:
    """The folder of a sweep.

    Args:
        path: The folder; it need not exist.
        storage: Where the trials are kept; a journal in the folder unless given.
    """

    def __init__(self, path: Path, storage: str | None = None):
        self.path = path
        self.storage = f"{JOURNAL}{path / _OWN_JOURNAL}" if storage is None else storage

    def begin(self, plan: SweepPlan) -> None:
        """Make the folder, unless it holds something else than this sweep.

        Args:
            plan: The sweep.

        Raises:
            RunFolderError: If it does, or cannot be written.
        """
        if self.path.exists() and not self.path.is_dir():
            raise RunFolderError(f"{self.path} is a file; a sweep needs a folder")
        table = read_sweep_table(self.path)
        if table is not None:
            self._refuse_another(plan, table.about)
        elif RunFolder(self.path).holds_run() or RunFolder(self.path / trial_label(0)).holds_run():
            raise RunFolderError(f"{self.path} holds a run of no sweep; give another folder")
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            if table is None:
                self.write(SweepProgress(plan))
        except OSError as error:
            raise RunFolderError(f"cannot write to {self.path}: {error.strerror}") from error

    def write(self, progress: SweepProgress) -> SweepTable:
        """Write the table as it is now.

        Args:
            progress: Where the sweep stands.

        Returns:
            The table.
        """
        about = {
            "sweep": progress.plan.name,
            "storage": self._label(),
            "asked": progress.plan.record(),
            "per_combination": progress.plan.per_combination,
        }
        table = progress.table(about)
        write_text(self.path / TABLE_JSON, table.json_text())
        write_text(self.path / TABLE_CSV, table.csv_text())
        return table

    def draw(self, table: SweepTable) -> None:
        """Draw the figure."""
        write_figures({FIGURE: sweep_figure(table)}, self.path)

    def _label(self) -> str:
        """The storage, files as they lie from the folder: it may be elsewhere on other machines."""
        label = storage_label(self.storage)
        for scheme in (JOURNAL, "sqlite:///"):
            if label.startswith(scheme):
                return scheme + os.path.relpath(label.removeprefix(scheme), self.path)
        return label

    def _refuse_another(self, plan: SweepPlan, about: Mapping[str, Any]) -> None:
        asked = about.get("asked")
        now = json.loads(json.dumps(plan.record()))
        if not isinstance(asked, dict):
            asked = {}
        differ = [name for name in {**now, **asked} if asked.get(name) != now.get(name)]
        if differ:
            raise RunFolderError(
                f"{self.path} holds another sweep, which differs in {' and '.join(differ)}; give "
                "another folder, or the same values to go on with it"
            )
        if about.get("storage") != self._label():
            raise RunFolderError(
                f"{self.path} holds a sweep on the storage {about.get('storage')}, named from that "
                f"folder, not on {self._label()}; give that one, or another folder"
            )
