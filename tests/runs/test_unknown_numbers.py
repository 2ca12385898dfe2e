"""Runs with unknown numbers: engines, training, checkpoints, what is told."""

import json
import math
from pathlib import Path

import pytest
import torch
from torch import Tensor

from pinn_metakan.benchmarks.measure.assembled import run_of
from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.geometry.box import Interval
from pinn_metakan.losses.nested_autograd import NestedAutograd
from pinn_metakan.losses.posterior_rows import size_of_matrix
from pinn_metakan.optimizers.verdict import Outcome, Verdict
from pinn_metakan.pde.boundary_conditions import Dirichlet, Robin
from pinn_metakan.pde.observed import Observed
from pinn_metakan.pde.problem import Problem
from pinn_metakan.pde.unknown import Unknown
from pinn_metakan.results.estimates import estimates_of
from pinn_metakan.runs import estimates as estimates_room
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.estimates import estimate_notes, estimates_of_run, posterior_of
from pinn_metakan.runs.resume import open_run
from pinn_metakan.runs.solve import solve
from pinn_metakan.training.checkpoint import load_checkpoint, save_checkpoint

#: Trains in a second or two.
SMALL: dict[str, object] = {
    "network.widths": [6], "points.interior": 60, "points.first": 60, "adam.steps": 10,
    "lm.steps": 28, "stages": ["adam", "lm"], "evaluation.shape": [31],
}  # fmt: skip


class Rod(Problem):
    """D u_xx = -1 with u = 0 and D u_x = -h u: u = x (1 - x / 2 + ...) / D."""

    coordinates, unknowns = ("x",), ("u",)

    def __init__(self, start: float = 1.0, sigma: float | None = None) -> None:
        self.D, self.h = Unknown(start, low=0.0, unit="m^2/s", true=0.5), Unknown(1.0, low=0.0)
        self.domain = Interval(0.0, 1.0)
        x = torch.linspace(0.05, 1.0, 20, dtype=torch.float64)
        noise = 0.0 if sigma is None else sigma * torch.cos(37.0 * x)
        self.conditions = {
            "left": Dirichlet(u=0.0, where="x=0"),
            "right": Robin(self.h, self.D, 0.0, where="x=1"),
            "data": Observed(x[:, None], u=_exact(x) + noise, sigma=sigma),
        }

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        return {"rod": self.D * jet("u_xx") + 1.0}


def _exact(x: Tensor) -> Tensor:  # for D = 0.5, h = 2
    return 1.2 * x - x**2


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_both_engines_have_their_columns(dtype: str) -> None:
    run = run_of(Rod(), "kan", {**SMALL, "engine": "jets"}, "cpu", dtype)
    r, jacobian = run.objective.linearize()
    run.objective.engine = NestedAutograd()
    expected_r, expected = run.objective.linearize()
    tolerance = 1e-10 if dtype == "float64" else 1e-4
    assert jacobian.shape[1] == run.network.n_parameters + 2
    assert bool((jacobian[:, :2].abs().max(dim=0).values > 0.01).all())
    assert torch.allclose(r, expected_r, rtol=0, atol=tolerance)
    largest = float(expected.abs().max())
    assert torch.allclose(jacobian, expected, rtol=0, atol=tolerance * largest)


def test_numbers_are_found_from_exact_data() -> None:
    solution = solve(Rod(start=50.0), "kan", settings=SMALL)
    assert solution.estimates["D"].value == pytest.approx(0.5, rel=1e-5)
    assert solution.estimates["h"].value == pytest.approx(2.0, rel=1e-5)
    assert solution.estimates["D"].unit == "m^2/s"


def test_a_run_goes_on_exactly(tmp_path: Path) -> None:
    def trained(run: AssembledRun, steps: int) -> AssembledRun:
        stop = Verdict(Outcome.INTERRUPTED, "enough")
        run.trainer.run(lambda: stop if run.trainer.step >= steps else None, lambda entry: None)
        return run

    def begun() -> AssembledRun:
        return run_of(Rod(start=20.0, sigma=0.01), "kan", SMALL, "cpu", "float64")

    whole, part, again = trained(begun(), 30), trained(begun(), 22), begun()
    save_checkpoint(tmp_path / "checkpoint", part.state())
    again.load(load_checkpoint(tmp_path / "checkpoint"))
    trained(again, 30)
    assert again.ansatz.numbers.now() == whole.ansatz.numbers.now() != part.ansatz.numbers.now()
    assert torch.equal(again.trainer.state()["parameters"], whole.trainer.state()["parameters"])
    assert again.objective.scales == whole.objective.scales


