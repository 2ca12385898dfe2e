"""Whether the files of a run folder are whole, and what lies there that should not."""

import json
import re
import tomllib
from pathlib import Path

_TEMPORARY = re.compile(r"\..+\.pinn-metakan-tmp-[a-z0-9_]{8}(\.\w+)?")


def damage_in(folder: Path) -> list[str]:
    """Files of a run that cannot be read to their end.

    Args:
        folder: A run folder, with runs inside or without.

    Returns:
        What is wrong with each, nothing where all are whole.
    """
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            try:
                _read(path)
            except Exception as error:
                found.append(f"{path.relative_to(folder)}: {type(error).__name__}: {error}")
    return found


def leftovers_in(folder: Path) -> list[str]:
    """Temporary files and locks."""
    hidden = (path for path in folder.rglob(".*") if path.is_file())
    names = (path.name for path in hidden)
    return sorted(name for name in names if name == ".lock" or _TEMPORARY.fullmatch(name))


def _read(path: Path) -> None:
    from pinn_metakan.results.hdf5 import read_solution
    from pinn_metakan.training.checkpoint import load_checkpoint

    if path.suffix == ".h5":
        read_solution(path)
    elif path.suffix == ".safetensors":
        load_checkpoint(path)
    elif path.suffix == ".png":
        _expect(path.read_bytes()[-8:-4] == b"IEND")
    else:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".json":
            json.loads(text)
        elif path.suffix == ".jsonl":
            _expect(text == "" or text.endswith("\n"))
            for line in text.splitlines():
                json.loads(line)
        elif path.suffix == ".toml":
            tomllib.loads(text)
        elif path.suffix == ".html":
            _expect(text.rstrip().endswith("</html>"))


def _expect(is_whole: bool) -> None:
    if not is_whole:
        raise ValueError("its end is missing")
