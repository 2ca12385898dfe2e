"""What a shell offers while a command is typed; no code of a problem runs for it."""

from collections.abc import Iterator
from pathlib import Path


def complete_problem(incomplete: str) -> Iterator[tuple[str, str]]:
    """Names of problems with their equations, and files.

    Args:
        incomplete: What was typed so far.

    Yields:
        Names and what a shell may show beside them.
    """
    from pinn_metakan.pde.catalogue import list_problems

    for entry in list_problems([]):
        if entry.name.startswith(incomplete):
            yield entry.name, entry.equation
    folder, _, begun = incomplete.rpartition("/")
    for path in sorted(Path(folder or ".").glob("*")):
        is_shown = path.name.startswith(begun) and not path.name.startswith((".", "_"))
        if is_shown and path.is_dir() and incomplete:
            yield f"{path}/", "a folder"
        elif is_shown and path.suffix == ".py":
            yield str(path), "a file"


def complete_tag(incomplete: str) -> Iterator[str]:
    """Tags that problems have.

    Args:
        incomplete: What was typed so far.

    Yields:
        Tags.
    """
    from pinn_metakan.pde.catalogue import known_tags, list_problems

    yield from (tag for tag in known_tags(list_problems([])) if tag.startswith(incomplete))


def complete_network(incomplete: str) -> Iterator[str]:
    """Names of networks.

    Args:
        incomplete: What was typed so far.

    Yields:
        Names.
    """
    from pinn_metakan.settings.networks import NETWORK_SETTINGS

    yield from (name for name in NETWORK_SETTINGS if name.startswith(incomplete))


def complete_setting(incomplete: str) -> Iterator[tuple[str, str]]:
    """Names of settings, as those of the default network have them.

    Args:
        incomplete: What was typed so far.

    Yields:
        ``name=`` and what it means.
    """
    from pinn_metakan.settings.layers import build_settings
    from pinn_metakan.settings.text import settings_lines

    for name, _, meaning in settings_lines(build_settings("metakan", [])):
        if name.startswith(incomplete):
            yield f"{name}=", meaning
