"""Pairs k=v of the command line: parameters of a problem, and settings."""

from typing import TYPE_CHECKING

from pinn_metakan.cli.arithmetic import evaluate
from pinn_metakan.errors import UserError

if TYPE_CHECKING:
    from pinn_metakan.settings.layers import Layer


def changes(pairs: list[str] | None) -> "list[Layer]":
    """Read what --set was given, a layer of settings for each pair.

    Args:
        pairs: Such as ``adam.steps=1000``; None for none.

    Returns:
        The layers.
    """
    from pinn_metakan.settings.layers import parse_pair

    return [parse_pair(pair) for pair in pairs or []]


def parameter(text: str) -> tuple[str, object]:
    """Read what --param was given.

    Args:
        text: Such as ``viscosity=0.01/pi``.

    Returns:
        The name and the value.

    Raises:
        UserError: If it is no pair, or the value is none that a parameter can have.
    """
    from pinn_metakan.settings.layers import parse_value

    name, separator, value = text.partition("=")
    if not separator or not name.strip():
        raise UserError(f"--param: expected k=v, got {text!r}")
    number = evaluate(value)
    found = parse_value(value) if number is None else number
    if not isinstance(found, bool | int | float | str | list | dict):
        raise UserError(f"--param {text}: expected a number, text, true or false, or a list")
    return name.strip(), found
