"""Warnings, each told in one line."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pinn_metakan.errors import LONGEST, one_line

_BEGINNING = "pinn-metakan: warning: "
#: Characters of the place.
_PLACE = 80


@contextmanager
def told_warnings() -> Iterator[None]:
    """Tell each warning in one line that names file and line, in the place of Python's two."""

    def told(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        line: str | None = None,
    ) -> str:
        place = one_line(f"{Path(filename).name}, line {lineno}", _PLACE)
        return f"{_BEGINNING}{one_line(f'{place}: {message}', LONGEST - len(_BEGINNING))}\n"

    before = warnings.formatwarning
    warnings.formatwarning = told
    try:
        yield
    finally:
        warnings.formatwarning = before
