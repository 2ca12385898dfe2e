"""Adam with two learning rates and a schedule."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from pinn_metakan.errors import look_up
from pinn_metakan.optimizers.optimizer import Optimizer, Probe
from pinn_metakan.optimizers.verdict import Verdict
from pinn_metakan.untrusted.shapes import refuse_other_count, refuse_unlike


def constant(progress: float, final: float) -> float:
    """1 all the time."""
    return 1.0


def cosine(progress: float, final: float) -> float:
    """From 1 to `final` along half a cosine (Loshchilov, Hutter, 2017)."""
    return final + (1 - final) * (1 + math.cos(math.pi * progress)) / 2


def exponential(progress: float, final: float) -> float:
    """From 1 to `final` by the same factor each step."""
    return float(final**progress)


#: beta_1, beta_2 and epsilon, those of the paper.
_DECAY, _SQUARE_DECAY, _EPSILON = 0.9, 0.999, 1e-8
#: Name -> (progress from 0 to 1, final factor) -> factor of the learning rate.
SCHEDULES: dict[str, Callable[[float, float], float]] = {
    "constant": constant,
    "cosine": cosine,
    "exponential": exponential,
}


class Adam(Optimizer):
    r"""Adam with a higher rate for prompts, as MetaKANs need.

    .. math:: m \leftarrow \beta_1 m + (1 - \beta_1) g, \quad
        v \leftarrow \beta_2 v + (1 - \beta_2) g^2, \quad
        \theta \leftarrow \theta - \eta \frac{m / (1 - \beta_1^n)}
        {\sqrt{v / (1 - \beta_2^n)} + \epsilon}

    Its numbers are those of torch.optim.Adam, which is not used because making one loads the
    compiler of torch: two seconds before the first step of every run.

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

    Source: Kingma, Ba, ICLR 2015, arXiv:1412.6980.
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
        self._parameters = [*others, *prompts]
        rates = (learning_rate, learning_rate * prompt_factor)
        self._rates = [rates[id(p) in is_prompt] for p in self._parameters]
        self._moments = [(torch.zeros_like(p), torch.zeros_like(p)) for p in self._parameters]
        self._schedule = look_up(SCHEDULES, schedule, "schedule")
        self._final_factor = final_factor
        self._steps = steps
        self._taken = 0

    def step(self, probe: Probe) -> Verdict | None:
        """Take one step; never ends the stage by itself."""
        factor = self._schedule(self._taken / self._steps, self._final_factor)
        probe.gradient()
        self._taken += 1
        with torch.no_grad():
            for p, rate, moments in zip(self._parameters, self._rates, self._moments, strict=True):
                if p.grad is not None:
                    self._move(p, p.grad, rate * factor, *moments)
        return None

    def _move(self, p: Tensor, gradient: Tensor, rate: float, mean: Tensor, square: Tensor) -> None:
        """Update the moments of a parameter, then the parameter, in the order of torch's Adam."""
        mean.lerp_(gradient, 1 - _DECAY)
        square.mul_(_SQUARE_DECAY).addcmul_(gradient, gradient, value=1 - _SQUARE_DECAY)
        length = rate / (1 - _DECAY**self._taken)
        correction = (1 - _SQUARE_DECAY**self._taken) ** 0.5
        length = min(length, torch.finfo(p.dtype).max)  # then the loss is infinite, which is told
        p.addcdiv_(mean, (square.sqrt() / correction).add_(_EPSILON), value=-length)

    def objective_changed(self) -> None:
        """Keep the moments: they are averages over points anyway."""

    def state(self) -> dict[str, object]:
        """Copy the moments and the number of steps taken."""
        entries = {
            number: {"exp_avg": mean.clone(), "exp_avg_sq": square.clone()}
            for number, (mean, square) in enumerate(self._moments)
        }
        return {"adam": entries, "taken": self._taken}

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        entries = state["adam"]
        refuse_other_count(len(entries), len(self._moments), "adam", "parameters")
        for number, entry in entries.items():
            for moment, name in zip(self._moments[number], ("exp_avg", "exp_avg_sq"), strict=True):
                refuse_unlike(entry[name], moment, f"adam[{number}].{name}")
                moment.copy_(entry[name])
        self._taken = state["taken"]
