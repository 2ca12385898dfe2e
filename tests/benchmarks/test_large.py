"""Steps that the kernel of a sample is compared with, and the table of large networks."""

from pathlib import Path

import pytest
import torch
from small_runs import FAST
from torch import Generator, Tensor

from pinn_metakan.benchmarks import large
from pinn_metakan.benchmarks.large import Case, large_lines
from pinn_metakan.benchmarks.measure.assembled import run_of
from pinn_metakan.benchmarks.rival_models import (
    ConjugateGradients,
    FirstDamping,
    SketchedModel,
    solved,
)
from pinn_metakan.errors import SettingsError
from pinn_metakan.optimizers.damped_least_squares import DampedLeastSquares
from pinn_metakan.optimizers.flat import flattened
from pinn_metakan.optimizers.linearization import Linearization
from pinn_metakan.optimizers.step_model import PointOf, StepModel
from pinn_metakan.optimizers.step_rule import Trial
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.training.least_squares import BestSeen


@pytest.fixture
def run() -> AssembledRun:
    points = {"points": {"interior": 60, "first": 0, "adaptive": 0.0}}
    return run_of(load_problem("heat"), "mlp", FAST | points, "cpu", "float64")


def where(model: StepModel, run: AssembledRun, damping: float) -> Tensor:
    """Where a model goes from the parameters of a run, which stay."""
    point = flattened(list(run.ansatz.parameters()))
    with torch.no_grad():
        point_of: PointOf | None = model.around(BestSeen(run.trainer.least_squares), point)
        assert point_of is not None
        found = point_of(damping)
    assert found is not None
    assert torch.equal(point, flattened(list(run.ansatz.parameters())))
    return found - point


def expected_step(run: AssembledRun, damping: float) -> Tensor:
    """The damped step of all residuals, by their normal equations."""
    point = flattened(list(run.ansatz.parameters()))
    here = Linearization(point, *run.objective.linearize(), 0.5)
    factorization = DampedLeastSquares(here).factorization(damping)
    assert factorization is not None
    return here.moved(factorization.solve(here.r)) - point


def test_conjugate_gradients_make_the_step_of_all_residuals(run: AssembledRun) -> None:
    """A sample of all points: its trace and its units are those of all residuals."""
    model = ConjugateGradients(1000, 200, Generator().manual_seed(0))
    found, expected = where(model, run, 1e-2), expected_step(run, 1e-2)
    assert float((found - expected).norm()) < 1e-2 * float(expected.norm())


def test_a_sketch_that_adds_no_rows_makes_the_step_of_all_residuals(run: AssembledRun) -> None:
    found = where(SketchedModel(run, 50_000, Generator().manual_seed(1)), run, 1e-3)
    torch.testing.assert_close(found, expected_step(run, 1e-3), rtol=1e-6, atol=1e-9)


def test_a_preconditioner_saves_iterations(generator: Generator) -> None:
    values = torch.logspace(0, -8, 30, dtype=torch.float64)
    right_side = torch.randn(30, generator=generator, dtype=torch.float64)
    products: list[Tensor] = []

    def product(v: Tensor) -> Tensor:
        products.append(v)
        return values * v

    counts = []
    for precondition in (lambda v: v, lambda v: v / values):
        products.clear()
        x = solved(product, right_side, precondition, 1000)
        assert float((values * x - right_side).norm()) < 1e-3 * float(right_side.norm())
        counts.append(len(products))
    assert counts[1] <= 2 < counts[0]


def test_the_first_damping_that_works_is_taken() -> None:
    search = FirstDamping(1e-6)
    found = search.find(lambda d: Trial(Tensor(), Tensor(), d) if d > 1e-5 else None)
    assert found is not None
    assert found.loss == pytest.approx(6.4e-5)
    assert search.damping == pytest.approx(3.2e-5)


def test_the_table_has_a_row_for_each_method_and_a_figure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large, "CASES", {"small": Case("heat", "mlp", {"widths": [4]}, 40)})
    monkeypatch.setattr(large, "_FIRST", 2)
    methods = ["adam", "kernel of 250", "sketch of 500", "gradients, 10, sample of 250"]
    lines = list(large_lines(tmp_path, [], methods, 0.05, "cpu", lambda line: None))
    assert [line.split(" | ")[2] for line in lines[2:]] == methods
    assert (tmp_path / "large.png").stat().st_size > 10_000
    again = list(large_lines(tmp_path, ["small"], methods, 0.05, "cpu", lambda line: None))
    assert again == lines, "results are kept"
    with pytest.raises(SettingsError, match="no 'newton' in this table; there are adam; lbfgs"):
        list(large_lines(tmp_path, [], ["newton"], 0.05, "cpu", lambda line: None))
