"""The exceptions that callers catch."""

from pathlib import Path
from typing import Any


class UserError(ValueError):
    """Something that the user gave is wrong; the message is one line that says what to change."""


class ProblemError(UserError):
    """A problem file, or a function in it, cannot be used."""


class SettingsError(UserError):
    """A setting has an unknown name or an impossible value."""


class RunFolderError(UserError):
    """A run folder, a solution file or a checkpoint cannot be used."""


class TrainingError(RuntimeError):
    """The run failed although its input was sound; the message says what to try."""


class Interrupted(RuntimeError):
    """The user stopped the run.

    Args:
        folder: The run folder, with a checkpoint to go on from; None if nothing is written.
        problem_file: The file of the problem, None if it has none.
        solution: What was reached, a `Solution`; None if the user did not wait for it.
    """

    def __init__(self, folder: Path | None, problem_file: Path | None, solution: Any):
        super().__init__(str(folder) if folder is not None else "the run was interrupted")
        self.folder = folder
        self.problem_file = problem_file
        self.solution = solution
