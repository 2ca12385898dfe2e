"""A run that goes on with settings changed, beyond its old end."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pinn_metakan.errors import RunFolderError, SettingsError
from pinn_metakan.optimizers.verdict import Outcome
from pinn_metakan.runs.legs.plan import plan_legs
from pinn_metakan.runs.same_problem import Remembered
from pinn_metakan.runs.start import Start
from pinn_metakan.settings.layers import Layer, build_settings
from pinn_metakan.settings.sections import Settings
from pinn_metakan.settings.stages import STAGES

#: What may change at any time, besides the sections of stages.
_FREE = (
    "tolerance",
    "report_every",
    "checkpoint_seconds",
    "process_timeout",
    "stages",
    "evaluation",
)
#: What may change of a stage that is under way; the rest is in what its optimizer remembers.
_FREE_UNDER_WAY = ("steps", "redraw_every", "tolerance", "plateau")


@dataclass(frozen=True)
class _Position:
    """Where a run is among its stages, those of all legs in a row.

    Args:
        begun: How many have begun.
        is_under_way: Whether the last of them has not ended.
        base: How many stages stand before the present leg.
        ended_index: Index of the stage that ended last, in its leg.
        ended_steps: Steps that it took.
    """

    begun: int
    is_under_way: bool
    base: int
    ended_index: int
    ended_steps: int


def extended(remembered: Remembered, layers: Sequence[Layer]) -> Remembered:
    """What a checkpoint knows of its run, with settings changed for what is still to come.

    Stages that follow may have any settings. The stage that ended last goes on if its steps are
    more than it took; its optimizer begins anew, from the best parameters.

    Args:
        remembered: What the run was.
        layers: The settings that change.

    Returns:
        What it is from here on.

    Raises:
        SettingsError: If a setting would change what has been trained; says what to do instead.
        RunFolderError: If the checkpoint is of version 0.1.0.
    """
    tree, folder = remembered.tree, remembered.folder.path
    if "leg" not in tree:
        raise RunFolderError(f"{folder} is of an earlier version; its settings cannot change")
    if "chain" in tree:
        raise SettingsError(
            f"{folder} is a chain that has not got to its last run; resume it as it is first"
        )
    own: Layer = (f"{folder}: checkpoint", remembered.settings)
    old = build_settings(remembered.network, [own])
    new = build_settings(remembered.network, [own, *layers])
    changed = sorted(_differences(old.as_dict(), new.as_dict()))
    if not changed:
        raise SettingsError(f"{folder} has these settings already; give others to go on with")
    start = Start.recorded(tree.get("start"))
    grown = () if start is None else start.stages
    before, after = _row(old, grown), _row(new, grown)
    position = _position(tree, before)
    reopened = False
    for key in changed:
        reopened |= _refuse_unless_open(key, str(folder), before, after, position)
    trained = before[: position.begun]
    if after[: position.begun] != trained:
        new_one = next(s for s, t in zip([*after, *before], trained, strict=False) if s != t)[1]
        raise SettingsError(
            f"{new_one}.steps: stage {new_one} would change what comes before the end of stage "
            f"{trained[-1][1]}, which has begun; the run is made again by",
            command=f"{shlex.join(['pinn-metakan', 'rerun', str(folder), '--set'])} ...",
        )
    trainer: dict[str, Any] = dict(tree["trainer"])
    has_converged = trainer.get("outcome") == Outcome.LOSS_REACHED.value
    if not position.is_under_way and (reopened or (has_converged and "tolerance" in changed)):
        stage = trained[-1][1]
        trainer |= {"stage_index": position.ended_index, "stage_step": position.ended_steps}
        trainer |= {"optimizer": None, "is_stuck": False}
        if new.stage(stage).steps <= position.ended_steps:
            if reopened:
                raise SettingsError(
                    f"{stage}.steps: {folder} has taken {position.ended_steps} steps of {stage}; "
                    "give more than that to go on"
                )
            trainer |= {"stage_index": position.ended_index + 1, "stage_step": 0}
    chosen = tree["choices"]
    settings = new.as_dict()
    tree = tree | {
        "choices": {**chosen, "settings": settings},
        "before": [*tree.get("before", []), chosen],
        "trainer": trainer,
    }
    return replace(remembered, tree=tree, settings=settings)


def _refuse_unless_open(
    key: str,
    folder: str,
    before: Sequence[tuple[int, str]],
    after: Sequence[tuple[int, str]],
    position: _Position,
) -> bool:
    """Refuse a setting of what is over; tell whether the stage that ended last has it."""
    section, _, option = key.partition(".")
    if section in _FREE:
        return False
    if section not in STAGES:
        raise SettingsError(
            f"{key}: a run that goes on keeps its network, points, loss and conditions; "
            "'solve ... --from RUN' begins another run with its network, and it is made again by",
            command=shlex.join(["pinn-metakan", "rerun", folder, "--set", f"{key}=..."]),
        )
    names = [name for _, name in after]
    if section in names[position.begun :]:
        return False
    last = before[position.begun - 1][1] if position.begun else None
    if section == last:
        if position.is_under_way and not option.startswith(_FREE_UNDER_WAY):
            raise SettingsError(
                f"{key}: stage {section} is under way; of its settings steps, redraw_every, "
                "plateau and tolerances can change"
            )
        return not position.is_under_way
    if section in names:
        raise SettingsError(f"{key}: stage {section} is over, and {last} has followed it")
    raise SettingsError(
        f"{key}: stage {section} is not among those of the run; set {section}.steps, and 'stages' "
        f"if it has no place in it"
    )


def _row(settings: Settings, grown: Sequence[str]) -> list[tuple[int, str]]:
    """All stages in a row, each with the number of its leg."""
    times = [float(number) for number in range((settings.slabs or 1) + 1)]
    legs = enumerate(plan_legs(settings, times, grown))
    return [(number, stage) for number, leg in legs for stage in leg.stages]


def _position(tree: Mapping[str, Any], row: Sequence[tuple[int, str]]) -> _Position:
    trainer, leg = tree["trainer"], tree["leg"]
    base = sum(1 for number, _ in row if number < leg)
    count = sum(1 for number, _ in row if number == leg)
    index, step = trainer["stage_index"], trainer["stage_step"]
    is_under_way = index < count and (step > 0 or trainer["optimizer"] is not None)
    ended = trainer.get("ended")
    if ended is None:  # version 0.2.0 did not note it
        steps = tree["choices"]["settings"][row[base + index - 1][1]]["steps"] if index else 0
        ended = {"stage_index": index - 1, "steps": steps}
    begun = base + (index + 1 if is_under_way else ended["stage_index"] + 1)
    return _Position(begun, is_under_way, base, ended["stage_index"], ended["steps"])


def _differences(
    before: Mapping[str, Any], after: Mapping[str, Any], prefix: str = ""
) -> Iterator[str]:
    """Names with dots of the settings that are not the same."""
    for key in {*before, *after}:
        old, new = before.get(key), after.get(key)
        if isinstance(old, Mapping) and isinstance(new, Mapping) and not prefix:
            yield from _differences(old, new, f"{key}.")
        elif old != new:
            yield f"{prefix}{key}"
