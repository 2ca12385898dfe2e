"""Numbers on their bounds, problems without data."""

import torch
from torch import Tensor

from pinn_metakan.ansatz.numbers import UnknownNumbers
from pinn_metakan.benchmarks.measure.assembled import run_of
from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.derivatives.request import Number
from pinn_metakan.geometry.box import Interval
from pinn_metakan.optimizers.verdict import Outcome
from pinn_metakan.pde.boundary_conditions import Dirichlet
from pinn_metakan.pde.problem import Problem
from pinn_metakan.pde.unknown import Unknown
from pinn_metakan.runs.drift import drift_verdict
from pinn_metakan.training.limit import Limit, diagnose


def test_a_number_on_its_bound_can_start_another_run() -> None:
    for unknown, value in (
        (Unknown(1.0, low=0.5), 0.5),
        (Unknown(1.0, high=2.0), 2.0),
        (Unknown(1.0, low=0.5, high=2.0), 0.5),
        (Unknown(1.0, low=0.5, high=2.0), 2.0),
    ):
        numbers = UnknownNumbers({"D": unknown})
        numbers.put({"D": value})
        assert abs(numbers.now()["D"] - value) < 1e-8
        assert bool(torch.isfinite(numbers.free[0]).all())


def test_a_number_that_is_held_is_no_parameter() -> None:
    numbers = UnknownNumbers({"D": Unknown(1.0, low=0.0), "s": Unknown(3.0)})
    numbers.hold({"D": 0.25})
    assert [float(p.detach()) for p in numbers.parameters()] == [0.0]
    values = {
        q.name: float(v.detach()) for q, v in numbers.values().items() if isinstance(q, Number)
    }
    assert values == {"s": 3.0, "D": 0.25}
    assert numbers.now() == {"s": 3.0}


class Free(Problem):
    """u_xx = -s without data."""

    coordinates, unknowns = ("x",), ("u",)

    def __init__(self) -> None:
        self.s = Unknown(1.0)
        self.domain = Interval(0.0, 1.0)
        self.conditions = {"ends": Dirichlet(u=0.0)}

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        return {"rod": jet("u_xx") + self.s}


def test_a_problem_without_data_is_told_so() -> None:
    run = run_of(Free(), "kan", {"network.widths": [4]}, "cpu", "float64")
    assert (
        "no data: s is unknown, and nothing but the equations and conditions could tell; give "
        "Observed(points, ...)"
    ) in run.notes


def test_a_number_on_one_of_two_bounds_is_told_so_and_not_to_go_on() -> None:
    problem = Free()
    problem.s = Unknown(1.0, low=0.0, high=2.0)
    run = run_of(problem, "kan", {"network.widths": [4]}, "cpu", "float64")
    assert drift_verdict(run) is None
    run.ansatz.numbers.free[0].data.fill_(31.0)
    verdict = drift_verdict(run)
    assert verdict is not None
    assert verdict.outcome is Outcome.DRIFTED
    assert verdict.sentence.startswith("s (2) lies on a bound of (0, 2), where no step moves it")
    found = diagnose(verdict, 1e-3, 1.0, 4.0)
    assert (found.limit, found.sentence) == (Limit.ANOTHER_START, verdict.sentence)
