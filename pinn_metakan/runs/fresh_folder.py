"""A new folder for a run."""

from dataclasses import dataclass
from pathlib import Path

from pinn_metakan.errors import RunFolderError
from pinn_metakan.runs.first_process import by_first_process
from pinn_metakan.runs.folder import RunFolder


@dataclass(frozen=True)
class FreshFolder:
    """A run folder that nobody else has: the first of NAME, NAME-2, NAME-3, ... that is not there.

    Args:
        parent: The folder that it is made in.
        name: NAME.
    """

    parent: Path
    name: str

    def refuse_unless_free(self, overwrite: bool) -> None:
        """There is always a next one."""

    def refuse_unless_branch_is_free(self, name: str, overwrite: bool) -> None:
        """Nothing is in it."""

    def made(self) -> RunFolder:
        """Make the folder.

        Returns:
            The folder.

        Raises:
            RunFolderError: If it cannot be made.
        """
        return RunFolder(Path(self._made_path()), is_new=True)

    @by_first_process
    def _made_path(self) -> str:
        try:
            self.parent.mkdir(parents=True, exist_ok=True)
            return str(self._made())
        except OSError as error:
            raise RunFolderError(f"cannot write to {self.parent}: {error.strerror}") from error

    def _made(self) -> Path:
        """Make the folder; of several who try at once, each gets one of its own."""
        number = 1
        while True:
            path = self.parent / (self.name if number == 1 else f"{self.name}-{number}")
            try:
                path.mkdir()
                return path
            except FileExistsError:
                number += 1
