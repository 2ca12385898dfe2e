"""Problems from their files; a text is read once, so what is checked is what runs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from inspect import Parameter
from pathlib import Path

from pinn_metakan.errors import ProblemError, one_line
from pinn_metakan.pde.catalogue import find_problem
from pinn_metakan.pde.problem import Origin, Problem, constructor_parameters, is_lost, recorded
from pinn_metakan.pde.surroundings import kept_surroundings
from pinn_metakan.pde.user_code import run_text, told_failures


def load_problem(
    name_or_path: str,
    problems: Sequence[Path] = (),
    parameters: Mapping[str, object] | None = None,
) -> Problem:
    """Execute one problem file and construct its problem.

    Args:
        name_or_path: A name such as ``burgers``, or the path of a file that ends in ``.py``.
        problems: Folders to look in first.
        parameters: Arguments of the problem's constructor.

    Returns:
        The problem.

    Raises:
        ProblemError: If the file is not found or fails, does not define exactly one Problem, or
            does not take the parameters.
    """
    return construct(read_origin(find_problem(name_or_path, problems)), parameters or {})


def read_origin(path: Path) -> Origin:
    """Read the text of a problem file; nothing is executed.

    Args:
        path: The file.

    Returns:
        Its name, path and text.

    Raises:
        ProblemError: If it cannot be read.
    """
    try:
        return Origin(path.stem, path, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ProblemError(f"cannot read {path}: {error}") from error


def construct(origin: Origin, parameters: Mapping[str, object]) -> Problem:
    """Execute the text of a problem file and construct the problem that it defines.

    Args:
        origin: What `read_origin` returned.
        parameters: Arguments of the problem's constructor.

    Returns:
        The problem.

    Raises:
        ProblemError: If the text fails, does not define exactly one Problem, or does not take the
            parameters.
    """
    return _constructed(problem_class(origin), origin, parameters)


def with_parameters(problem: Problem, parameters: Mapping[str, object]) -> Problem:
    """Construct a problem again, with some parameters changed.

    Args:
        problem: The problem, which stays as it is.
        parameters: Arguments of its constructor that are other ones.

    Returns:
        The problem.

    Raises:
        ProblemError: If it does not take the parameters, or the others are not known.
    """
    kept = {name: value for name, value in problem.parameters.items() if name not in parameters}
    lost = [name for name, value in kept.items() if is_lost(value)]
    if lost:
        raise ProblemError(
            f"{problem.origin.label}: the parameter {lost[0]!r} is no number, text or list, so "
            "the problem cannot be made again with others changed"
        )
    return _constructed(type(problem), problem.origin, {**kept, **parameters})


def _constructed(kind: type[Problem], origin: Origin, parameters: Mapping[str, object]) -> Problem:
    path = origin.label
    accepted = constructor_parameters(kind)
    kinds = {parameter.kind for parameter in accepted.values()}
    for name in parameters:
        if name not in accepted and Parameter.VAR_KEYWORD not in kinds:
            names = ", ".join(accepted) or "none"
            raise ProblemError(f"{path}: no parameter {name!r}; there are {names}")
    in_order, by_name = _arguments(path, accepted, parameters)
    with told_failures(f"{path}: {kind.__name__}(...) failed"), kept_surroundings():
        problem = kind(*in_order, **by_name)
    object.__setattr__(problem, "_origin", origin)  # a frozen dataclass can be a problem
    return problem


def _arguments(
    path: str, accepted: Mapping[str, Parameter], parameters: Mapping[str, object]
) -> tuple[list[object], dict[str, object]]:
    """Arguments by place and by name; an argument equal to its default is that, such as a tuple."""
    in_order: list[object] = []
    by_name: dict[str, object] = {}
    kinds = {parameter.kind: parameter.name for parameter in accepted.values()}
    has_rest = bool(parameters.get(kinds.get(Parameter.VAR_POSITIONAL, "")))
    for name, parameter in accepted.items():
        if name not in parameters and (parameter.default is Parameter.empty or not has_rest):
            continue
        value = parameter.default
        if name in parameters and parameters[name] != recorded(value):
            value = _converted(path, name, parameters[name], parameter.annotation)
        match parameter.kind:
            case Parameter.VAR_POSITIONAL:
                in_order += value if isinstance(value, list) else [value]
            case Parameter.VAR_KEYWORD:
                by_name |= value if isinstance(value, dict) else {name: value}
            case Parameter.POSITIONAL_ONLY:
                in_order.append(value)
            case Parameter.POSITIONAL_OR_KEYWORD if has_rest:
                in_order.append(value)
            case _:
                by_name[name] = value
    others = {name: value for name, value in parameters.items() if name not in accepted}
    return in_order, by_name | others


def problem_class(origin: Origin) -> type[Problem]:
    """Execute the text of a problem file and find the problem class that it defines.

    Args:
        origin: What `read_origin` returned.

    Returns:
        The class.

    Raises:
        ProblemError: If the text fails or does not define exactly one Problem.
    """
    path = origin.path
    assert path is not None
    name = f"pinn_metakan_problem_{path.stem}"
    module = run_text(name, path, origin.source)
    found = [
        value
        for value in _distinct(vars(module).values())
        if isinstance(value, type) and issubclass(value, Problem) and value.__module__ == name
    ]
    found = [kind for kind in found if not any(kind in other.__mro__[1:] for other in found)]
    if len(found) != 1:
        names = ", ".join(kind.__name__ for kind in found) or "none"
        raise ProblemError(f"{path} must define exactly one Problem, it defines {names}")
    return found[0]


def _converted(path: str, name: str, value: object, kind: object) -> object:
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError as error:
            raise ProblemError(
                f"{path}: parameter {name!r} must be at most 1.8e308, got {one_line(value, 60)}"
            ) from error
    if isinstance(kind, type) and kind in (float, int, str, bool) and type(value) is not kind:
        raise ProblemError(f"{path}: parameter {name!r} must be {kind.__name__}, got {value!r}")
    return value


def _distinct(values: Iterable[object]) -> Iterator[object]:
    """Each object once, although a file may have two names for it; some cannot be hashed."""
    seen: set[int] = set()
    for value in values:
        if id(value) not in seen:
            seen.add(id(value))
            yield value
