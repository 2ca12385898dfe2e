"""The trained network that a user names: of a run folder, or of a solution."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from pinn_metakan.errors import RunFolderError, SettingsError
from pinn_metakan.pde.problem import Origin, Problem
from pinn_metakan.pde.unknown import Unknown
from pinn_metakan.runs.choices import suggested_settings
from pinn_metakan.runs.folder import RunFolder
from pinn_metakan.runs.legs.plan import plan_legs
from pinn_metakan.runs.own_parts import PartFile
from pinn_metakan.runs.same_parts import same_parts
from pinn_metakan.runs.same_problem import Remembered
from pinn_metakan.runs.slabs import WHOLE_TIME
from pinn_metakan.runs.solution import Solution
from pinn_metakan.runs.start import Start, growths
from pinn_metakan.settings.layers import Layer, build_settings
from pinn_metakan.settings.sections import Settings

#: The stage that a start leaves out: it brings a random network to where the later ones work
#: (docs/decisions/0030-warm-starts.md).
_FROM_RANDOM = "adam"


@dataclass(frozen=True)
class FoundStart:
    """A network to begin with, and the files of own classes that it needs.

    Args:
        start: The network.
        parts: Files of own families and networks, whose text has been compared.
    """

    start: Start
    parts: tuple[Origin, ...] = ()


def find_start(
    named: str | Path | Solution | Start, parts: Sequence[PartFile], problems: Sequence[Path]
) -> FoundStart:
    """Find a network to begin with; the code of its problem is not run.

    Args:
        named: A run folder, a solution, or what one of them begins another run with.
        parts: Files of own families and networks that the user named.
        problems: Folders to look for such files in first.

    Returns:
        The network, with the best parameters of its run.

    Raises:
        RunFolderError: If there is no such run, or its network cannot be made again.
        TypeError: If it is neither a run nor a solution.
    """
    if isinstance(named, Start):
        return FoundStart(named)
    if isinstance(named, Solution):
        if named.start is not None:
            return FoundStart(named.start)
        if named.folder is None:
            raise RunFolderError(
                "this solution has no network to begin with; open_run(path, evaluate=True), or "
                "give the run folder"
            )
        named = named.folder
    if not isinstance(named, str | Path):
        raise TypeError(f"start must be a run folder or a Solution, got {named!r}")
    remembered = Remembered.read(RunFolder(Path(named)))
    remembered.refuse_network_object()
    named_files = [part for part in parts if isinstance(part, str | Path)]
    origins = same_parts(remembered, named_files if remembered.parts else [], problems)
    try:
        return FoundStart(_start_in(remembered), tuple(origins))
    except (LookupError, TypeError, AttributeError) as error:
        raise RunFolderError(
            f"the checkpoint in {remembered.folder.path} does not fit this version"
        ) from error


def _start_in(remembered: Remembered) -> Start:
    tree, folder = remembered.tree, remembered.folder
    label = f"{folder.path}: checkpoint"
    settings = build_settings(remembered.network, [(label, remembered.settings)])
    before = Start.recorded(tree.get("start"))
    grown = () if before is None else before.grown
    if settings.slabs <= 1:  # networks do not grow between slabs
        stages = [growth.stage for growth in grown]
        begun = plan_legs(settings, WHOLE_TIME, stages)[1 : tree.get("leg", 0) + 1]
        told = settings.as_dict()
        grown += growths([(leg.stages[0], told[leg.stages[0]]) for leg in begun])
    sizes: Mapping[str, float] = tree.get("scales", {}).get("unknowns", {})
    record = tree.get("record", tree["trainer"])
    entry = record["history"][-1] if record["history"] else {}
    errors = {
        key.removeprefix("relative_l2_"): value
        for key, value in entry.items()
        if key.startswith("relative_l2_")
    }
    numbers, functions, parameters = _unknowns_in(remembered)
    return Start(
        str(folder.path),
        remembered.network,
        settings.as_dict()["network"],
        grown,
        tuple(sizes.values()),
        parameters,
        tree.get("buffers", {}),
        {
            "run": str(folder.path),
            "problem": remembered.name,
            "parameters": dict(remembered.parameters),
            "relative_l2": errors,
            "steps": record["step"],
            "seconds": record["seconds"],
        },
        numbers=numbers,
        functions=functions,
        kinds={name: remembered.fingerprint[f"unknown function {name}"] for name in functions},
    )


def _unknowns_in(
    remembered: Remembered,
) -> tuple[dict[str, float], dict[str, Tensor], Tensor]:
    """Unknown numbers, coefficients of unknown functions, and parameters of the network."""
    tree, best = remembered.tree, remembered.tree["trainer"]["best"]
    numbers: dict[str, float] = {}
    for name in tree.get("numbers", []):  # not in version 0.2.0, as are functions
        start, *ends = remembered.fingerprint[f"unknown {name}"].tolist()
        low, high = (end if math.isfinite(end) else None for end in ends)
        numbers[name] = float(Unknown(start, low, high).of_free(best[0].double()))
        best = best[1:]
    functions: dict[str, Tensor] = {}
    for name, count in tree.get("functions", []):
        functions[name], best = best[:count].double(), best[count:]
    return numbers, functions, best


def settings_with_start(problem: Problem, start: Start, layers: Sequence[Layer]) -> Settings:
    """Settings of a run that begins with a network.

    Args:
        problem: The problem.
        start: The network, whose settings they have.
        layers: Settings that the user gives; they may not change the network.

    Returns:
        The settings; without the stage of Adam, unless it is the only one or a layer sets it.

    Raises:
        SettingsError: If a setting would change the network.
    """
    own: Layer = (start.label, {"network": start.section})
    alone = suggested_settings(problem, start.network, [own])
    found = suggested_settings(problem, start.network, [own, *layers])
    if any(found.stage(name).steps > 0 for name in found.stages if name != _FROM_RANDOM):
        warm: Layer = (start.label, {_FROM_RANDOM: {"steps": 0}})
        found = suggested_settings(problem, start.network, [own, warm, *layers])
    before, now = alone.as_dict()["network"], found.as_dict()["network"]
    for key in now:
        if now[key] != before.get(key):
            raise SettingsError(
                f"network.{key}: the run begins with the network of {start.label}, whose {key} is "
                f"{before.get(key)}; leave it out, or begin without that network"
            )
    return found
