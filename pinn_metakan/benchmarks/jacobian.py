"""The cost of the Jacobian of the residual vector: outer products against `torch.func`."""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor
from torch.func import functional_call, grad, vmap

from pinn_metakan.benchmarks.command import Progress
from pinn_metakan.benchmarks.measure.timing import fastest
from pinn_metakan.benchmarks.step import NETWORKS, VISCOSITY, burgers_by
from pinn_metakan.runs.assembled import AssembledRun

#: Points that per-point gradients are taken at together.
_POINTS_AT_ONCE = 250


def jacobian_lines(
    device: str, dtype: str, points: int, rounds: int, progress: Progress
) -> Iterator[str]:
    """Compare the Jacobian of the residual with `vmap` of gradients over nested autograd.

    Args:
        device: "auto", "cpu" or "cuda".
        dtype: "float64" or "float32".
        points: Collocation points.
        rounds: How often each is timed.
        progress: Told each network.

    Yields:
        Rows of a table in Markdown.
    """
    yield "| network [2,16,16,1] | parameters | outer products | vmap | ratio | difference |"
    yield "|---|---|---|---|---|---|"
    for name, (network, settings) in NETWORKS.items():
        progress(name)
        run = burgers_by(network, settings, 16, points, "jets", device, dtype)
        naive = _per_point_gradients(run)
        ours, theirs = fastest([run.objective.linearize, naive], rounds)
        found, expected = run.objective.linearize()[1], naive()
        difference = float((found - expected).abs().max() / expected.abs().max())
        yield (
            f"| {name} | {run.network.n_parameters} | {1e3 * ours:.0f} ms "
            f"| {1e3 * theirs:.0f} ms | {theirs / ours:.0f} | {difference:.0e} |"
        )


def _per_point_gradients(run: AssembledRun) -> Callable[[], Tensor]:
    """Return what makes the Jacobian by `torch.func`: gradients at one point, for all points."""
    viscosity = VISCOSITY
    points = run.equations.at.points
    parameters = {f"network.{k}": p.detach() for k, p in run.network.named_parameters()}

    def residual(parameters: dict[str, Tensor], point: Tensor) -> Tensor:
        def u(point: Tensor) -> Tensor:
            value: Tensor = functional_call(run.ansatz, parameters, (point[None],))
            return value[0, 0]

        slope = grad(u)(point)
        curvature = grad(lambda p: grad(u)(p)[0])(point)[0]
        return slope[1] + u(point) * slope[0] - viscosity * curvature

    gradients: Any = vmap(grad(residual), (None, 0), chunk_size=_POINTS_AT_ONCE)
    (size,) = run.objective.sizes.values()

    def evaluate() -> Tensor:
        found: dict[str, Tensor] = gradients(parameters, points)
        rows = torch.cat([found[k].flatten(1) for k in parameters], dim=1)
        return rows / (size * len(points) ** 0.5)

    return evaluate
