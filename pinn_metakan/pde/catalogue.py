"""Files of problems, by name or by path; finding and listing them executes nothing."""

import importlib.util
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pinn_metakan.errors import ProblemError
from pinn_metakan.pde.problem_text import read_problem_text


@dataclass(frozen=True)
class Entry:
    """A problem file.

    Args:
        name: Its stem.
        path: The file.
        equation: First line of the docstring of its problem class, or of the file; behind it the
            parameters for all of whose values it is solved.
        tags: The words that its class has in `tags`.
    """

    name: str
    path: Path
    equation: str
    tags: tuple[str, ...] = ()


def problem_folders(extra: Sequence[Path] = ()) -> list[Path]:
    """Folders where problems are looked for, first to last.

    Args:
        extra: Folders that the user named; they come first.

    Returns:
        The extra ones, then ``./problems``, then the shipped ones.

    Raises:
        ProblemError: If a folder that the user named does not exist.
    """
    for folder in extra:
        if not folder.is_dir():
            raise ProblemError(f"there is no folder of problems {folder}")
    folders: list[Path] = []
    for folder in [*extra, Path("problems"), *_shipped_folders()]:
        if folder.is_dir() and folder.resolve() not in [known.resolve() for known in folders]:
            folders.append(folder)
    return folders


def list_problems(extra: Sequence[Path] = ()) -> list[Entry]:
    """List the problems; of two with the same name, the one that `load_problem` would take."""
    entries: dict[str, Entry] = {}
    for folder in problem_folders(extra):
        for path in sorted(folder.glob("[!_]*.py")):
            if path.stem not in entries:
                text = read_problem_text(path)
                entries[path.stem] = Entry(path.stem, path, text.equation, text.tags)
    return sorted(entries.values(), key=lambda entry: entry.name)


def problem_files(name: str, extra: Sequence[Path] = (), outside: Path | None = None) -> list[Path]:
    """Files of a name in all folders of problems, first to last.

    Args:
        name: The stem of the files.
        extra: Folders that the user named; they come first.
        outside: A run folder, whose own files are left out: no code is taken from it.

    Returns:
        The files.
    """
    places = [folder / f"{name}.py" for folder in problem_folders(extra)]
    found = [path for path in places if name.isidentifier() and path.is_file()]
    if outside is None:
        return found
    return [path for path in found if not path.resolve().is_relative_to(outside.resolve())]


def find_problem(name_or_path: str, extra: Sequence[Path] = ()) -> Path:
    """Find the file of a problem.

    Args:
        name_or_path: A name such as ``burgers``, or the path of a file that ends in ``.py``.
        extra: Folders to look in first.

    Returns:
        The file.

    Raises:
        ProblemError: If there is none; the message lists the names that exist.
    """
    if name_or_path.endswith(".py"):
        path = Path(name_or_path)
        if not path.is_file():
            raise ProblemError(f"there is no problem file {path}")
        return path
    files = [] if name_or_path.startswith("_") else problem_files(name_or_path, extra)
    if files:  # the others need not be read
        return files[0]
    entries = list_problems(extra)
    for entry in entries:
        if entry.name == name_or_path:
            return entry.path
    names = ", ".join(entry.name for entry in entries)
    raise ProblemError(f"no problem {name_or_path!r}; there are {names} (a file ends in .py)")


def with_tags(entries: Sequence[Entry], asked: Sequence[str]) -> list[Entry]:
    """The problems that have all the tags that are asked for.

    Args:
        entries: Problems.
        asked: Tags.

    Returns:
        Those problems, in their order.

    Raises:
        ProblemError: If no problem has a tag; the message lists those that there are.
    """
    known = known_tags(entries)
    for tag in asked:
        if tag not in known:
            raise ProblemError(f"no tag {tag!r}; there are {', '.join(known) or 'none'}")
    return [entry for entry in entries if set(asked) <= set(entry.tags)]


def known_tags(entries: Sequence[Entry]) -> list[str]:
    """All tags of problems, in alphabetical order."""
    return sorted({tag for entry in entries for tag in entry.tags})


def _shipped_folders() -> Iterator[Path]:
    spec = importlib.util.find_spec("pinn_metakan.problems")
    if spec is not None:
        yield from (Path(place) for place in spec.submodule_search_locations or ())
    else:  # a checkout, installed for editing or not at all
        yield Path(__file__).parents[2] / "problems"
