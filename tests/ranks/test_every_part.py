"""What is no sum over points of its own accord: weights, multipliers, integrals, last layers."""

import pytest
from short_spread_runs import assembled, outcome
from threads_as_processes import in_threads

from pinn_metakan.pde.loading import load_problem

#: So small that a case takes a second.
SMALL: dict[str, object] = {
    "network": {"widths": [4]},
    "points": {"interior": 41, "boundary": 13, "initial": 7},
    "adam": {"steps": 4},
    "lm": {"steps": 2, "redraw_every": 2},
    "evaluation": {"shape": [5, 5], "points": 30},
}
SOFT = {"conditions": "soft"}
#: Name -> problem and settings.
PARTS: dict[str, tuple[str, dict[str, object]]] = {
    "weights by gradients": ("heat", {**SOFT, "loss": {"balance": "gradient", "adapt_every": 2}}),
    "weights by kernels": ("heat", {**SOFT, "loss": {"balance": "ntk", "adapt_every": 2}}),
    "multipliers": ("heat", {**SOFT, "loss": {"multipliers": ["walls"], "adapt_every": 1}}),
    "causal weights": ("burgers", {"loss": {"causality": 1.0}}),
    "an integral": ("poisson_neumann", SOFT),
    "periodic pairs": ("advection", SOFT),
    "a point where time begins": ("pendulum", {**SOFT, "evaluation": {"shape": [5]}}),
    "weights near vertices": ("poisson_l_shape", {}),
    "last layer": ("poisson", {"stages": ["adam", "linear"], "linear": {"steps": 2}}),
    "last layer, not affine": ("burgers", {"stages": ["linear"], "linear": {"steps": 3}}),
    "quasi-Newton": ("heat", {"stages": ["lbfgs"], "lbfgs": {"steps": 5}}),
    "random dimensions": (
        "ball_poisson",
        {
            "stages": ["adam"],
            "adam": {"steps": 4, "redraw_every": 1},
            "loss": {"random_dimensions": 2},
            "evaluation": {"shape": None},
        },
    ),
    "more parameters than residuals": (
        "burgers",
        {"points": {"interior": 9}, "network": {"widths": [5, 5]}, "adam": {"steps": 1}},
    ),
    "a kernel of a sample": (
        "burgers",
        {
            "stages": ["adam", "kernel"],
            "kernel": {"steps": 4, "sample": 15, "redraw_every": 2, "momentum": 0.5},
        },
    ),
    "a kernel with multipliers": (
        "heat",
        {
            **SOFT,
            "stages": ["adam", "kernel"],
            "kernel": {"steps": 3, "sample": 20},
            "loss": {"multipliers": ["walls"], "adapt_every": 1},
        },
    ),
    "a kernel with an integral": (
        "poisson_neumann",
        {**SOFT, "stages": ["kernel"], "kernel": {"steps": 3, "sample": 20}},
    ),
    "fresh points": ("heat", {"points": {"interior": 80, "first": 20, "fresh_ratio": 1.001}}),
}


#: Those that the fast tests run.
FAST = ("multipliers", "an integral", "last layer", "a kernel of a sample")


def as_table(section: object) -> dict[str, object]:
    assert isinstance(section, dict)
    return section


@pytest.mark.parametrize(
    "part", [pytest.param(p, marks=[] if p in FAST else pytest.mark.slow) for p in PARTS]
)
def test_every_part_is_that_of_one_process(part: str) -> None:
    name, changed = PARTS[part]
    problem = load_problem(name)
    settings = SMALL | changed
    for section in ("points", "network", "adam", "evaluation"):
        settings[section] = {**as_table(SMALL[section]), **as_table(changed.get(section, {}))}
    one = outcome(assembled(problem, settings))
    first, second = in_threads(2, lambda c: outcome(assembled(problem, settings, c)))
    assert first == second
    assert first.losses == pytest.approx(one.losses, rel=1e-8)
    assert first.losses[:3] == pytest.approx(one.losses[:3], rel=1e-11)
