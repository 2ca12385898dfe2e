"""What a run was asked to be: checked, and its device found."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from pinn_metakan.errors import SettingsError, look_up
from pinn_metakan.networks.network import Network
from pinn_metakan.pde.problem import Problem
from pinn_metakan.pde.suggested import suggestions, suggestions_by_network
from pinn_metakan.runs.devices import chosen_device
from pinn_metakan.runs.own_parts import OwnPart, PartFile, load_parts, own_names
from pinn_metakan.settings.earlier_names import present_name
from pinn_metakan.settings.layers import Layer, build_settings
from pinn_metakan.settings.networks import of_one_coordinate
from pinn_metakan.settings.sections import RunSettings, Settings

#: What numbers may be (docs/decisions/0013-precision.md).
DTYPES = {"float64": torch.float64, "float32": torch.float32}


@dataclass(frozen=True)
class RunChoices:
    """What a run was asked to be, besides its problem.

    Args:
        network: Name of the network, "custom" for an object.
        settings: All settings.
        seed: Seed of the one generator that the network and the points are drawn from.
        device: Where to compute.
        dtype: A key of `DTYPES`.
        device_reason: Why this device, for the user.
        asked_device: What was asked for, "auto" or a name.
        parts: Families and networks of the user's own.
    """

    network: str
    settings: Settings
    seed: int
    device: torch.device
    dtype: str
    device_reason: str
    asked_device: str
    parts: tuple[OwnPart, ...] = ()

    def record(self) -> dict[str, object]:
        """What a checkpoint holds of them."""
        return {
            "network": self.network,
            "settings": self.settings.as_dict(),
            "seed": self.seed,
            "dtype": self.dtype,
        }

    def as_asked(
        self, problem: Problem, check: bool = False, start: str | None = None
    ) -> RunSettings:
        """What makes the same run again, besides the settings."""
        return RunSettings(
            problem=problem.origin.name,
            sha256=problem.origin.sha256 if problem.origin.source else None,
            network=self.network,
            seed=self.seed,
            dtype=self.dtype,
            device=self.asked_device,
            check=check,
            start=start,
            parameters=dict(problem.parameters),
        )


def network_name(network: str | Network) -> str:
    """What a run calls its network.

    Args:
        network: A name or an object.

    Returns:
        The name, or "custom" for an object.

    Raises:
        SettingsError: If "custom" is given as a name.
    """
    if network == "custom":
        raise SettingsError("network: 'custom' stands for a network object; give the object itself")
    return network if isinstance(network, str) else "custom"


def present_network(problem: Problem, network: str, layers: Sequence[Layer] = ()) -> str:
    """What a network is called now, if the problem's suggestions or layers are of an earlier one.

    Args:
        problem: The problem.
        network: What it was asked for as.
        layers: Settings over those that the problem suggests.

    Returns:
        The name.
    """
    suggested = (suggestions(problem), suggestions_by_network(problem).get(network))
    return present_name(network, [*suggested, *(layer for _, layer in layers)])


def suggested_settings(problem: Problem, network: str, layers: Sequence[Layer] = ()) -> Settings:
    """Merge the default, the problem's suggestions for a network, and further layers."""
    label = problem.origin.label
    name = present_network(problem, network, layers)
    layered: list[Layer] = [(f"{label}: settings", suggestions(problem))]
    if _has_one_coordinate(problem):
        layered.insert(0, ("one coordinate", of_one_coordinate(name)))
    for key, section in suggestions_by_network(problem).items():
        if present_name(key, [section]) == name:
            layered.append((f"{label}: network_settings", section))
    return build_settings(name, [*layered, *layers])


def _has_one_coordinate(problem: Problem) -> bool:
    """Whether it is a problem of one coordinate; its domain is not checked yet."""
    try:
        return len(problem.domain.bounds) == 1
    except (AttributeError, TypeError):
        return False


def choose(
    network: str,
    settings: Settings,
    seed: int,
    device: str,
    dtype: str,
    parts: Sequence[PartFile] = (),
    problems: Sequence[Path] = (),
) -> RunChoices:
    """Check the choices of a run, find its device, and load the user's own families and networks.

    Args:
        network: Name of the network.
        settings: All settings.
        seed: Seed of everything random.
        device: "auto" or a name of torch.
        dtype: A key of `DTYPES`.
        parts: Files of families and networks of the user's own.
        problems: Folders to look for such files in, besides those of problems.

    Returns:
        The choices.

    Raises:
        SettingsError: If dtype or seed cannot be, the device is not here, or a class of the user's
            own is not found.
    """
    try:
        numbers = look_up(DTYPES, dtype, "dtype")
    except LookupError as error:
        raise SettingsError(str(error)) from error
    if not isinstance(seed, int) or not 0 <= seed < 2**63:
        raise SettingsError(f"the seed must be a whole number from 0 to 2^63 - 1, got {seed!r}")
    computes_on, reason = chosen_device(device, numbers)
    own = load_parts(own_names(network, settings), parts, problems)
    return RunChoices(network, settings, seed, computes_on, dtype, reason, device, own)
