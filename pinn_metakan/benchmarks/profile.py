"""What networks of growing width cost: parameters, memory and time of a training step."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch

from pinn_metakan.benchmarks.command import Progress
from pinn_metakan.benchmarks.measure.assembled import gradient_step, run_of
from pinn_metakan.benchmarks.measure.places import prepare_folder
from pinn_metakan.benchmarks.measure.tensor_memory import MIB, peak_bytes, saved_bytes
from pinn_metakan.benchmarks.measure.timing import fastest
from pinn_metakan.networks.network import Network
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.plotting.curves import Curve, Panel, curves_figure
from pinn_metakan.plotting.figure_files import write_figures
from pinn_metakan.runs.assembled import AssembledRun

WIDTHS = (4, 8, 16, 32, 64, 128)
#: Numbers that Adam holds for each parameter.
_OPTIMIZER_NUMBERS = 2
#: Name of the row -> network and its settings, those of the paper, alike for KAN and MetaKAN; what
#: is baked has the coefficients of the MetaKAN, stored.
_NETWORKS: dict[str, tuple[str, dict[str, object]]] = {
    "MLP": ("mlp", {}),
    "KAN": ("splinekan", {"bounded": False}),
    "MetaKAN": ("metasplinekan", {"bounded": False}),
}
_BAKED = "MetaKAN, baked"
_FIGURE = "profile"


@dataclass(frozen=True)
class Cost:
    """What a network costs.

    Args:
        n_parameters: Trainable parameters.
        optimizer: What Adam holds [bytes].
        saved: What the loss keeps for its backward pass [bytes].
        peak: The most that a training step takes at once, gradient and Adam included [bytes].
        forward: Evaluating the network at the points, its weights made anew [s].
        step: Loss and gradient [s].
    """

    n_parameters: int
    optimizer: int
    saved: int
    peak: int
    forward: float
    step: float


def profile_lines(
    folder: Path, device: str, dtype: str, points: int, rounds: int, progress: Progress
) -> Iterator[str]:
    """Measure MLP, KAN, MetaKAN and the baked MetaKAN over widths, on Burgers' equation.

    Args:
        folder: Where the figure ``profile.png`` goes; made if it is not there.
        device: "auto", "cpu" or "cuda".
        dtype: "float64" or "float32".
        points: Collocation points.
        rounds: How often each is timed.
        progress: Told each width.

    Yields:
        Rows of a table in Markdown, then where a MetaKAN is smaller than a KAN.

    Raises:
        UserError: If the figure cannot be written; nothing is measured then.
    """
    prepare_folder(folder, [f"{_FIGURE}.png"])
    columns = ["parameters", "Adam", "kept for backward", "peak of a step", "forward", "step"]
    yield f"| widths | network | {' | '.join(columns)} |"
    yield "|" + "---|" * (len(columns) + 2)
    costs: dict[str, dict[int, Cost]] = {}
    for width in WIDTHS:
        progress(f"width {width}")
        for name, cost in _costs(width, device, dtype, points, rounds).items():
            costs.setdefault(name, {})[width] = cost
            yield (
                f"| [2,{width},{width},1] | {name} | {cost.n_parameters} "
                f"| {cost.optimizer / MIB:.2f} MiB | {cost.saved / MIB:.1f} MiB "
                f"| {cost.peak / MIB:.1f} MiB | {1e3 * cost.forward:.1f} ms "
                f"| {1e3 * cost.step:.1f} ms |"
            )
    edges, width = _break_even(device, dtype)
    yield (
        f"\nA layer of these MetaKANs has fewer parameters than a KAN's from {edges} edges on, "
        f"and the network [2,w,w,1] from w = {width} on. Smaller ones do not save: their "
        "meta-learners are the larger part."
    )
    figure = curves_figure(
        f"Burgers' equation, [2, w, w, 1], {points} points, {dtype}", _panels(costs, width)
    )
    (path,) = write_figures({_FIGURE: figure}, folder)
    yield f"\n{path}"


def _costs(width: int, device: str, dtype: str, points: int, rounds: int) -> dict[str, Cost]:
    runs = {
        name: _assembled(network, {"widths": [width, width], **settings}, device, dtype, points)
        for name, (network, settings) in _NETWORKS.items()
    }
    baked = runs["MetaKAN"].network.baked()
    runs[_BAKED] = _assembled(baked, {}, device, dtype, points)
    steps = fastest([gradient_step(e) for e in runs.values()], rounds)
    forwards = fastest([partial(_forward, e) for e in runs.values()], rounds)
    return {
        name: _cost(run, forward, step)
        for (name, run), forward, step in zip(runs.items(), forwards, steps, strict=True)
    }


def _assembled(
    network: str | Network, settings: dict[str, object], device: str, dtype: str, points: int
) -> AssembledRun:
    layer = {
        "network": settings,
        "points": {"interior": points, "sequence": "uniform"},
        "stages": ["adam"],
        "adam": {"steps": 1},
        "evaluation": {"shape": [3, 3]},
    }
    return run_of(load_problem("burgers"), network, layer, device, dtype)


@torch.no_grad()
def _forward(run: AssembledRun) -> None:
    run.network(run.equations.at.points)


def _cost(run: AssembledRun, forward: float, step: float) -> Cost:
    count = run.network.n_parameters
    element = next(run.network.parameters()).element_size()

    def one_step() -> None:
        run.trainer.run(lambda: None, lambda report: None)

    saved = saved_bytes(run)
    run.ansatz.zero_grad()
    peak = peak_bytes(one_step, run.choices.device)
    return Cost(count, _OPTIMIZER_NUMBERS * element * count, saved, peak, forward, step)


def _break_even(device: str, dtype: str) -> tuple[int, int]:
    """Find the edges per layer, and the width of the whole network, where prompts begin to save.

    A layer of q edges has E q + m parameters of a MetaKAN, m of them its meta-learner's, or D q of
    a KAN.

    Returns:
        The least number of edges, and the least width of [2, w, w, 1].
    """
    name, settings = _NETWORKS["MetaKAN"]
    small = {"widths": [WIDTHS[0], WIDTHS[0]], **settings}
    network = _assembled(name, small, device, dtype, 1).network
    prompts, size = network.prompts(), network.edge_coefficients
    assert size is not None
    dimension = prompts[0].shape[-1]
    edges = sum(p[..., 0].numel() for p in prompts)
    saved = size - dimension
    learners = network.n_parameters - dimension * edges
    inputs, *_, outputs = network.widths
    width = 1
    while saved * width * (inputs + width + outputs) <= learners:
        width += 1
    return -(-learners // (len(prompts) * saved)), width


def _panels(costs: dict[str, dict[int, Cost]], break_even: int) -> Sequence[Panel]:
    def curves(value: Callable[[Cost], float]) -> dict[str, Curve]:
        return {
            name: Curve(list(of), [value(cost) for cost in of.values()])
            for name, of in costs.items()
        }

    across = "width w [-]"
    mark = {f"MetaKAN smaller from w = {break_even}": float(break_even)}
    return [
        Panel("Parameters", across, "parameters [-]", curves(lambda c: c.n_parameters), mark),
        Panel("Memory of a step", across, "peak [MiB]", curves(lambda c: c.peak / MIB)),
        Panel("Evaluating", across, "time [ms]", curves(lambda c: 1e3 * c.forward)),
        Panel("Loss and gradient", across, "time [ms]", curves(lambda c: 1e3 * c.step)),
    ]