def test_what_is_told_is_in_every_file(tmp_path: Path) -> None:
    solution = solve(Rod(sigma=0.01), "kan", settings=SMALL, out=tmp_path / "run")
    report = json.loads((tmp_path / "run/report.json").read_text())
    told = report["estimates"]["D"]
    assert told["low"] < told["value"] < told["high"]
    assert told["unit"] == "m^2/s"
    assert told["value"] == open_run(tmp_path / "run").estimates["D"].value
    assert report["data"]["data_u"]["count"] == 20
    assert abs(report["correlation"]["D"]["h"]) < 1
    assert solution.history["estimate_D"][-1] == told["value"]
    band = open_run(tmp_path / "run")["u_standard_error"]
    assert band[0] == 0
    assert 1e-4 < band[1:].min() < band.max() < 1e-2
    assert "D = " in (tmp_path / "run/report.html").read_text()


def test_two_runs_of_one_problem_keep_their_own_numbers() -> None:
    problem = Rod()
    first = solve(problem, "kan", settings={**SMALL, "lm.steps": 20})
    before = first.derivative("D * u_xx", x=0.5)
    solve(problem, "kan", settings={**SMALL, "lm.steps": 1})
    assert first.derivative("D * u_xx", x=0.5) == before == pytest.approx(-1.0, abs=1e-3)


class Ratio(Rod):
    """u_xx = -s / D with u = 0 at both ends: data tell s / D, and nothing else."""

    def __init__(self) -> None:
        self.D, self.s = Unknown(1.0, low=0.0), Unknown(1.0, low=0.0)
        self.domain = Interval(0.0, 1.0)
        x = torch.linspace(0.05, 0.95, 20, dtype=torch.float64)
        noise = 0.01 * torch.cos(37.0 * x)
        seen = Observed(x[:, None], u=x - x**2 + noise, sigma=0.01)
        self.conditions = {"ends": Dirichlet(u=0.0), "data": seen}

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        return {"rod": jet("u_xx") + self.s / self.D}


def test_what_data_do_not_tell_is_said() -> None:
    found = estimates_of(solve(Ratio(), "kan", settings=SMALL).attributes)
    assert found.flat == ("the data tell D and s only as D / s, not each by itself",)
    assert math.isnan(found.numbers["D"].standard_error)
    ratio = found.numbers["s"].value / found.numbers["D"].value
    assert ratio == pytest.approx(2.0, abs=0.05)


class Drifting(Ratio):
    """D u_xx = -s: the smaller both are, the smaller is the residual."""

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        return {"rod": self.D * jet("u_xx") + self.s}


def test_numbers_that_drift_without_end_stop_the_run() -> None:
    solution = solve(Drifting(), "kan", settings={**SMALL, "lm.steps": 200, "lm.tolerance": 0.0})
    told = str(solution.attributes["stop_reason"])
    assert "drifted by a factor of more than 1e13 from the start" in told
    assert "write the equation without the factor that all its terms share" in told
    assert solution.history["step"][-1] < 150
    assert solution.verdict == "stuck"


def test_numbers_are_found_in_float32() -> None:
    found = solve(Rod(sigma=0.01), "kan", settings=SMALL, dtype="float32").estimates["D"]
    # Of the inverse Fisher matrix of u = (-x^2/2 + c x)/D, c = (2 D + h)/(2 (D + h)).
    assert found.standard_error == pytest.approx(0.00942, rel=0.02)
    assert abs(found.value - 0.5) < 4 * found.standard_error


class Bounded(Ratio):
    """Both numbers stay above 1: a product of them is no straight line of the free numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.D, self.s = Unknown(2.0, low=1.0), Unknown(4.0, low=1.0)


def test_a_number_that_was_rounded_onto_its_bound_has_no_standard_error() -> None:
    run = run_of(Bounded(), "kan", SMALL, "cpu", "float64")
    with torch.no_grad():
        run.ansatz.numbers.free[0].fill_(-40.0)
    found = estimates_of_run(run, posterior_of(run)).numbers["D"]
    assert found.value == 1.0
    assert math.isnan(found.standard_error)


def test_a_flat_direction_of_numbers_above_other_bounds_is_no_ratio() -> None:
    run = run_of(Bounded(), "kan", SMALL, "cpu", "float64")
    with torch.no_grad():  # D = s = 3, so that both free numbers change by as much
        run.ansatz.numbers.free[0].fill_(math.log(2.0))
        run.ansatz.numbers.free[1].fill_(math.log(2.0 / 3.0))
    flat = estimates_of_run(run, posterior_of(run)).flat
    assert flat == (
        "the data do not tell D and s each by itself: they change together and fit as well",
    )


def test_points_of_the_equations_are_as_many_as_standard_errors_need(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few = run_of(Ratio(), "kan", SMALL, "cpu", "float64")
    many = run_of(Ratio(), "kan", {**SMALL, "points.interior": 5000}, "cpu", "float64")
    size = size_of_matrix(many.objective, many.formulation)
    assert size == size_of_matrix(few.objective, few.formulation)
    posterior = posterior_of(many)
    assert posterior is not None
    assert posterior._q.numel() == size
    monkeypatch.setattr(estimates_room, "_LARGEST", size - 1)
    assert posterior_of(many) is None
    assert math.isnan(estimates_of_run(many, None).numbers["D"].standard_error)
    assert "no standard errors: they need a matrix of" in estimate_notes(many)[0]
