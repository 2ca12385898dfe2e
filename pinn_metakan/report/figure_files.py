"""Figures of a run folder, as files."""

from pathlib import Path

from pinn_metakan.plotting.figures import FIGURES

#: What every PNG begins with: a link to another file of the machine is not shown to the world.
_PNG = b"\x89PNG\r\n\x1a\n"


def figures_in(folder: Path) -> dict[str, bytes]:
    """Read the figures of a run folder.

    Args:
        folder: The folder.

    Returns:
        PNG files by name, in the order of their drawing; what is no PNG is left out.
    """
    found = {}
    for name in FIGURES:
        path = folder / name
        if path.suffix == ".png" and path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            if content.startswith(_PNG):
                found[name] = content
    return found
