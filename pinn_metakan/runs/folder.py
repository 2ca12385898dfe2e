"""The folder of a run: its files, and who may write there: of several processes the first."""

import json
import shlex
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from pinn_metakan.errors import RunFolderError
from pinn_metakan.files import remove_leftovers, write_all, write_new_text, write_text
from pinn_metakan.plotting.animation import ANIMATIONS
from pinn_metakan.plotting.figures import FIGURES, all_figures
from pinn_metakan.report.facts import RunFacts
from pinn_metakan.report.figure_files import figures_in
from pinn_metakan.report.page import report_page
from pinn_metakan.results.field import Field
from pinn_metakan.results.found_functions import functions_of, functions_table
from pinn_metakan.results.hdf5 import read_solution, solution_bytes
from pinn_metakan.runs.analyses import FITS, analyses_in
from pinn_metakan.runs.first_process import by_first_process
from pinn_metakan.runs.folder_lock import FolderLock
from pinn_metakan.runs.lack_of_room import refused_where_not_written, told_lack_of_room
from pinn_metakan.runs.legs.plan import kept_names
from pinn_metakan.runs.same_run import is_of_same_run
from pinn_metakan.runs.stored import stored_command, stored_report, stored_state
from pinn_metakan.training.checkpoint import checkpoint_bytes
from pinn_metakan.untrusted.plain_file import read_plain

_FILES = (
    *("solution.h5", "report.json", "history.jsonl"),
    *("settings.toml", "checkpoint.safetensors"),
)
#: Values and bands of unknown functions, for a problem that has them.
FUNCTIONS = "functions.csv"
#: The page for people.
PAGE = "report.html"
#: The folder inside that is the run of another network on the same problem.
SECOND_OPINION = "second-opinion"
#: The folders inside that are the runs of a chain before the last one: link-1, link-2, ...
LINK = "link-"
_ALL_NAMES = (*_FILES, *FIGURES, *ANIMATIONS, FUNCTIONS, PAGE)


def part_names(folder: Path) -> list[str]:
    """Names of the folders inside that of a run which may keep parts of it."""
    links = sorted(path.name for path in folder.glob(f"{LINK}*"))
    return [*kept_names(), SECOND_OPINION, *links]


