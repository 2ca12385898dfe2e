"""Trained networks made smaller: what it does to the error, before and after more training."""

import math
from collections.abc import Callable, Iterator
from functools import partial

from pinn_metakan.benchmarks.command import Progress
from pinn_metakan.errors import TrainingError
from pinn_metakan.networks.compression import pruned, with_codebook
from pinn_metakan.networks.network import Network
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.overtime import LOOKING, ended_after
from pinn_metakan.runs.solve import solve

#: Name of the row -> what makes a trained network smaller.
_WAYS: dict[str, Callable[[Network], Network]] = {
    "baked": lambda network: network.baked(),
    **{f"codebooks of {m}": partial(with_codebook, centroids=m) for m in (64, 32, 16)},
    **{f"{f:.0%} of the edges cut": partial(pruned, fraction=f) for f in (0.1, 0.3, 0.5)},
}


def compression_lines(
    problem: str, device: str, steps: int, more_steps: int, progress: Progress
) -> Iterator[str]:
    """Solve a problem by a KAN and two MetaKANs, make them smaller, and train them again.

    Args:
        problem: Name or file of a problem.
        device: "auto", "cpu" or "cuda".
        steps: Steps of Levenberg-Marquardt of the whole network.
        more_steps: Steps of the smaller one.
        progress: Told each run, and why it failed.

    Yields:
        Rows of a table in Markdown; NaN for runs that failed.
    """
    with ended_after(LOOKING):
        loaded = load_problem(problem)

    def error(
        label: str, network: str | Network, stages: dict[str, object]
    ) -> tuple[float, Network | None]:
        progress(label)
        try:
            solution = solve(loaded, network, settings=stages, device=device)
        except TrainingError as failure:
            progress(f"{label}: {failure}")
            return math.nan, None
        return max(solution.relative_l2.values()), solution.network

    yield "| network | made smaller | parameters | error | after more training |"
    yield "|---|---|---|---|---|"
    for name in ("kan", "metakan", "metakan-sine"):
        whole, network = error(name, name, {"lm": {"steps": steps}})
        yield f"| {name} | not | {network.n_parameters if network else '-'} | {whole:.1e} | |"
        if network is None:
            continue
        for way, make in _WAYS.items():
            smaller, errors = make(network), []
            for lm_steps in (0, more_steps):
                stages: dict[str, object] = {"adam": {"steps": 0}, "lm": {"steps": lm_steps}}
                found, _ = error(f"{name}, {way}, {lm_steps} steps", smaller, stages)
                errors.append(f"{found:.1e}")
            yield f"| {name} | {way} | {smaller.n_parameters} | {' | '.join(errors)} |"
