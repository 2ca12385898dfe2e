"""The legs that settings ask for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pinn_metakan.errors import SettingsError
from pinn_metakan.runs.legs.leg import Leg
from pinn_metakan.runs.legs.untied import Untied
from pinn_metakan.settings.sections import Settings

#: The stage that begins a leg -> the kind of leg. A new kind is one file and one row.
LEGS: dict[str, type[Leg]] = {"untie": Untied}


@dataclass(frozen=True)
class PlannedLeg:
    """A leg, and the stages that it is trained by.

    Args:
        begin: How it begins; None for the first.
        stages: Names of its stages, in their order.
    """

    begin: Leg | None
    stages: tuple[str, ...]


def plan_legs(settings: Settings) -> list[PlannedLeg]:
    """Cut the stages of a run into legs; stages without a step are left out.

    Args:
        settings: All settings.

    Returns:
        One entry per leg.

    Raises:
        SettingsError: If a kind of leg is there twice.
    """
    names = [name for name in settings.stages if settings.stage(name).steps > 0]
    for name in LEGS:
        if names.count(name) > 1:
            raise SettingsError(f"stages: {name} can be there once")
    return list(_cut(names))


def kept_names() -> list[str]:
    """Names of the folders that keep what a leg ended with."""
    return [kind.kept_as for kind in LEGS.values() if kind.kept_as is not None]


def _cut(names: Sequence[str]) -> Iterator[PlannedLeg]:
    begin: Leg | None = None
    stages: list[str] = []
    for name in names:
        if name in LEGS:
            yield PlannedLeg(begin, tuple(stages))
            begin, stages = LEGS[name](), []
        stages.append(name)
    yield PlannedLeg(begin, tuple(stages))
