"""Names that a benchmark is asked for."""

from collections.abc import Iterable

from pinn_metakan.errors import SettingsError


def refuse_unknown(message: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Refuse a name that a table does not have, with those that it has.

    Args:
        message: What to say, with {} in the place of the name, such as "no part {} to change".
        given: The names that were asked for.
        known: Those of the table, in its order.

    Raises:
        SettingsError: If a name is not known.
    """
    names = list(known)
    for name in given:
        if name not in names:
            separator = "; " if any("," in other for other in names) else ", "
            raise SettingsError(f"{message.format(repr(name))}; there are {separator.join(names)}")
