"""Classes that a table names, so that reading the table needs no torch."""

from importlib import import_module
from typing import TypeVar

T = TypeVar("T")


def named_class(place: str, base: type[T]) -> type[T]:
    """Import the class that a row of a table names.

    Args:
        place: ``module:Class``, such as ``pinn_metakan.optimizers.lbfgs:LBFGS``.
        base: What it must be a subclass of.

    Returns:
        The class.

    Raises:
        TypeError: If it is no such class.
    """
    module, _, name = place.partition(":")
    kind = getattr(import_module(module), name)
    if not (isinstance(kind, type) and issubclass(kind, base)):
        raise TypeError(f"{place} must be a subclass of {base.__name__}, got {kind!r}")
    return kind
