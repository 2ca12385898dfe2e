"""Options from settings as the arguments that a class wants."""

import inspect
import math
from collections.abc import Callable, Collection, Mapping


def class_arguments(
    name: str,
    make: Callable[..., object],
    options: Mapping[str, object],
    handed: Collection[str] = (),
) -> dict[str, object]:
    """Options as arguments: whole numbers where a class wants whole numbers.

    Args:
        name: What messages call the class.
        make: The class, or what makes it with the same arguments.
        options: Their names and values.
        handed: Arguments that are no options.

    Returns:
        The arguments.

    Raises:
        LookupError: If there is no such option; the message lists those that exist.
        ValueError: If an option has an impossible value.
    """
    parameters = dict(inspect.signature(make).parameters)
    rest = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    names = [k for k, p in parameters.items() if k not in handed and p.kind not in rest]
    arguments: dict[str, object] = {}
    for key, value in options.items():
        if key not in names:
            raise LookupError(f"{name} has no option {key!r}; it has {', '.join(names) or 'none'}")
        arguments[key] = _as_wanted(f"{name}: {key}", value, _kind(parameters[key]))
    return arguments


def _kind(parameter: inspect.Parameter) -> object:
    """The kind of value that a parameter wants, by its annotation or else by its default."""
    if parameter.annotation is not parameter.empty:
        spelled = {"int": int, "float": float, "str": str}  # where annotations are kept as text
        return spelled.get(parameter.annotation, parameter.annotation)
    return type(parameter.default)


def _as_wanted(label: str, value: object, kind: object) -> object:
    if kind not in (int, float, str):  # for the class to judge
        return value
    if isinstance(value, str) != (kind is str):
        raise ValueError(
            f"{label} must be {'a name' if kind is str else 'a number'}, got {value!r}"
        )
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{label} must be a number, got {value!r}")
    if not math.isfinite(value):
        raise ValueError(f"{label} must be finite, got {value}")
    if kind is int and not float(value).is_integer():
        raise ValueError(f"{label} must be a whole number, got {value}")
    return int(value) if kind is int else float(value)
