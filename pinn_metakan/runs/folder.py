"""The folder of a run: its files, and who may write there: of several processes the first."""

import json
import shlex
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pinn_metakan.errors import RunFolderError
from pinn_metakan.files import write_new_text, write_text, written_whole
from pinn_metakan.plotting.animation import ANIMATIONS
from pinn_metakan.plotting.figures import FIGURES, draw_all
from pinn_metakan.report.facts import RunFacts
from pinn_metakan.report.figure_files import figures_in
from pinn_metakan.report.page import report_page
from pinn_metakan.results.field import Field
from pinn_metakan.results.found_functions import functions_of, functions_table
from pinn_metakan.results.hdf5 import read_solution, write_solution
from pinn_metakan.runs.checkpoint_format import with_present_choices
from pinn_metakan.runs.first_process import by_first_process
from pinn_metakan.runs.legs.plan import kept_names
from pinn_metakan.training.checkpoint import load_checkpoint, save_checkpoint

_FILES = (
    "solution.h5",
    "report.json",
    "history.jsonl",
    "settings.toml",
    "checkpoint.safetensors",
)
#: Values and bands of unknown functions, for a problem that has them.
FUNCTIONS = "functions.csv"
#: The page for people.
PAGE = "report.html"
#: The folder inside that is the run of another network on the same problem.
SECOND_OPINION = "second-opinion"
#: The folders inside that are the runs of a chain before the last one: link-1, link-2, ...
LINK = "link-"


def part_names(folder: Path) -> list[str]:
    """Names of the folders inside that of a run which may keep parts of it."""
    links = sorted(path.name for path in folder.glob(f"{LINK}*"))
    return [*kept_names(), SECOND_OPINION, *links]


