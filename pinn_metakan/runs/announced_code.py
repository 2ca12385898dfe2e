"""Which files of code are run because a run was made with them: told before they are."""

from collections.abc import Callable, Sequence

from pinn_metakan.pde.problem import Origin

#: Receives what is used, as (name, text), before it is.
Announce = Callable[[list[tuple[str, str]]], None]


def announce_code(announce: Announce | None, origins: Sequence[Origin]) -> None:
    """Tell which files of code are run, once their texts have been compared.

    Args:
        announce: Told of them; None for nobody.
        origins: The files; nothing is told of none.
    """
    if announce is not None and origins:
        files = ", ".join(origin.label for origin in origins)
        announce([("code", f"runs the code of {files}, whose SHA-256 is that of the run")])
