"""The trained network of a run, for another run to begin with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

from pinn_metakan.ansatz.functions import UnknownFunctions
from pinn_metakan.errors import SettingsError
from pinn_metakan.losses.objective import Objective
from pinn_metakan.losses.scales import Scales, measure_terms
from pinn_metakan.networks.network import Network
from pinn_metakan.optimizers.flat import assign
from pinn_metakan.runs.legs.plan import made_leg
from pinn_metakan.settings.stages import STAGES

#: Makes a network from the numbers of features and of unknowns.
MakeNetwork = Callable[[int, int], Network]


@dataclass(frozen=True)
class Growth:
    """A leg that a network has been through.

    Args:
        stage: The stage that began it.
        options: Settings of that stage.
    """

    stage: str
    options: Mapping[str, object]

    def of(self, last: Network) -> Network:
        """Grow a network as this leg did; the numbers in it are others."""
        section = STAGES[self.stage].section.model_validate(self.options)
        return made_leg(self.stage, section).network(last)


@dataclass(frozen=True)
class Start:
    """The trained network of a run.

    Args:
        label: What messages call the run.
        network: Name of its network.
        section: Its settings ``network``.
        grown: The legs that the network has been through.
        sizes: U, size of each unknown, by which the network's outputs are multiplied [its unit].
        parameters: Its parameters, (P,).
        buffers: Its buffers by name.
        told: What is told of the run: problem, parameters, errors, steps, seconds.
        links: The same of each run before it in a chain, the first one first.
        numbers: Unknown numbers by name, as it found them [unit of each].
        functions: Coefficients of unknown functions by name, (K,).
        kinds: What tells each unknown function from others, see `UnknownFunction.numbers`.
        held: Unknown numbers by name that are not trained, but keep a value [unit of each].
    """

    label: str
    network: str
    section: Mapping[str, object]
    grown: tuple[Growth, ...]
    sizes: tuple[float, ...]
    parameters: Tensor
    buffers: Mapping[str, Tensor]
    told: Mapping[str, object] = field(default_factory=dict)
    links: tuple[Mapping[str, object], ...] = ()
    numbers: Mapping[str, float] = field(default_factory=dict)
    functions: Mapping[str, Tensor] = field(default_factory=dict)
    kinds: Mapping[str, Tensor] = field(default_factory=dict)
    held: Mapping[str, float] = field(default_factory=dict)

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages that the network has been grown by."""
        return tuple(growth.stage for growth in self.grown)

    def after(self, earlier: "Start | None", number: int) -> "Start":
        """The same network, as that of a link of a chain.

        Args:
            earlier: What this link began with.
            number: Its number in the chain, from 1.

        Returns:
            The start of the next link, which tells of all links before it.
        """
        before = () if earlier is None else earlier.links
        return replace(self, links=(*before, {"link": number, **self.told}))

    def maker(self, make: MakeNetwork) -> MakeNetwork:
        """What makes a copy of the network.

        Args:
            make: Makes a network of the settings, before anything has grown it.

        Returns:
            The function; it raises SettingsError where the numbers of inputs or outputs differ.
        """

        def grown(inputs: int, outputs: int) -> Network:
            network = make(inputs, outputs)
            for growth in self.grown:
                network = growth.of(network)
            own, buffers = list(network.parameters()), dict(network.named_buffers())
            shapes = {name: buffer.shape for name, buffer in self.buffers.items()}
            fits = len(self.parameters) == sum(parameter.numel() for parameter in own)
            fits = fits and shapes == {name: buffer.shape for name, buffer in buffers.items()}
            if not fits or len(self.sizes) != outputs:
                raise SettingsError(
                    f"the network of {self.label}, {self.network} with "
                    f"{len(self.parameters)} parameters for {len(self.sizes)} unknowns, does not "
                    f"fit a problem with {inputs} inputs and {outputs} unknowns; begin without it"
                )
            with torch.no_grad():
                assign(self.parameters.to(own[0]), own)
                for name, buffer in buffers.items():
                    buffer.copy_(self.buffers[name])
            return network

        return grown

    def scaled(self, scales: Scales) -> Scales:
        """The sizes of a problem, those of its unknowns as they were for this network."""
        return replace(scales, unknowns=dict(zip(scales.unknowns, self.sizes, strict=True)))

    def put_numbers(self, objective: Objective) -> bool:
        """Begin with the unknown numbers and functions as they were found.

        Terms are measured anew for them.

        Args:
            objective: Of the run that begins.

        Returns:
            Whether there are any of the same names, and no function begins anew.

        Raises:
            ProblemError: If a value lies outside the bounds that it has now.
        """
        numbers = objective.ansatz.numbers
        numbers.hold(self.held)
        known = {name: self.numbers[name] for name in numbers.unknowns if name in self.numbers}
        functions = objective.ansatz.functions
        carried = self._carried(functions)
        if not known and not carried and not self.held:
            return False
        numbers.put(known)
        with torch.no_grad():
            for name in carried:
                functions.of(name).copy_(self.functions[name])
        objective.resize(measure_terms(objective.ansatz, objective.collocation, objective.engine))
        return len(carried) == len(functions.functions)

    def notes(self, functions: UnknownFunctions) -> list[str]:
        """Say which unknown functions of a run begin anew.

        Args:
            functions: Those of the run that begins.

        Returns:
            A line for each that this run has, too, but made of something else.
        """
        other = set(self.functions) & set(functions.functions) - self._carried(functions)
        return [
            f"the unknown function {name!r} begins anew: that of {self.label} has another range, "
            "family, degree, widths or start; state the same, with low= and high=, to begin with it"
            for name in sorted(other)
        ]

    def _carried(self, functions: UnknownFunctions) -> set[str]:
        """Names of the unknown functions that are made of the same in both runs."""
        return {
            name
            for name, function in functions.functions.items()
            if name in self.functions
            and torch.equal(self.kinds[name], function.numbers(functions.laws[name]))
        }

    def record(self) -> dict[str, Any]:
        """What a checkpoint keeps of it, so that the run can be made again."""
        return {
            "label": self.label,
            "network": self.network,
            "section": dict(self.section),
            "grown": [[growth.stage, dict(growth.options)] for growth in self.grown],
            "sizes": list(self.sizes),
            "parameters": self.parameters,
            "buffers": dict(self.buffers),
            "told": dict(self.told),
            "links": [dict(link) for link in self.links],
            "numbers": dict(self.numbers),
            "functions": dict(self.functions),
            "kinds": dict(self.kinds),
        }

    @classmethod
    def recorded(cls, record: Mapping[str, Any] | None) -> "Start | None":
        """Read what `record` gave; None for a run that began with a network of its own."""
        if record is None:
            return None
        rest = {name: record[name] for name in ("label", "network", "section", "told", "buffers")}
        return cls(
            grown=growths(record["grown"]),
            sizes=tuple(record["sizes"]),
            parameters=record["parameters"],
            links=tuple(record["links"]),
            numbers=record.get("numbers", {}),  # not in version 0.2.0
            functions=record.get("functions", {}),
            kinds=record.get("kinds", {}),
            **rest,
        )


def growths(recorded: Sequence[tuple[str, Mapping[str, object]]]) -> tuple[Growth, ...]:
    """Legs that a network has been through, from pairs of a stage and its settings."""
    return tuple(Growth(stage, options) for stage, options in recorded)
