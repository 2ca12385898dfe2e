"""The legs that settings ask for."""

import inspect
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pinn_metakan.errors import SettingsError
from pinn_metakan.runs.legs.leg import Leg
from pinn_metakan.runs.legs.next_slab import NextSlab
from pinn_metakan.runs.named_class import named_class
from pinn_metakan.settings.sections import Settings
from pinn_metakan.settings.stages import STAGES, StageSettings


@dataclass(frozen=True)
class PlannedLeg:
    """A leg, and the stages that it is trained by.

    Args:
        begin: How it begins; None for the first.
        stages: Names of its stages, in their order.
    """

    begin: Leg | None
    stages: tuple[str, ...]


def plan_legs(
    settings: Settings, times: Sequence[float], grown: Collection[str] = ()
) -> list[PlannedLeg]:
    """Cut the stages of a run into legs; stages without a step are left out.

    Args:
        settings: All settings.
        times: First time of each slab, and the last time of all.
        grown: Stages that begin no leg, because the first network is of such a leg already.

    Returns:
        One entry per leg.

    Raises:
        SettingsError: If a kind of leg is there twice, or between slabs.
    """
    names = [name for name in settings.stages if settings.stage(name).steps > 0]
    for name in _legs():
        if names.count(name) > 1:
            raise SettingsError(f"stages: {name} can be there once")
    first, *others = _cut(names, settings, grown)
    slabs = pairwise(times[1:])
    later = [PlannedLeg(NextSlab(start, end), first.stages) for start, end in slabs]
    if later and others:
        raise SettingsError(
            f"slabs: a network cannot grow between slabs; set 1, or {others[0].stages[0]}.steps=0"
        )
    return [first, *later, *others]


def kept_names() -> list[str]:
    """Names of the folders that keep what a leg ended with."""
    return [kind.kept_as for kind in _legs().values() if kind.kept_as is not None]


def _legs() -> dict[str, type[Leg]]:
    """The stage that begins a leg -> the kind of leg."""
    places = {name: row.leg for name, row in STAGES.items() if row.leg is not None}
    return {
        name: named_class(place, Leg)  # type: ignore[type-abstract]
        for name, place in places.items()
    }


def made_leg(stage: str, section: StageSettings) -> Leg:
    """The leg that a stage begins.

    Args:
        stage: Name of the stage.
        section: Its settings.

    Returns:
        The leg.

    Raises:
        SettingsError: If the stage begins none.
    """
    legs = _legs()
    if stage not in legs:
        raise SettingsError(f"the stage {stage!r} begins no leg; there are {', '.join(legs)}")
    return _made(legs[stage], section)


def _made(kind: type[Leg], section: StageSettings) -> Leg:
    """Make a leg; of the settings of its stage its class is handed those that it takes, by name."""
    takes = inspect.signature(kind).parameters
    options: dict[str, Any] = {name: value for name, value in section if name in takes}
    return kind(**options)


def _cut(names: Sequence[str], settings: Settings, grown: Collection[str]) -> Iterator[PlannedLeg]:
    begin: Leg | None = None
    stages: list[str] = []
    legs = _legs()
    for name in names:
        if name in legs and name not in grown:
            yield PlannedLeg(begin, tuple(stages))
            begin, stages = _made(legs[name], settings.stage(name)), []
        stages.append(name)
    yield PlannedLeg(begin, tuple(stages))
