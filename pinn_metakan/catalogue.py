"""Problems by name or by file; listing them executes nothing."""

import ast
import importlib.util
import inspect
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pinn_metakan.errors import ProblemError
from pinn_metakan.pde.data import describe_error
from pinn_metakan.pde.problem import Origin, Problem


@dataclass(frozen=True)
class Entry:
    """A problem file.

    Args:
        name: Its stem.
        path: The file.
        equation: First line of the docstring of its problem class, or of the file.
    """

    name: str
    path: Path
    equation: str


def problem_folders(extra: Sequence[Path] = ()) -> list[Path]:
    """Give the folders where problems are looked for, first to last.

    Args:
        extra: Folders that the user named; they come first.

    Returns:
        Those, then ``./problems``, then the shipped ones.

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
                entries[path.stem] = Entry(path.stem, path, _equation(path))
    return sorted(entries.values(), key=lambda entry: entry.name)


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
    entries = list_problems(extra)
    for entry in entries:
        if entry.name == name_or_path:
            return entry.path
    names = ", ".join(entry.name for entry in entries)
    raise ProblemError(f"no problem {name_or_path!r}; there are {names} (a file ends in .py)")


def load_problem(
    name_or_path: str,
    problems: Sequence[Path] = (),
    parameters: Mapping[str, object] | None = None,
) -> Problem:
    """Execute one problem file and construct its problem.

    Args:
        name_or_path: See `find_problem`.
        problems: Folders to look in first.
        parameters: Arguments of the problem's constructor.

    Returns:
        The problem.

    Raises:
        ProblemError: If the file is not found or fails, does not define exactly one Problem, or
            does not take the parameters.
    """
    path = find_problem(name_or_path, problems)
    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ProblemError(f"cannot read {path}: {error}") from error
    kind = _problem_class(path)
    parameters = dict(parameters or {})
    accepted = inspect.signature(kind).parameters
    for name, value in parameters.items():
        if name not in accepted:
            names = ", ".join(accepted) or "none"
            raise ProblemError(f"{path}: no parameter {name!r}; there are {names}")
        parameters[name] = _converted(path, name, value, accepted[name])
    try:
        problem = kind(**parameters)
    except Exception as error:
        raise ProblemError(f"{path}: {kind.__name__}(...) failed: {_told(error)}") from error
    problem._origin = Origin(path.stem, path, source)
    problem.parameters = parameters
    return problem


def _converted(path: Path, name: str, value: object, parameter: inspect.Parameter) -> object:
    kind = parameter.annotation
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if kind in (float, int, str, bool) and type(value) is not kind:
        raise ProblemError(f"{path}: parameter {name!r} must be {kind.__name__}, got {value!r}")
    return value


def _problem_class(path: Path) -> type[Problem]:
    name = f"pinn_metakan_problem_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # so that inspect finds the source of its classes
    writes_bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise ProblemError(f"{path} failed while loading: {_told(error)}") from error
    finally:
        sys.dont_write_bytecode = writes_bytecode
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Problem) and value.__module__ == name
    ]
    if len(found) != 1:
        names = ", ".join(kind.__name__ for kind in found) or "none"
        raise ProblemError(f"{path} must define exactly one Problem, it defines {names}")
    return found[0]


def _told(error: BaseException) -> str:
    if isinstance(error, SyntaxError) and error.lineno:
        return f"SyntaxError: {error.msg} (line {error.lineno})"
    return describe_error(error)


def _shipped_folders() -> Iterator[Path]:
    spec = importlib.util.find_spec("pinn_metakan.problems")
    if spec is not None:
        yield from (Path(place) for place in spec.submodule_search_locations or ())
    yield Path(__file__).parents[1] / "problems"  # run from a checkout that is not installed


def _equation(path: Path) -> str:
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, UnicodeDecodeError):
        return "(cannot be read)"
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    texts = [*(ast.get_docstring(node) for node in classes), ast.get_docstring(tree)]
    lines = [text.strip().splitlines()[0] for text in texts if text and text.strip()]
    return lines[0] if lines else ""
