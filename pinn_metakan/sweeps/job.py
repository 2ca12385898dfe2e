"""What a worker process is told: a sweep as JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pinn_metakan.errors import UserError
from pinn_metakan.pde.loading import construct, read_origin
from pinn_metakan.sweeps.axes import grid_axes, search_axes
from pinn_metakan.sweeps.base_run import base_run
from pinn_metakan.sweeps.plan import SweepPlan, made_plan
from pinn_metakan.sweeps.search_range import SearchRange
from pinn_metakan.sweeps.trial import Place


@dataclass(frozen=True)
class Job:
    """A sweep, for another process of this machine.

    Args:
        plan: Which trials it has.
        place: Where they are written.
        storage: Where they are kept.
    """

    plan: SweepPlan
    place: Place
    storage: str

    def text(self) -> str:
        """JSON of it in one line.

        Returns:
            The line.

        Raises:
            UserError: If the problem has no file, or something cannot be written down.
        """
        base, origin = self.plan.base, self.plan.base.problem.origin
        if origin.path is None or not all(isinstance(part, str | Path) for part in base.parts):
            raise UserError(
                f"jobs: other processes need the problem {origin.name} from a file; write it into "
                "one and load it by load_problem, or leave jobs out"
            )
        search = {
            axis.name: [axis.choices.low, axis.choices.high, axis.choices.is_log]
            if isinstance(axis.choices, SearchRange)
            else {"choices": axis.choices}
            for axis in self.plan.search
        }
        told = {
            "problem": str(origin.path),
            "sha256": origin.sha256,
            "own_files": dict(self.plan.own_files),
            "parameters": dict(base.problem.parameters),
            "base": {
                "network": base.network,
                "settings": [[label, dict(layer)] for label, layer in base.layers],
                "seed": base.seed,
                "device": base.device,
                "dtype": base.dtype,
                "budget": base.budget,
                "parts": [str(part) for part in base.parts],
                "problems": [str(path) for path in base.problems],
            },
            "over": [[axis.name, axis.values] for axis in self.plan.over],
            "search": search,
            "trials": self.plan.per_combination if self.plan.search else None,
            "goal": self.plan.goal,
            "pruning": self.plan.pruning,
            "folder": str(self.place.folder),
            "command": self.place.command,
            "storage": self.storage,
        }
        try:
            return json.dumps(told)
        except (TypeError, ValueError) as error:
            raise UserError(f"jobs: what other processes are told is not plain: {error}") from error

    @classmethod
    def read(cls, text: str) -> "Job":
        """Read what `text` gave, and run the code of the problem.

        Args:
            text: The line.

        Returns:
            The job.

        Raises:
            UserError: If the file of the problem or a part has changed, or something cannot be.
        """
        told: Mapping[str, Any] = json.loads(text)
        origin = read_origin(Path(told["problem"]))
        if origin.sha256 != told["sha256"]:
            raise UserError(f"{origin.path} has changed since the sweep was started")
        base: dict[str, Any] = told["base"]
        layers = [(label, layer) for label, layer in base.pop("settings")]
        base["problems"] = [Path(path) for path in base["problems"]]
        for path, before in told["own_files"].items():
            if read_origin(Path(path)).sha256 != before:
                raise UserError(f"{path} has changed since the sweep was started")
        run = base_run(construct(origin, told["parameters"]), settings=layers, **base)
        search = {
            name: choices["choices"] if isinstance(choices, dict) else SearchRange(*choices)
            for name, choices in told["search"].items()
        }
        plan = made_plan(
            run,
            grid_axes(dict(told["over"])),
            search_axes(search),
            told["trials"],
            told["goal"],
            told["pruning"],
        )
        return cls(plan, Place(Path(told["folder"]), told["command"]), told["storage"])
