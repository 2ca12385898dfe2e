"""The cost of one training step: closed-form jets against nested autograd, MetaKAN against MLP."""

from collections.abc import Iterator, Sequence

from pinn_metakan.benchmarks.command import Progress
from pinn_metakan.benchmarks.measure.assembled import gradient_step, least_squares_step, run_of
from pinn_metakan.benchmarks.measure.tensor_memory import MIB, saved_bytes
from pinn_metakan.benchmarks.measure.timing import fastest
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.settings.stages import LMSettings

#: Name -> the network and its settings.
NETWORKS: dict[str, tuple[str, dict[str, object]]] = {
    "mlp": ("mlp", {}),
    "kan, rbf": ("kan", {"family": "rbf"}),
    "metakan": ("metakan", {}),
    "metakan, E=2": ("metakan", {"prompt_dimension": 2}),
    "metakan-sine, rbf": ("metakan-sine", {"family": "rbf"}),
    "metakan-sine, cubic": ("metakan-sine", {"family": "bspline"}),
    "metakan-sine, quintic": ("metakan-sine", {"family": "bspline", "options": {"order": 5}}),
}
VISCOSITY = 0.01
#: Of both hidden layers.
_WIDTHS = (16, 64)


def step_lines(
    device: str, dtype: str, points: int, rounds: int, progress: Progress
) -> Iterator[str]:
    """Compare the residual of Burgers' equation and its gradient by both engines.

    Its Jacobian, and a whole step of Levenberg-Marquardt, are compared with those of the MLP; they
    are left out where the Jacobian would be too large to train with.

    Args:
        device: "auto", "cpu" or "cuda".
        dtype: "float64" or "float32".
        points: Collocation points.
        rounds: How often each step is timed.
        progress: Told each network.

    Yields:
        Rows of a table in Markdown.
    """
    costs = "Jacobian | over MLP | LM step | over MLP | kept | autograd | ratio"
    yield f"| widths | network | jets | autograd | ratio | over MLP | {costs} |"
    yield "|" + "---|" * 13
    for width in _WIDTHS:
        mlp = 0.0
        solver_of_mlp: list[float] = []
        for name, (network, settings) in NETWORKS.items():
            progress(f"[2,{width},{width},1], {name}")
            engines = [
                burgers_by(network, settings, width, points, engine, device, dtype)
                for engine in ("jets", "autograd")
            ]
            jets, autograd = fastest([gradient_step(e) for e in engines], rounds)
            kept = [saved_bytes(engine) / MIB for engine in engines]
            mlp = mlp or jets
            solver = _solver_times(engines[0], rounds)
            solver_of_mlp = solver_of_mlp or solver
            yield (
                f"| [2,{width},{width},1] | {name} | {1e3 * jets:.1f} ms | {1e3 * autograd:.1f} ms "
                f"| {autograd / jets:.1f} | {jets / mlp:.1f} "
                f"| {_beside(solver, solver_of_mlp)} "
                f"| {kept[0]:.1f} MiB | {kept[1]:.1f} MiB | {kept[0] / kept[1]:.2f} |"
            )


def _solver_times(run: AssembledRun, rounds: int) -> list[float]:
    """Times of the Jacobian and of a step of Levenberg-Marquardt [s]; none if it is too large."""
    settings = run.settings.stage("lm")
    assert isinstance(settings, LMSettings)
    n_residuals = len(run.objective.vector())
    if n_residuals * run.network.n_parameters > settings.max_numbers:
        return []
    return fastest([run.objective.linearize, least_squares_step(run)], rounds)


def _beside(times: Sequence[float], of_mlp: Sequence[float]) -> str:
    """Cells of times, each with its ratio to that of the MLP."""
    if not times:
        return "- | - | - | -"
    pairs = zip(times, of_mlp, strict=True)
    return " | ".join(f"{1e3 * time:.1f} ms | {time / mlp:.1f}" for time, mlp in pairs)


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
