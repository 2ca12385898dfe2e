"""What the files of a run folder hold, read and checked by their schemas."""

import os
from pathlib import Path
from typing import Any

from pinn_metakan.errors import RunFolderError
from pinn_metakan.runs.checkpoint_format import with_present_choices
from pinn_metakan.runs.checkpoint_schema import CHECKPOINT
from pinn_metakan.training.checkpoint import load_checkpoint
from pinn_metakan.untrusted.json_text import read_json
from pinn_metakan.untrusted.plain_file import read_plain_text
from pinn_metakan.untrusted.schema import Anything, Listed, Table, Text

#: What is read of report.json: the notes.
_REPORT = Table({}, {"notes": Listed(Text())}, Anything())


def stored_state(path: Path, within: Path) -> dict[str, Any]:
    """Read a checkpoint.

    Args:
        path: The file.
        within: The folder that it must lie in.

    Returns:
        The tree that was saved, choices of earlier versions as this one says them.

    Raises:
        RunFolderError: If it cannot be used.
    """
    state = with_present_choices(load_checkpoint(path, within))
    try:
        CHECKPOINT.check(state, "it")
    except RunFolderError as error:
        raise RunFolderError(
            f"the checkpoint in {path.parent} does not fit this version ({error})"
        ) from error
    return state


def stored_report(path: Path, within: Path) -> dict[str, Any]:
    """Read report.json.

    Args:
        path: The file.
        within: The folder that it must lie in.

    Returns:
        What it says; nothing where there is none.

    Raises:
        RunFolderError: If it is damaged.
    """
    if not os.path.lexists(path):
        return {}
    try:
        report = read_json(read_plain_text(path, within), _REPORT, "it")
    except RunFolderError as error:
        raise RunFolderError(f"{path} is not a report of this package ({error})") from error
    assert isinstance(report, dict)
    return report


def stored_command(path: Path, within: Path) -> str | None:
    """How a run was started, as its settings.toml says; None if it does not.

    Args:
        path: The file.
        within: The folder that it must lie in.

    Returns:
        A line.
    """
    try:
        first = read_plain_text(path, within).partition("\n")[0]
    except RunFolderError:
        return None
    return first.removeprefix("# ").strip() if first.startswith("# ") else None
