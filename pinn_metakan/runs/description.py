"""What a run is in words: of its problem, of its choices, and of the machine."""

import platform
import re
from collections.abc import Sequence
from datetime import datetime

import torch

from pinn_metakan.pde.description import stated_text
from pinn_metakan.pde.problem import Problem

#: Facts that a report has elsewhere.
_ELSEWHERE = ("problem", "note")


def description(problem: Problem, facts: Sequence[tuple[str, str]]) -> dict[str, object]:
    """Tell what was solved and how, for those who cannot ask the problem itself.

    Args:
        problem: The problem.
        facts: What the run uses, as it is announced.

    Returns:
        What JSON can hold: ``text``, the docstring; ``domain``; ``conditions`` and ``choices`` by
        name.
    """
    return {
        "text": stated_text(problem),
        "domain": _shown(problem.domain),
        "conditions": {str(name): _shown(value) for name, value in problem.conditions.items()},
        "choices": {name: text for name, text in facts if name not in _ELSEWHERE},
    }


def machine() -> dict[str, str | int]:
    """Tell when and where a run ended: date with its offset, threads of the CPU, platform."""
    return {
        "date": datetime.now().astimezone().isoformat(timespec="seconds"),
        "threads": torch.get_num_threads(),
        "platform": platform.platform(),
    }


def _shown(value: object) -> str:
    """What `repr` shows, without the addresses that differ from run to run."""
    try:
        return re.sub(r" at 0x[0-9a-fA-F]+", "", repr(value))
    except Exception:  # a user's own class says nothing of itself: no reason to lose a run
        return type(value).__name__
