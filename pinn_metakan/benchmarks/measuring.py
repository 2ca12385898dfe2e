"""Measuring time and memory of a training step."""

import time
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from pinn_metakan.networks.network import Network
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.choices import choose, network_name, suggested_settings
from pinn_metakan.settings.layers import Layer

MIB = 2**20


def experiment_of(
    problem: Problem,
    network: str | Network,
    settings: Mapping[str, object],
    device: str,
    dtype: str,
) -> AssembledRun:
    """Put an experiment together, ready for a step; seed 0."""
    layers: list[Layer] = [("benchmark", settings)]
    name = network_name(network)
    choices = choose(name, suggested_settings(problem, name, layers), 0, device, dtype)
    return AssembledRun(problem, choices, network if isinstance(network, Network) else None)


def gradient_step(experiment: AssembledRun) -> Callable[[], None]:
    """Give what evaluates the loss and its gradient, as a first-order step does."""

    def step() -> None:
        experiment.ansatz.zero_grad()
        experiment.objective.loss().backward()

    return step


def fastest(functions: Sequence[Callable[[], object]], rounds: int) -> list[float]:
    """Time functions in turn, so that a busy machine slows all of them alike.

    Args:
        functions: What to time; each is called once before.
        rounds: How often each is timed.

    Returns:
        The shortest time of each [s].
    """
    best = [float("inf")] * len(functions)
    for count in range(rounds + 1):
        for number, function in enumerate(functions):
            _synchronize()
            begin = time.perf_counter()
            function()
            _synchronize()
            if count > 0:
                best[number] = min(best[number], time.perf_counter() - begin)
    return best


def saved_bytes(experiment: AssembledRun) -> int:
    """Count what the loss keeps for its backward pass, besides parameters and prepared points."""
    experiment.objective.loss()  # prepares the points
    own = {p.untyped_storage().data_ptr() for p in experiment.ansatz.parameters()}
    kept: dict[int, Tensor] = {}

    def keep(tensor: Tensor) -> Tensor:
        kept.setdefault(
            tensor.untyped_storage().data_ptr(), tensor
        )  # alive, so never counted twice
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        experiment.objective.loss()
    return sum(t.untyped_storage().nbytes() for key, t in kept.items() if key not in own)


def _synchronize() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
