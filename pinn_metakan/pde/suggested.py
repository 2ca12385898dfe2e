"""The settings that a problem suggests, once they are what they should be."""

from collections.abc import Mapping
from typing import TypeGuard

from pinn_metakan.errors import ProblemError, one_line
from pinn_metakan.pde.problem import Problem


def suggestions(problem: Problem) -> Mapping[str, object]:
    """The `settings` of a problem.

    Args:
        problem: The problem.

    Returns:
        The settings by their names.

    Raises:
        ProblemError: If they are no table.
    """
    found: object = problem.settings
    if not _is_table(found):
        raise ProblemError(
            f"{problem.origin.label}: settings: expected a dict of settings, "
            f"got {one_line(found, 60)}"
        )
    return problem.settings


def suggestions_by_network(problem: Problem) -> Mapping[str, Mapping[str, object]]:
    """The `network_settings` of a problem.

    Args:
        problem: The problem.

    Returns:
        Settings by their names, by the names of networks.

    Raises:
        ProblemError: If they are no tables by names.
    """
    found: object = problem.network_settings
    if not (_is_table(found) and all(map(_is_table, found.values()))):
        raise ProblemError(
            f"{problem.origin.label}: network_settings must be tables of settings by the names of "
            f"networks, such as {{'kan': {{'lm': {{'steps': 50}}}}}}, got {one_line(found, 60)}"
        )
    return problem.network_settings


def _is_table(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, Mapping) and all(isinstance(name, str) for name in value)
