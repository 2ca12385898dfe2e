"""The cost of one training step: closed-form jets against nested autograd, MetaKAN against MLP."""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor
from torch.func import functional_call, grad, vmap

from pinn_metakan.benchmarks.measuring import (
    MIB,
    experiment_of,
    fastest,
    gradient_step,
    saved_bytes,
)
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.assembled import AssembledRun

#: Name -> the network and its settings.
_NETWORKS: dict[str, tuple[str, dict[str, object]]] = {
    "mlp": ("mlp", {}),
    "kan, rbf": ("kan", {"family": "rbf"}),
    "metakan, rbf": ("metakan", {"family": "rbf"}),
    "metakan, cubic": ("metakan", {"family": "bspline"}),
    "metakan, quintic": ("metakan", {"family": "bspline", "options": {"order": 5}}),
}
_VISCOSITY = 0.01
#: Points that per-point gradients are taken at together.
_POINTS_AT_ONCE = 250


def step_lines(device: str, dtype: str, points: int, rounds: int) -> Iterator[str]:
    """Compare the residual of Burgers' equation and its gradient by both engines.

    Args:
        device: "auto", "cpu" or "cuda".
        dtype: "float64" or "float32".
        points: Collocation points.
        rounds: How often each step is timed.

    Yields:
        Rows of a table in Markdown.
    """
    yield "| widths | network | jets | autograd | ratio | over MLP | kept | autograd | ratio |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for width in (16, 64):
        mlp = 0.0
        for name, (network, settings) in _NETWORKS.items():
            engines = [
                _burgers(network, settings, width, points, engine, device, dtype)
                for engine in ("jets", "autograd")
            ]
            jets, autograd = fastest([gradient_step(e) for e in engines], rounds)
            kept = [saved_bytes(engine) / MIB for engine in engines]
            mlp = mlp or jets
            yield (
                f"| [2,{width},{width},1] | {name} | {1e3 * jets:.1f} ms | {1e3 * autograd:.1f} ms "
                f"| {autograd / jets:.1f} | {jets / mlp:.1f} "
                f"| {kept[0]:.1f} MiB | {kept[1]:.1f} MiB | {kept[0] / kept[1]:.2f} |"
            )


def jacobian_lines(device: str, dtype: str, points: int, rounds: int) -> Iterator[str]:
    """Compare the Jacobian of the residual with `vmap` of gradients over nested autograd.

    Args:
        device: "auto", "cpu" or "cuda".
        dtype: "float64" or "float32".
        points: Collocation points.
        rounds: How often each is timed.

    Yields:
        Rows of a table in Markdown.
    """
    yield "| network [2,16,16,1] | parameters | outer products | vmap | ratio | difference |"
    yield "|---|---|---|---|---|---|"
    for name, (network, settings) in _NETWORKS.items():
        experiment = _burgers(network, settings, 16, points, "jets", device, dtype)
        naive = _per_point_gradients(experiment)
        ours, theirs = fastest([experiment.objective.linearize, naive], rounds)
        found, expected = experiment.objective.linearize()[1], naive()
        difference = float((found - expected).abs().max() / expected.abs().max())
        yield (
            f"| {name} | {experiment.network.n_parameters} | {1e3 * ours:.0f} ms "
            f"| {1e3 * theirs:.0f} ms | {theirs / ours:.0f} | {difference:.0e} |"
        )


def _burgers(
    network: str,
    settings: dict[str, object],
    width: int,
    points: int,
    engine: str,
    device: str,
    dtype: str,
) -> AssembledRun:
    layer = {
        "network": {"widths": [width, width], **settings},
        "points": {"interior": points, "sequence": "uniform"},
        "engine": engine,
    }
    problem = load_problem("burgers", (), {"viscosity": _VISCOSITY})
    return experiment_of(problem, network, layer, device, dtype)


def _per_point_gradients(experiment: AssembledRun) -> Callable[[], Tensor]:
    """Give the Jacobian as `torch.func` makes it: the gradient at one point, for all points."""
    viscosity = _VISCOSITY
    points = experiment.equations.at.points
    parameters = {f"network.{k}": p.detach() for k, p in experiment.network.named_parameters()}

    def residual(parameters: dict[str, Tensor], point: Tensor) -> Tensor:
        def u(point: Tensor) -> Tensor:
            value: Tensor = functional_call(experiment.ansatz, parameters, (point[None],))
            return value[0, 0]

        slope = grad(u)(point)
        curvature = grad(lambda p: grad(u)(p)[0])(point)[0]
        return slope[1] + u(point) * slope[0] - viscosity * curvature

    gradients: Any = vmap(grad(residual), (None, 0), chunk_size=_POINTS_AT_ONCE)

    def evaluate() -> Tensor:
        found: dict[str, Tensor] = gradients(parameters, points)
        return torch.cat([found[k].flatten(1) for k in parameters], dim=1) / len(points) ** 0.5

    return evaluate
