"""Checkpoints of earlier versions, in the format of this one."""

from collections.abc import Mapping, Sequence
from typing import Any

from pinn_metakan.settings.earlier_names import present_name

#: A plateau that no loss is on.
_NO_PLATEAU = 1e300


def with_present_choices(state: dict[str, Any]) -> dict[str, Any]:
    """Say what a run of an earlier version was asked to be as this version says it.

    Up to version 0.2.0 metakan was another network, all points were there from the start, slopes
    were in the loss, and slow steps ended a stage wherever the loss was.

    Args:
        state: What was read.

    Returns:
        The state, with other choices if they are of such a version.
    """
    chosen = state.get("choices")
    settings = chosen.get("settings") if isinstance(chosen, Mapping) else None
    if not isinstance(chosen, Mapping) or not isinstance(settings, Mapping):
        return state
    name = present_name(str(chosen.get("network")), [settings])
    points = settings.get("points")
    if isinstance(points, Mapping):
        settings = {**settings, "points": {"first": 0, **points}}
    settings = {"fluxes": "soft", **settings}
    for stage, section in settings.items():
        if isinstance(section, Mapping) and "corrections" in section:
            settings[stage] = {"plateau": _NO_PLATEAU, **section}
    return state | {"choices": {**chosen, "network": name, "settings": settings}}


def in_this_format(
    state: dict[str, Any], stages_of_legs: Sequence[int], parameters_of_first: int
) -> dict[str, Any]:
    """Bring a checkpoint to the present format.

    Version 0.1.0 counted stages over the whole run, and noted whether the stage that unties had
    begun; now each leg counts its own. Where the loss was small enough it counted all as over,
    whichever leg it was in: that leg is told by the number of parameters. Up to version 0.2.0
    nothing was scaled.

    Args:
        state: What was read.
        stages_of_legs: Number of stages of each leg.
        parameters_of_first: Number of parameters that are trained in the first leg.

    Returns:
        The state, with ``leg``, ``record`` and ``scales``, whose names that are missing count as 1.
    """
    state = {"scales": {}} | state
    if "leg" in state:
        return state
    trainer: Mapping[str, Any] = state["trainer"]
    leg, index = 0, trainer["stage_index"]
    while leg + 1 < len(stages_of_legs):
        count = stages_of_legs[leg]
        if index > count and len(trainer["parameters"]) == parameters_of_first:
            index = count
            break
        if index < count or (index == count and not trainer["has_entered"]):
            break
        leg, index = leg + 1, index - count
    record = {name: trainer[name] for name in ("step", "seconds", "history")}
    return state | {"leg": leg, "record": record, "trainer": {**trainer, "stage_index": index}}
