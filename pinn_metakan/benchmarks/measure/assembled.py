"""Runs that are measured: put together, and ready for a step."""

from collections.abc import Callable, Mapping, Sequence

from pinn_metakan.networks.network import Network
from pinn_metakan.optimizers.communicator import Communicator
from pinn_metakan.optimizers.flat import assign, flattened
from pinn_metakan.optimizers.levenberg_marquardt import LevenbergMarquardt
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.choices import (
    choose,
    network_name,
    present_network,
    suggested_settings,
)
from pinn_metakan.settings.layers import Layer, layers_of
from pinn_metakan.training.least_squares import BestSeen


def run_of(
    problem: Problem,
    network: str | Network,
    settings: Mapping[str, object] | Sequence[Layer],
    device: str,
    dtype: str,
    seed: int = 0,
    communicator: Communicator | None = None,
) -> AssembledRun:
    """Put a run together, ready for a step."""
    layers = layers_of("benchmark", settings)
    name = present_network(problem, network_name(network), layers)
    choices = choose(name, suggested_settings(problem, name, layers), seed, device, dtype)
    given = network if isinstance(network, Network) else None
    return AssembledRun(problem, choices, given, communicator)


def least_squares_step(run: AssembledRun) -> Callable[[], None]:
    """Return what takes a step of Levenberg-Marquardt, from the same parameters each time."""
    parameters = list(run.ansatz.parameters())
    start = flattened(parameters)

    def step() -> None:
        assign(start, parameters)
        optimizer = LevenbergMarquardt(parameters, communicator=run.communicator)
        optimizer.step(BestSeen(run.trainer.least_squares))

    return step


def gradient_step(run: AssembledRun) -> Callable[[], None]:
    """Return what evaluates the loss and its gradient, as a first-order step does."""

    def step() -> None:
        run.ansatz.zero_grad()
        run.objective.loss().backward()

    return step
