"""Adam with two learning rates and a schedule."""

import copy
import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn

from pinn_metakan.errors import look_up
from pinn_metakan.optimizers.optimizer import Optimizer, Probe
from pinn_metakan.optimizers.verdict import Verdict


def constant(progress: float, final: float) -> float:
    """1 all the time."""
    return 1.0


def cosine(progress: float, final: float) -> float:
    """From 1 to `final` along half a cosine (Loshchilov, Hutter, 2017)."""
    return final + (1 - final) * (1 + math.cos(math.pi * progress)) / 2


def exponential(progress: float, final: float) -> float:
    """From 1 to `final` by the same factor each step."""
    return float(final**progress)


#: Name -> (progress from 0 to 1, final factor) -> factor of the learning rate.
SCHEDULES: dict[str, Callable[[float, float], float]] = {
    "constant": constant,
    "cosine": cosine,
    "exponential": exponential,
}


class Adam(Optimizer):
    """Adam (Kingma, Ba, 2015) with a higher rate for prompts, as MetaKANs need.

    Args:
        parameters: All parameters.
        prompts: Those of them that are prompts; none for a network without.
        steps: Length of the stage, which the schedule is stretched over.
        learning_rate: Rate of all but the prompts.
        prompt_factor: The prompts' rate over the others' (10 in the MetaKAN paper).
        schedule: A key of `SCHEDULES`.
        final_factor: Last rates over the first, where the schedule ends.

    Raises:
        LookupError: If there is no such schedule.
    """

    def __init__(
        self,
        parameters: Sequence[nn.Parameter],
        prompts: Sequence[nn.Parameter] = (),
        steps: int = 50,
        learning_rate: float = 5e-3,
        prompt_factor: float = 10.0,
        schedule: str = "cosine",
        final_factor: float = 0.05,
    ):
        is_prompt = {id(p) for p in prompts}
        others = [p for p in parameters if id(p) not in is_prompt]
        groups: list[dict[str, Any]] = [{"params": others}]
        if prompts:
            groups.append({"params": list(prompts)})
        self._rates = [learning_rate, learning_rate * prompt_factor]
        self._adam = torch.optim.Adam(groups, lr=learning_rate)
        self._schedule = look_up(SCHEDULES, schedule, "schedule")
        self._final_factor = final_factor
        self._steps = steps
        self._taken = 0

    def step(self, probe: Probe) -> Verdict | None:
        """Take one step; never ends the stage by itself."""
        factor = self._schedule(self._taken / self._steps, self._final_factor)
        for group, rate in zip(self._adam.param_groups, self._rates, strict=False):
            group["lr"] = rate * factor
        probe.gradient()
        self._adam.step()
        self._taken += 1
        return None

    def objective_changed(self) -> None:
        """Keep the moments: they are averages over points anyway."""

    def state(self) -> dict[str, object]:
        """Copy the moments and the number of steps taken."""
        return {"adam": copy.deepcopy(self._adam.state_dict()["state"]), "taken": self._taken}

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        groups = self._adam.state_dict()["param_groups"]
        self._adam.load_state_dict({"state": state["adam"], "param_groups": groups})
        self._taken = state["taken"]
