"""What tests of several benchmarks share: tables taken apart, solves that are small or diverge."""

from collections.abc import Callable

from pinn_metakan.errors import TrainingError
from pinn_metakan.networks.network import Network
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.solution import Solution
from pinn_metakan.runs.solve import solve

#: Settings under which a solve takes a part of a second.
TINY: dict[str, object] = {
    "network": {"widths": [3]},
    "points": {"interior": 20, "boundary": 10, "initial": 10},
    "adam": {"steps": 1},
    "lm": {"steps": 1},
    "evaluation": {"shape": [5, 5]},
}


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def diverge(*arguments: object, **options: object) -> None:
    raise TrainingError("the loss is nan")


def solve_or_diverge(is_bad: Callable[[str, int], bool]) -> Callable[..., Solution]:
    """A tiny solve in the place of `solve`, which fails for some networks and seeds."""

    def solve_some(
        problem: Problem, network: str | Network, *, settings: dict[str, object], **others: object
    ) -> Solution:
        seed = others.get("seed", 0)
        assert isinstance(seed, int)
        if is_bad(network if isinstance(network, str) else "custom", seed):
            diverge()
        tiny = TINY if isinstance(network, str) else {**TINY, "network": {}}
        return solve(problem, network, settings={**settings, **tiny}, **others)  # type: ignore[arg-type]

    return solve_some