class RunFolder:
    """A folder with solution.h5, report.json, history.jsonl, settings, checkpoint, figures, page.

    Args:
        path: The folder; it need not exist.
    """

    def __init__(self, path: Path):
        self.path = path
        self.solution, self._report, self._history, self._settings, self._checkpoint = (
            path / name for name in _FILES
        )
        self.page = path / PAGE

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

    def begin(self, settings: str, overwrite: bool) -> "RunFolder":
        """Make the folder and write the settings; of several who try at once, one succeeds.

        Args:
            settings: Text of settings.toml.
            overwrite: Whether the files of a run are removed first.

        Returns:
            This folder.

        Raises:
            RunFolderError: If the folder cannot be written, or another run has just begun there.
        """
        self._begin(settings, overwrite)
        return self

    @by_first_process
    def _begin(self, settings: str, overwrite: bool) -> None:
        try:
            if overwrite:
                self._clear_with_parts()
            self.path.mkdir(parents=True, exist_ok=True)
            write_new_text(self._settings, settings)
        except FileExistsError as error:
            raise RunFolderError(f"another run has just begun in {self.path}") from error
        except OSError as error:
            raise RunFolderError(f"cannot write to {self.path}: {error.strerror}") from error

    @by_first_process
    def change_settings(self, settings: str) -> None:
        """Write settings.toml anew, for a run that goes on with other settings."""
        write_text(self._settings, settings)

    def branch(self, name: str) -> "RunFolder":
        """The folder inside that keeps a part of this run, as a run of its own."""
        return RunFolder(self.path / name)

    @by_first_process
    def is_part_of(self, whole: "RunFolder") -> bool:
        """Whether two folders are of one run, by what their checkpoints say of it."""
        try:
            part, found = self.load_checkpoint(), whole.load_checkpoint()
            if part["problem"]["sha256"] != found["problem"]["sha256"]:
                return False
            if self.path.name.startswith(LINK):  # its parameters and stages are others
                names = ("network", "seed", "dtype")
                return all(part["choices"][name] == found["choices"][name] for name in names)
            is_same = part["problem"]["parameters"] == found["problem"]["parameters"]
            asked = [found["choices"], found.get("second_opinion"), *found.get("before", [])]
            return is_same and any(_agree(part["choices"], one) for one in asked)
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
        if branch.holds_run() and not (overwrite and branch.is_part_of(self)):
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
        branch.path.mkdir(exist_ok=True)
        for here, there in (
            (self._settings, branch._settings),
            (self._checkpoint, branch._checkpoint),
            (self._history, branch._history),
        ):
            with written_whole(there) as path:
                shutil.copyfile(here, path)

    @by_first_process
    def save_checkpoint(self, tree: dict[str, Any], history: list[dict[str, float]]) -> None:
        """Write the checkpoint, and the history up to it, one JSON object per line."""
        save_checkpoint(self._checkpoint, tree)
        self._write_history(history)

    def load_checkpoint(self) -> dict[str, Any]:
        """Read the checkpoint.

        Returns:
            The tree that was saved, choices of earlier versions as this one says them.

        Raises:
            RunFolderError: If this is not a run or its checkpoint cannot be used.
        """
        if not self.path.is_dir():
            raise RunFolderError(f"there is no run folder {self.path}")
        return with_present_choices(load_checkpoint(self._checkpoint))

    @by_first_process
    def finish(
        self,
        field: Field,
        report: Mapping[str, object],
        history: list[dict[str, float]],
        notes: Sequence[str],
    ) -> None:
        """Write solution, figures, report, history and page."""
        self._write_history(history)
        write_solution(self.solution, field)
        if functions := functions_of(field.attributes):
            write_text(self.path / FUNCTIONS, functions_table(functions))
        draw_all(field, self.path)
        told = {**report, "command": self.command()}
        write_text(self._report, json.dumps(told, indent=2) + "\n")
        write_text(self.page, report_page(self.facts(field, notes)))

    def command(self) -> str | None:
        """How the run was started, as settings.toml says; None if it does not."""
        try:
            first = self._settings.read_text(encoding="utf-8").partition("\n")[0]
        except (OSError, UnicodeDecodeError):
            return None
        return first.removeprefix("# ").strip() if first.startswith("# ") else None

    def read_report(self) -> dict[str, Any]:
        """Read report.json.

        Returns:
            What it says; nothing where there is none.

        Raises:
            RunFolderError: If it is damaged.
        """
        if not self._report.is_file():
            return {}
        try:
            report = json.loads(self._report.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            report = None
        if not isinstance(report, dict):
            raise RunFolderError(f"{self._report} is not a report of this package")
        return report

    def facts(self, field: Field, notes: Sequence[str]) -> RunFacts:
        """What the page of this run tells.

        Args:
            field: Its solution.
            notes: What it says of itself.

        Returns:
            The facts, with the figures that are in the folder.
        """
        return RunFacts(field, notes, self.command(), str(self.path), figures_in(self.path))

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
                f"with: pinn-metakan resume {shlex.quote(str(self.path))}"
            )
        return read_solution(self.solution)

    def _write_history(self, history: list[dict[str, float]]) -> None:
        write_text(self._history, "".join(json.dumps(row) + "\n" for row in history))

    def _clear_with_parts(self) -> None:
        for branch in map(self.branch, part_names(self.path)):
            if branch.is_part_of(self):
                branch._clear_with_parts()
        self._clear()

    def _clear(self) -> None:
        """Remove the files of a run, and nothing else that the user may keep there."""
        if self.holds_run():
            for name in (*_FILES, *FIGURES, *ANIMATIONS, FUNCTIONS, PAGE):
                (self.path / name).unlink(missing_ok=True)

    def holds_run(self) -> bool:
        """Whether a file of a run is there."""
        return any((self.path / name).exists() for name in _FILES)


def _agree(choices: object, others: object) -> bool:
    """Whether choices are the same but for settings that an earlier version did not have."""
    if not isinstance(choices, Mapping) or not isinstance(others, Mapping):
        return choices == others
    return all(_agree(choices[name], others[name]) for name in choices.keys() & others.keys())
