"""Fits that are kept as they come, one per line, so that many of them go on where they ended."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pinn_metakan.errors import UserError


class KeptFits:
    """Results of fits by their seed, in a file of JSON Lines; lines of other fits are left alone.

    Args:
        path: The file; None to keep nothing.
        first: What tells the fit that all begin with from others.

    Raises:
        UserError: If the file cannot be read.
    """

    def __init__(self, path: Path | None, first: str):
        self._path, self._first = path, first
        self._known: dict[int, dict[str, Any]] = {}
        try:
            lines = path.read_bytes().splitlines() if path is not None and path.is_file() else []
        except OSError as error:
            raise UserError(f"cannot read {path}: {error.strerror}") from error
        for line in lines:
            try:
                entry = json.loads(line)
            except (ValueError, RecursionError):
                continue  # a line that was being written when the program was ended
            match entry:
                case {"of": str(of), "seed": int(seed), "fit": dict(fit)} if of == first:
                    self._known[seed] = fit

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
            begin = self._path.read_bytes()[-1:] if self._path.is_file() else b"\n"
            with self._path.open("a", encoding="utf-8") as file:
                line = json.dumps({"of": self._first, "seed": seed, "fit": fit})
                file.write(("" if begin in (b"\n", b"") else "\n") + line + "\n")
        except OSError as error:
            raise UserError(f"cannot write {self._path}: {error.strerror}") from error
