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
    name, separator, value = text.partition("=")
    if not separator or not name.strip():
        raise UserError(f"--param: expected k=v, got {text!r}")
    return name.strip(), parameter_value(f"--param {text}", value)


def values_along(text: str) -> tuple[str, list[object]]:
    """Read what --along was given.

    Args:
        text: Such as ``viscosity=0.05,0.02,0.01/pi``.

    Returns:
        The name, and the values in their order.

    Raises:
        UserError: If there are no two values, or one that a parameter cannot have.
    """
    name, separator, rest = text.partition("=")
    values = rest.split(",")
    if not separator or not name.strip() or len(values) < 2 or not all(v.strip() for v in values):
        raise UserError(
            f"--along: expected k=v1,v2,... with two values or more, such as "
            f"viscosity=0.05,0.02,0.01/pi, got {text!r}"
        )
    return name.strip(), [parameter_value(f"--along {text}", value) for value in values]


def parameter_value(label: str, text: str) -> object:
    """Read a value: a number, also one such as 0.01/pi, or TOML, or else text.

    Args:
        label: What messages call it.
        text: What was typed.

    Returns:
        The value.

    Raises:
        UserError: If it is a date or a time.
    """
    from pinn_metakan.settings.layers import parse_value

    number = evaluate(text)
    found = parse_value(text) if number is None else number
    if not isinstance(found, bool | int | float | str | list | dict):
        raise UserError(f"{label}: expected a number, text, true or false, or a list")
    return found
