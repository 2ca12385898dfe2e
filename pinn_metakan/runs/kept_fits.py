"""Fits that are kept as they come, one per line, so that many of them go on where they ended."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pinn_metakan.errors import RunFolderError, UserError
from pinn_metakan.files import append_line
from pinn_metakan.untrusted.json_text import read_json
from pinn_metakan.untrusted.plain_file import read_plain
from pinn_metakan.untrusted.schema import Kind, Table, Text, Whole


class KeptFits:
    """Results of fits by their seed, in a file of JSON Lines; lines of other fits are left alone.

    Args:
        path: The file; None to keep nothing.
        first: What tells the fit that all begin with from others.
        kind: What a fit must hold; a line that holds something else counts for nothing.

    Raises:
        UserError: If the file cannot be read, or is a link.
    """

    def __init__(self, path: Path | None, first: str, kind: Kind):
        self._path, self._first = path, first
        self._known: dict[int, dict[str, Any]] = {}
        if path is None or not os.path.lexists(path):
            return
        if path.is_symlink():
            raise UserError(f"{path} is a link, and fits are kept in it; put a file there")
        row = Table({"of": Text([first]), "seed": Whole(), "fit": kind})
        for line in read_plain(path, path.parent).splitlines():
            try:
                entry = read_json(line.decode(), row, "it")
            except (RunFolderError, UnicodeDecodeError):
                continue  # of another fit, or written half when the program was ended
            assert isinstance(entry, dict)
            self._known[entry["seed"]] = entry["fit"]

    def has(self, seed: int) -> bool:
        """Whether the fit of a seed has been made."""
        return seed in self._known

    def of(self, seeds: Sequence[int]) -> list[dict[str, Any]]:
        """What the fits of seeds found, which have been made."""
        return [self._known[seed] for seed in seeds]

    def keep(self, seed: int, fit: dict[str, Any]) -> None:
        """Keep what a fit found.

        Args:
            seed: Of its noise.
            fit: What JSON can hold.

        Raises:
            UserError: If it cannot be written.
        """
        self._known[seed] = fit
        if self._path is None:
            return
        try:
            append_line(self._path, json.dumps({"of": self._first, "seed": seed, "fit": fit}))
        except OSError as error:
            raise UserError(f"cannot write {self._path}: {error.strerror}") from error
