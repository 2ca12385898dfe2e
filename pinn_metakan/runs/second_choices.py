"""The network, the seed and the settings of a second opinion."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from pinn_metakan.errors import SettingsError
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.choices import RunChoices, suggested_settings
from pinn_metakan.settings.stages import STAGES

#: The network that checks another one, in the place of `_CHECKS_ALL_OTHERS`
#: (docs/decisions/0022-second-opinion.md).
_CHECKS = {"metakan": "kan"}
_CHECKS_ALL_OTHERS = "metakan"
#: What messages call the settings that both runs have.
_LABEL = "settings of the first network"
#: What a second network is asked without where it cannot have all that the first one has.
_WITHOUT = ("", "without the stages that change its network", "with the stages of its own")


def second_run(problem: Problem, first: RunChoices) -> tuple[AssembledRun, str | None]:
    """Put a second run together, of another network and another seed on the same problem.

    It has the defaults of its network, what the problem suggests for it, and those settings of the
    first run that were asked for and are not of its network. Points and steps are so the same.
    Stages that it cannot have are left out: only a generated network can be untied, say.

    Args:
        problem: The problem.
        first: What the first run was asked to be.

    Returns:
        The run, and a note for the user on what was left out, or None.

    Raises:
        SettingsError: If the settings fit no second network.
    """
    name = _CHECKS.get(first.network, _CHECKS_ALL_OTHERS)
    asked = _differences(suggested_settings(problem, first.network).as_dict(), first)
    refused: SettingsError | None = None
    for layer, without in zip(_layers(asked), _WITHOUT, strict=True):
        try:
            settings = suggested_settings(problem, name, [(_LABEL, layer)])
            seed = (first.seed + 1) % 2**63
            run = AssembledRun(
                problem, replace(first, network=name, settings=settings, seed=seed, parts=())
            )
        except SettingsError as error:
            refused = error
        else:
            return run, f"the second opinion, of {name}, is {without}" if without else None
    raise SettingsError(f"second opinion: {refused}")


def _layers(asked: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """Settings, each with less of what was asked for than those before."""
    changing = {stage: {"steps": 0} for stage, row in STAGES.items() if row.leg is not None}
    yield asked
    yield {**asked, **changing}
    yield {**{key: value for key, value in asked.items() if key != "stages"}, **changing}


def _differences(suggested: Mapping[str, object], first: RunChoices) -> dict[str, object]:
    """The settings of a run that are not suggested, besides those of its network."""
    chosen = first.settings.as_dict()
    return _changed(suggested, {key: chosen[key] for key in chosen if key != "network"})


def _changed(before: Mapping[str, object], after: Mapping[str, object]) -> dict[str, object]:
    """What nested settings have besides others, or otherwise."""
    found: dict[str, object] = {}
    for key, value in after.items():
        known = before.get(key)
        if isinstance(value, Mapping) and isinstance(known, Mapping):
            inner = _changed(known, value)
            found |= {key: inner} if inner else {}
        elif key not in before or value != known:
            found[key] = value
    return found