class RunFolder:
    """A folder with solution.h5, report.json, history.jsonl, settings, checkpoint, figures, page.

    Args:
        path: The folder; it need not exist.
        is_new: Whether it has just been made for a run.
        within: The run folder that it is a part of, which no file that is read may lie outside of.
    """

    def __init__(self, path: Path, is_new: bool = False, within: Path | None = None):
        self.path = path
        self._within = path if within is None else within
        self._files = [path / name for name in _FILES]
        self.solution, self._report, self._history, self._settings, self._checkpoint = self._files
        self.page = path / PAGE
        self._is_new = is_new

    @by_first_process
    def refuse_unless_free(self, overwrite: bool) -> None:
        """Refuse a folder that holds a run already, or a path that cannot become a folder.

        Args:
            overwrite: Whether a run may be replaced.

        Raises:
            RunFolderError: If the folder is not free.
        """
        if self.path.exists() and not self.path.is_dir():
            raise RunFolderError(f"{self.path} is a file; --out needs a folder")
        if self.holds_run() and not overwrite:
            raise RunFolderError(f"{self.path} already holds a run; give --overwrite to replace it")
        FolderLock(self.path).refuse_if_held()

    def remove_leftovers(self) -> None:
        """Remove what processes that were killed have left half-written."""
        for branch in (self, *map(self.branch, part_names(self.path))):
            remove_leftovers(branch.path)

    def made(self) -> "RunFolder":
        """This folder, which is made if it is not there; RunFolderError if it cannot be."""
        self._is_new = self._make()
        return self

    @by_first_process
    def _make(self) -> bool:
        with refused_where_not_written(self.path):
            is_new = not self.path.exists()
            self.path.mkdir(parents=True, exist_ok=True)
            return is_new

    def remove_if_new(self) -> None:
        """Remove the folder if it was made for a run of which nothing is left."""
        if self._is_new:
            with suppress(OSError):  # it is not empty
                self.path.rmdir()

    @by_first_process
    def begin(self, settings: str, overwrite: bool) -> None:
        """Write the settings into the folder; of several who try at once, one succeeds.

        Args:
            settings: Text of settings.toml.
            overwrite: Whether the files of a run are removed first.

        Raises:
            RunFolderError: If the folder cannot be written, or another run has just begun there.
        """
        with refused_where_not_written(self.path):
            if overwrite:
                self.clear()
            self.path.mkdir(parents=True, exist_ok=True)
            write_new_text(self._settings, settings)

    @by_first_process
    def change_settings(self, settings: str) -> None:
        """Write settings.toml anew, for a run that goes on with other settings."""
        with told_lack_of_room():
            write_text(self._settings, settings)

    def branch(self, name: str) -> "RunFolder":
        """The folder inside that keeps a part of this run, as a run of its own."""
        return RunFolder(self.path / name, within=self._within)

    @by_first_process
    def is_part_of(self, whole: "RunFolder") -> bool:
        """Whether two folders are of one run, by what their checkpoints say of it."""
        try:
            is_link = self.path.name.startswith(LINK)
            return is_of_same_run(self.load_checkpoint(), whole.load_checkpoint(), is_link)
        except (RunFolderError, LookupError, TypeError):
            return False

    @by_first_process
    def refuse_unless_branch_is_free(self, name: str, overwrite: bool) -> None:
        """Refuse a folder inside that is taken by something else than this run.

        Args:
            name: Name of the folder.
            overwrite: Whether what a run in this folder kept there may be replaced.

        Raises:
            RunFolderError: If it is a file, a link, or holds another run.
        """
        branch = self.branch(name)
        if branch.path.is_symlink() or (branch.path.exists() and not branch.path.is_dir()):
            raise RunFolderError(
                f"{branch.path} is no folder, and this run keeps a part of itself there"
            )
        is_taken = branch.holds_run() and not branch.has_only_begun()
        if is_taken and not (overwrite and branch.is_part_of(self)):
            raise RunFolderError(
                f"{branch.path} holds another run, and this one keeps a part of itself there; give "
                "another --out"
            )

    def make_branch(self, name: str) -> "RunFolder":
        """Make that folder, with settings, checkpoint and history as they are now."""
        self._copy_to(self.branch(name))
        return self.branch(name)

    @by_first_process
    def _copy_to(self, branch: "RunFolder") -> None:
        kept = (self._settings, self._checkpoint, self._history)
        with told_lack_of_room():
            branch.path.mkdir(exist_ok=True)
            contents = {path.name: read_plain(path, self._within) for path in kept}
            write_all({branch.path / name: content for name, content in contents.items()})

    @by_first_process
    def save_checkpoint(self, tree: dict[str, Any], history: list[dict[str, float]]) -> None:
        """Write the checkpoint, and the history up to it, one JSON object per line."""
        with told_lack_of_room():
            write_all({self._checkpoint: checkpoint_bytes(tree), self._history: _lines(history)})

    def load_checkpoint(self) -> dict[str, Any]:
        """Read the checkpoint.

        Returns:
            The tree that was saved, choices of earlier versions as this one says them.

        Raises:
            RunFolderError: If this is not a run or its checkpoint cannot be used.
        """
        if not self.path.is_dir():
            raise RunFolderError(f"there is no run folder {self.path}")
        return stored_state(self._checkpoint, self._within)

    @by_first_process
    def finish(
        self,
        field: Field,
        report: Mapping[str, object],
        history: list[dict[str, float]],
        notes: Sequence[str],
    ) -> None:
        """Write history, solution, figures, report and page; renamed in this order when all are."""
        figures = all_figures(field)
        told = {**report, "command": self.command()}
        page = report_page(self.facts(field, notes, figures))
        contents = {
            self._history: _lines(history),
            self.solution: solution_bytes(field),
            **{self.path / name: content for name, content in figures.items()},
            self._report: (json.dumps(told, indent=2) + "\n").encode(),
            self.page: page.encode(),
        }
        if functions := functions_of(field.attributes):
            contents[self.path / FUNCTIONS] = functions_table(functions).encode()
        with told_lack_of_room():
            write_all(contents)

    def command(self) -> str | None:
        """How the run was started, as settings.toml says; None if it does not."""
        return stored_command(self._settings, self._within)

    def read_report(self) -> dict[str, Any]:
        """What report.json says; see `stored_report`."""
        return stored_report(self._report, self._within)

    def facts(
        self, field: Field, notes: Sequence[str], figures: Mapping[str, bytes] | None = None
    ) -> RunFacts:
        """What the page of this run tells.

        Args:
            field: Its solution.
            notes: What it says of itself.
            figures: New ones, by the names of their files.

        Returns:
            The facts, with the figures that are in the folder.
        """
        found = {**figures_in(self.path), **(figures or {})}
        shown = {name: found[name] for name in FIGURES if name in found}
        return RunFacts(field, notes, self.command(), str(self.path), shown)

    def read_field(self) -> Field:
        """Read the solution.

        Returns:
            The field.

        Raises:
            RunFolderError: If there is none, or it cannot be read.
        """
        if self._checkpoint.is_file() and not self.solution.is_file():
            raise RunFolderError(
                f"{self.path} has no solution.h5: its run ended before it could be written; go on "
                "with",
                command=shlex.join(["pinn-metakan", "resume", str(self.path)]),
            )
        return read_solution(self.solution, self._within)

    def clear(self) -> None:
        """Remove the files of a run and its parts, and nothing else that the user keeps there."""
        for branch in map(self.branch, part_names(self.path)):
            if branch.is_part_of(self):
                branch.clear()
        if self.holds_run():
            for name in (*_ALL_NAMES, *analyses_in(self.path), FITS):
                (self.path / name).unlink(missing_ok=True)

    def holds_checkpoint(self) -> bool:
        """Whether there is something to go on from."""
        return self._checkpoint.is_file()

    def has_only_begun(self) -> bool:
        """Whether a run ended before its first checkpoint, so that settings are all that it has."""
        return [path for path in self._files if path.exists()] == [self._settings]

    def holds_run(self) -> bool:
        """Whether a file of a run is there."""
        return any(path.exists() for path in self._files)


def _lines(history: list[dict[str, float]]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in history).encode()
