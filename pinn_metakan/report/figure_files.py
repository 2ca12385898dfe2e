"""Figures of a run folder, as files."""

from pathlib import Path

from pinn_metakan.errors import RunFolderError
from pinn_metakan.plotting.figures import FIGURES
from pinn_metakan.untrusted.plain_file import opened_plain

#: What every PNG begins with: a link to another file of the machine is not shown to the world.
_PNG = b"\x89PNG\r\n\x1a\n"
#: Bytes of a figure, above which it stays out of a page (docs/decisions/0048-trust.md).
_LARGEST = 32 * 2**20


def figures_in(folder: Path) -> dict[str, bytes]:
    """Read the figures of a run folder.

    Args:
        folder: The folder.

    Returns:
        PNG files by name, in the order of their drawing; what is no PNG is left out.
    """
    found = {}
    for name in FIGURES:
        content = figure_at(folder / name) if name.endswith(".png") else None
        if content is not None:
            found[name] = content
    return found


def figure_at(path: Path) -> bytes | None:
    """Read a figure.

    Args:
        path: A file.

    Returns:
        A PNG file; None where there is none, or a link, or something else.
    """
    if path.is_symlink() or not path.is_file():
        return None
    try:
        with opened_plain(path) as file:
            content = file.read(_LARGEST)
    except RunFolderError:
        return None
    return content if content.startswith(_PNG) and len(content) < _LARGEST else None
