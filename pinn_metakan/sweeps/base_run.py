"""The run that all trials of a sweep are variations of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pinn_metakan.errors import SettingsError
from pinn_metakan.pde.formulation import formulate
from pinn_metakan.pde.loading import with_parameters
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.asked import Asked
from pinn_metakan.runs.choices import RunChoices
from pinn_metakan.runs.own_parts import PartFile
from pinn_metakan.settings.layers import Layer, layers_of
from pinn_metakan.sweeps.axes import shown

#: What the name of a parameter of the problem begins with.
PARAMETER = "param."


@dataclass(frozen=True)
class BaseRun:
    """A run as it was asked for; see `solve`.

    Args:
        problem: What to solve.
        network: Name of the network, None for the default.
        layers: Settings over those that the problem suggests.
        seed: Seed of everything random.
        device: "auto" or a name of torch.
        dtype: Type of the numbers.
        budget: Seconds that it may take, None for no limit.
        parts: Files of own families and networks.
        problems: Folders to look for such files in.
    """

    problem: Problem
    network: str | None
    layers: tuple[Layer, ...]
    seed: int
    device: str
    dtype: str
    budget: float | None
    parts: tuple[PartFile, ...]
    problems: tuple[Path, ...]

    def varied(self, values: Mapping[str, object], label: str) -> "BaseRun":
        """The same with other values.

        Args:
            values: By the names of axes.
            label: What messages call them.

        Returns:
            The run; whether all of it fits is told by `choices`.

        Raises:
            SettingsError: If a name cannot be.
            ProblemError: If the problem does not take a parameter.
        """
        run, parameters = self, {}
        for name, value in values.items():
            if name.startswith(PARAMETER):
                parameters[name.removeprefix(PARAMETER)] = value
            elif name == "seed":
                if isinstance(value, bool) or not isinstance(value, int):
                    raise SettingsError(f"{label}: a seed is a whole number, got {shown(value)}")
                run = replace(run, seed=value)
            elif name in ("network", "dtype"):
                if not isinstance(value, str):
                    raise SettingsError(f"{label}: {name} is a name, got {shown(value)}")
                run = (
                    replace(run, network=value) if name == "network" else replace(run, dtype=value)
                )
            else:
                layers = layers_of(f"{label} {name}={shown(value)}", {name: value})
                run = replace(run, layers=(*run.layers, *layers))
        if parameters:
            run = replace(run, problem=with_parameters(self.problem, parameters))
        return run

    def choices(self) -> RunChoices:
        """What the run would be; nothing is trained.

        Returns:
            The choices.

        Raises:
            UserError: If something of it cannot be.
        """
        asked = Asked(
            self.network,
            self.layers,
            self.seed,
            self.device,
            self.dtype,
            self.parts,
            self.problems,
        )
        return asked.choices(self.problem, None)

    def check_problem(self) -> None:
        """Refuse a problem that cannot be solved.

        Raises:
            ProblemError: If it cannot be.
        """
        formulate(self.problem)

    def record(self) -> dict[str, object]:
        """What tells it from another run, as JSON holds it."""
        origin = self.problem.origin
        return {
            "problem": origin.name,
            "sha256": origin.sha256,
            "parameters": dict(self.problem.parameters),
            "network": self.network,
            "settings": [dict(layer) for _, layer in self.layers],
            "seed": self.seed,
            "dtype": self.dtype,
            "budget": self.budget,
        }


def base_run(
    problem: Problem,
    network: str | None,
    settings: Mapping[str, object] | Sequence[Layer],
    seed: int,
    device: str,
    dtype: str,
    budget: float | None,
    parts: Sequence[PartFile],
    problems: Sequence[Path],
) -> BaseRun:
    """Put a run together; see `solve`.

    Args:
        problem: As for `solve`, as are all that follow.
        network: Its name; an object cannot be made again for each trial.
        settings: A mapping or layers.
        seed: Unless it is varied.
        device: Where to compute.
        dtype: Unless it is varied.
        budget: Seconds for each trial.
        parts: Files of own families and networks.
        problems: Folders to look for them in.

    Returns:
        The run.

    Raises:
        TypeError: If the problem is no problem.
        SettingsError: If the network is an object.
    """
    if not isinstance(problem, Problem):
        raise TypeError(f"sweep needs a problem such as load_problem('heat'), got {problem!r}")
    if network is not None and not isinstance(network, str):
        raise SettingsError("sweep: each trial makes its network from a name, not from an object")
    layers = tuple(layers_of("settings", settings))
    return BaseRun(
        problem, network, layers, seed, device, dtype, budget, tuple(parts), tuple(problems)
    )
