"""The cost of one training step: closed-form jets against nested autograd, MetaKAN against MLP."""

from collections.abc import Iterator

from pinn_metakan.benchmarks.command import Progress
from pinn_metakan.benchmarks.measure.assembled import gradient_step, run_of
from pinn_metakan.benchmarks.measure.tensor_memory import MIB, saved_bytes
from pinn_metakan.benchmarks.measure.timing import fastest
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.assembled import AssembledRun

#: Name -> the network and its settings.
NETWORKS: dict[str, tuple[str, dict[str, object]]] = {
    "mlp": ("mlp", {}),
    "kan, rbf": ("kan", {"family": "rbf"}),
    "metakan, rbf": ("metakan", {"family": "rbf"}),
    "metakan, cubic": ("metakan", {"family": "bspline"}),
    "metakan, quintic": ("metakan", {"family": "bspline", "options": {"order": 5}}),
}
VISCOSITY = 0.01
#: Of both hidden layers.
_WIDTHS = (16, 64)


def step_lines(
    device: str, dtype: str, points: int, rounds: int, progress: Progress
) -> Iterator[str]:
    """Compare the residual of Burgers' equation and its gradient by both engines.

    Args:
        device: "auto", "cpu" or "cuda".
        dtype: "float64" or "float32".
        points: Collocation points.
        rounds: How often each step is timed.
        progress: Told each network.

    Yields:
        Rows of a table in Markdown.
    """
    yield "| widths | network | jets | autograd | ratio | over MLP | kept | autograd | ratio |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for width in _WIDTHS:
        mlp = 0.0
        for name, (network, settings) in NETWORKS.items():
            progress(f"[2,{width},{width},1], {name}")
            engines = [
                burgers_by(network, settings, width, points, engine, device, dtype)
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


def burgers_by(
    network: str,
    settings: dict[str, object],
    width: int,
    points: int,
    engine: str,
    device: str,
    dtype: str,
) -> AssembledRun:
    """Put Burgers' equation together, ready for a step.

    Args:
        network: Its name.
        settings: What is changed of its default settings.
        width: That of both hidden layers.
        points: Collocation points.
        engine: "jets" or "autograd".
        device: "auto", "cpu" or "cuda".
        dtype: "float64" or "float32".

    Returns:
        The run.
    """
    layer = {
        "network": {"widths": [width, width], **settings},
        "points": {"interior": points, "sequence": "uniform"},
        "engine": engine,
        "evaluation": {"shape": [3, 3]},
    }
    problem = load_problem("burgers", (), {"viscosity": VISCOSITY})
    return run_of(problem, network, layer, device, dtype)
