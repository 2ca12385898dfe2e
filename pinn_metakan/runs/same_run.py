"""Whether two checkpoints are of one run: a whole and a part of it."""

from collections.abc import Mapping
from typing import Any


def is_of_same_run(part: Mapping[str, Any], whole: Mapping[str, Any], is_link: bool) -> bool:
    """Ask whether a checkpoint is of a part of a run.

    Args:
        part: The tree of its checkpoint.
        whole: That of the run.
        is_link: Whether it would be a run before the last one of a chain, whose parameters and
            stages are others.

    Returns:
        True if it is.

    Raises:
        LookupError: If one of them is not a checkpoint of this package; or TypeError.
    """
    if part["problem"]["sha256"] != whole["problem"]["sha256"]:
        return False
    if is_link:
        names = ("network", "seed", "dtype")
        return all(part["choices"][name] == whole["choices"][name] for name in names)
    is_same = part["problem"]["parameters"] == whole["problem"]["parameters"]
    asked = [whole["choices"], whole.get("second_opinion"), *whole.get("before", [])]
    return is_same and any(_agree(part["choices"], one) for one in asked)


def _agree(choices: object, others: object) -> bool:
    """Whether choices are the same but for settings that an earlier version did not have."""
    if not isinstance(choices, Mapping) or not isinstance(others, Mapping):
        return choices == others
    return all(_agree(choices[name], others[name]) for name in choices.keys() & others.keys())
