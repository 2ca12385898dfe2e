"""JSON that may come from anyone: bounded in depth, checked by a schema."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from pinn_metakan.errors import RunFolderError
from pinn_metakan.untrusted.schema import Kind, misfit

#: Tables and lists inside each other; what this package writes has a dozen
#: (docs/decisions/0048-trust.md).
DEEPEST = 64


def read_json(text: str, kind: Kind, place: str) -> object:
    """Read JSON.

    Args:
        text: The text.
        kind: What it must hold.
        place: What messages call it.

    Returns:
        What it holds.

    Raises:
        RunFolderError: If it is no JSON, nested too deep, or holds something else.
    """
    try:
        found = json.loads(text)
    except RecursionError as error:
        raise RunFolderError(f"{place} is nested too deep") from error
    except ValueError as error:
        raise RunFolderError(f"{place} is no JSON ({error})") from error
    refuse_depth(found, place)
    kind.check(found, place)
    return found


def refuse_depth(value: object, place: str) -> None:
    """Refuse lists and tables that are nested too deep to be walked through.

    Args:
        value: What was read.
        place: What messages call it.

    Raises:
        RunFolderError: If they are.
    """
    layer: list[object] = [value]
    for _ in range(DEEPEST):
        layer = [part for one in layer for part in _parts(one)]
        if not layer:
            return
    raise RunFolderError(f"{place} is nested too deep; at most {DEEPEST} was expected")


def _parts(value: object) -> Iterable[object]:
    """Lists and tables inside a value."""
    if isinstance(value, dict):
        value = list(value.values())
    return [p for p in value if isinstance(p, dict | list)] if isinstance(value, list) else []


@dataclass(frozen=True)
class Json(Kind):
    """Text that is JSON.

    Args:
        inside: What it must hold.
    """

    inside: Kind

    def check(self, value: object, place: str) -> None:
        """Refuse what is no JSON, or holds something else."""
        if not isinstance(value, str):
            raise misfit(place, "text", value)
        read_json(value, self.inside, place)
