"""The folder of a run: its files, and who may write there."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomli_w

from pinn_metakan.errors import RunFolderError
from pinn_metakan.files import write_text, written_whole
from pinn_metakan.plotting.figures import FIGURES, draw_all
from pinn_metakan.results.field import Field
from pinn_metakan.results.hdf5 import write_solution
from pinn_metakan.training.checkpoint import load_checkpoint, save_checkpoint

_FILES = (
    "solution.h5",
    "report.json",
    "history.jsonl",
    "settings.toml",
    "checkpoint.safetensors",
)
#: Where a run keeps what it was before the coefficients were untied.
_TIED = "tied"


class RunFolder:
    """A folder with solution.h5, report.json, history.jsonl, settings.toml, checkpoint, figures.

    Args:
        path: The folder; it need not exist.
    """

    def __init__(self, path: Path):
        self.path = path
        self.solution, self._report, self._history, self._settings, self._checkpoint = (
            path / name for name in _FILES
        )

    def refuse_unless_free(self, overwrite: bool) -> None:
        """Refuse a folder that holds a run already, or a path that cannot become a folder.

        Args:
            overwrite: Whether a run may be replaced.

        Raises:
            RunFolderError: If the folder is not free.
        """
        if self.path.exists() and not self.path.is_dir():
            raise RunFolderError(f"{self.path} is a file; --out needs a folder")
        if self._holds_run() and not overwrite:
            raise RunFolderError(f"{self.path} already holds a run; give --overwrite to replace it")

    def begin(self, settings: Mapping[str, object], command: str) -> None:
        """Make the folder and write the settings; remove the files of a run that is replaced.

        Args:
            settings: Nested dicts.
            command: How to start the same run again.

        Raises:
            RunFolderError: If the folder cannot be written.
        """
        try:
            for folder in (self.tied, self):
                folder._clear()
            self.path.mkdir(parents=True, exist_ok=True)
            text = f"# {command}\n{tomli_w.dumps(settings)}"
            write_text(self._settings, text)
        except OSError as error:
            raise RunFolderError(f"cannot write to {self.path}: {error.strerror}") from error

    @property
    def tied(self) -> "RunFolder":
        """The folder inside that keeps a MetaKAN as it was before its coefficients were untied."""
        return RunFolder(self.path / _TIED)

    def branch_tied(self) -> "RunFolder":
        """Make that folder, with settings, checkpoint and history as they are now."""
        tied = self.tied
        tied.path.mkdir(exist_ok=True)
        for here, there in (
            (self._settings, tied._settings),
            (self._checkpoint, tied._checkpoint),
            (self._history, tied._history),
        ):
            with written_whole(there) as path:
                shutil.copyfile(here, path)
        return tied

    def save_checkpoint(self, tree: dict[str, Any], history: list[dict[str, float]]) -> None:
        """Write the checkpoint, and the history up to it, one JSON object a line."""
        save_checkpoint(self._checkpoint, tree)
        write_text(self._history, "".join(json.dumps(row) + "\n" for row in history))

    def load_checkpoint(self) -> dict[str, Any]:
        """Read the checkpoint.

        Returns:
            The tree that was saved.

        Raises:
            RunFolderError: If this is not a run or its checkpoint cannot be used.
        """
        if not self.path.is_dir():
            raise RunFolderError(f"there is no run folder {self.path}")
        return load_checkpoint(self._checkpoint)

    def finish(self, field: Field, report: Mapping[str, object]) -> None:
        """Write solution, figures and report."""
        write_solution(self.solution, field)
        draw_all(field, self.path)
        write_text(self._report, json.dumps(report, indent=2) + "\n")

    def _clear(self) -> None:
        """Remove the files of a run, and nothing else that the user may keep there."""
        if self._holds_run():
            for name in (*_FILES, *FIGURES):
                (self.path / name).unlink(missing_ok=True)

    def _holds_run(self) -> bool:
        return any((self.path / name).exists() for name in _FILES)
