"""What a caller of `solve` asked for, and the choices that it makes for a problem."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pinn_metakan.errors import SettingsError
from pinn_metakan.networks.network import Network
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.choices import (
    RunChoices,
    choose,
    network_name,
    present_network,
    suggested_settings,
)
from pinn_metakan.runs.found_start import settings_with_start
from pinn_metakan.runs.own_parts import PartFile
from pinn_metakan.runs.start import Start
from pinn_metakan.settings.layers import Layer

#: The network of a run where nothing names another.
_DEFAULT = "metakan"


@dataclass(frozen=True)
class Asked:
    """What was asked for, for any problem; see `solve`.

    Args:
        network: A name or an object; None for the default, or for that of a start.
        layers: Settings over those that a problem suggests.
        seed: Seed of everything random.
        device: "auto" or a name of torch.
        dtype: Type of the numbers.
        parts: Files of own families and networks.
        problems: Folders to look for such files in.
    """

    network: str | Network | None
    layers: Sequence[Layer]
    seed: int
    device: str
    dtype: str
    parts: Sequence[PartFile]
    problems: Sequence[Path]

    def choices(self, problem: Problem, start: Start | None) -> RunChoices:
        """Choices of a run.

        Args:
            problem: Its problem.
            start: The network that it begins with, None for one of its own.

        Returns:
            The choices.

        Raises:
            SettingsError: If a choice cannot be, or is another network than that of the start.
        """
        if start is None:
            name = self._present_name(problem, self.network or _DEFAULT)
            return self._chosen(name, problem, None)
        if self.network is not None:
            name = self._present_name(problem, self.network)
            if name != start.network:
                raise SettingsError(
                    f"network: {start.label} has a {start.network}, which is no start for "
                    f"{name}; leave the network out, or begin without that start"
                )
        return self._chosen(start.network, problem, start)

    def without_start(self, problem: Problem, network: str) -> RunChoices:
        """Choices of the same network, for a run that begins with random numbers."""
        return self._chosen(network, problem, None)

    def refuse_network_object(self) -> None:
        """Refuse a network object for a chain, whose runs are made from names.

        Raises:
            SettingsError: If it is one.
        """
        if isinstance(self.network, Network):
            raise SettingsError("along: a chain needs the name of a network, not an object")

    def _present_name(self, problem: Problem, network: str | Network) -> str:
        return present_network(problem, network_name(network), self.layers)

    def _chosen(self, name: str, problem: Problem, start: Start | None) -> RunChoices:
        settings = (
            suggested_settings(problem, name, self.layers)
            if start is None
            else settings_with_start(problem, start, self.layers)
        )
        return choose(name, settings, self.seed, self.device, self.dtype, self.parts, self.problems)
