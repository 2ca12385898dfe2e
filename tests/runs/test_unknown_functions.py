"""Runs with unknown functions: engines, training, checkpoints, what is told."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from pinn_metakan.benchmarks.measure.assembled import run_of
from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.errors import UserError
from pinn_metakan.geometry.box import Box, Interval
from pinn_metakan.losses.nested_autograd import NestedAutograd
from pinn_metakan.optimizers.verdict import Outcome, Verdict
from pinn_metakan.pde.boundary_conditions import Dirichlet
from pinn_metakan.pde.observed import Observed
from pinn_metakan.pde.problem import Problem
from pinn_metakan.pde.unknown import Unknown
from pinn_metakan.pde.unknown_function import UnknownFunction
from pinn_metakan.runs.as_start import as_start
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.found_start import find_start
from pinn_metakan.runs.resume import open_run
from pinn_metakan.runs.solve import solve
from pinn_metakan.runs.start import Start
from pinn_metakan.training.checkpoint import load_checkpoint, save_checkpoint

#: Trains in a second or two.
SMALL: dict[str, object] = {
    "network.widths": [8], "points.interior": 60, "points.first": 60, "adam.steps": 10,
    "lm.steps": 60, "stages": ["adam", "lm"], "evaluation.shape": [31],
}  # fmt: skip
X = torch.linspace(0.0, 1.0, 40, dtype=torch.float64)


class Bar(Problem):
    """(k(u) u_x)_x = 1 with k = (1 + u) / 2 and u = x: k(0) from the flux, k(u) from data."""

    coordinates, unknowns = ("x",), ("u",)

    def __init__(self, sigma: float | None = None, positive: bool = False) -> None:
        self.k = UnknownFunction(
            "u", degree=3, positive=positive, unit="W/m", true=lambda u: (1 + u) / 2
        )
        self.domain = Interval(0.0, 1.0)
        noise = 0.0 if sigma is None else sigma * torch.cos(37.0 * X)
        flux = {"flux": lambda jet: self.k(jet("u")) * jet("u_x")}
        self.conditions = {
            "ends": Dirichlet(u=lambda x: x),
            "data": Observed(X[:, None], u=X + noise, sigma=sigma),
            "flux": Observed(X[:1, None], flux=torch.tensor([0.5]).double(), of=flux),
        }

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        u, u_x, u_xx = jet("u", "u_x", "u_xx")
        return {"bar": self.k(u) * u_xx + self.k.derivative(u) * u_x**2 - 0.5}


class Pulled(Bar):
    """The same with an unknown load."""

    def __init__(self) -> None:
        super().__init__()
        self.load = Unknown(2.0, low=0.1)

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        return {"bar": super().residual(jet)["bar"] + 0.5 - self.load}


@pytest.mark.parametrize("positive", [False, True])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_both_engines_have_their_columns(dtype: str, positive: bool) -> None:
    run = run_of(Bar(positive=positive), "kan", {**SMALL, "engine": "jets"}, "cpu", dtype)
    with torch.no_grad():
        run.ansatz.functions.of("k").add_(0.3)
    r, jacobian = run.objective.linearize()
    run.objective.engine = NestedAutograd()
    expected_r, expected = run.objective.linearize()
    tolerance = 1e-10 if dtype == "float64" else 1e-4
    assert jacobian.shape[1] == run.network.n_parameters + 4
    assert bool((jacobian[:, :4].abs().max(dim=0).values > 0.01).all())
    assert torch.allclose(r, expected_r, rtol=0, atol=tolerance)
    assert torch.allclose(jacobian, expected, rtol=0, atol=tolerance * float(expected.abs().max()))


def test_a_law_is_found_from_exact_data_and_is_in_every_file(tmp_path: Path) -> None:
    solution = solve(Bar(), "kan", settings=SMALL, out=tmp_path / "run")
    found = solution.functions["k"]
    assert found.relative_l2 < 1e-5
    assert found(0.5) == pytest.approx(0.75, rel=1e-5)
    assert found.formula is not None
    assert found.formula.kind == "linear"
    with pytest.raises(ValueError, match=r"k\(u\) is known for u from .*; got 2 to 2"):
        found(2.0)
    again = open_run(tmp_path / "run").functions["k"]
    assert np.array_equal(again.values, found.values)
    report = json.loads((tmp_path / "run/report.json").read_text())
    assert report["functions"]["k"]["relative_l2"] == found.relative_l2
    table = (tmp_path / "run/functions.csv").read_text().splitlines()
    assert table[0] == "function,argument_1,value,standard_error,low,high,true"
    assert len(table) == 102
    assert "k(u) for u from" in (tmp_path / "run/report.html").read_text()
    axis = solution.plot_functions().axes[0]
    assert axis.get_ylabel() == "k(u) [W/m]"
    assert "linear, within the band" in axis.get_title()


class Squeezed(Bar):
    """The same by a monotone law."""

    def __init__(self) -> None:
        super().__init__()
        self.k = UnknownFunction("u", degree=3, monotone=True, true=lambda u: (1 + u) / 2)


def test_a_monotone_law_is_found_and_its_derivatives_are_asked_by_name() -> None:
    solution = solve(Squeezed(), "kan", settings=SMALL)
    assert solution.functions["k"].relative_l2 < 1e-5
    x = np.array([0.2, 0.7])
    flux = solution.derivative("k(u) * u_x", x=x)
    np.testing.assert_allclose(flux, (1 + x) / 2, rtol=1e-5)
    np.testing.assert_allclose(solution.derivative("k'(u)", x=x), [0.5, 0.5], rtol=1e-3)
    np.testing.assert_allclose(solution.derivative("2 * k(0.5)", x=x), [1.5, 1.5], rtol=1e-5)
    assert solution.integral("k(u)") == pytest.approx(0.75, rel=1e-5)
    with pytest.raises(UserError, match=r"k\(u\) has 1 arguments, got 2"):
        solution.derivative("k(u, x)", x=x)
    with pytest.raises(UserError, match=r"cannot be evaluated; .* and abs, .*, k\(u\)"):
        solution.derivative("q(u)", x=x)


class Heap(Problem):
    """u_xx = f(x, t) for u = x (1 - x) (1 + t) / 2: f = -(1 + t), from data."""

    coordinates, unknowns = ("x", "t"), ("u",)

    def __init__(self) -> None:
        self.f = UnknownFunction(
            ("x", "t"), start=0.0, degree=2, widths=(2,), true=lambda x, t: -(1 + t)
        )
        self.domain = Box((0.0, 1.0), (0.0, 1.0))
        points = torch.rand(60, 2, generator=torch.Generator().manual_seed(0)).double()
        x, t = points.T
        self.conditions = {
            "ends": Dirichlet(u=0.0, where=["x=0", "x=1"]),
            "data": Observed(points, u=x * (1 - x) * (1 + t) / 2),
        }

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        return {"heap": jet("u_xx") - jet("f(x, t)")}


def test_a_law_of_two_arguments_is_found_from_exact_data() -> None:
    solution = solve(Heap(), "kan", settings={**SMALL, "evaluation.shape": [21, 21]})
    found = solution.functions["f"]
    assert found.arguments.shape == (441, 2)
    assert found.relative_l2 < 1e-3
    assert found(0.5, 0.5) == pytest.approx(-1.5, rel=1e-3)
    value = solution.derivative("f(x, t)", [[0.5, 0.5]])
    assert value == pytest.approx(-1.5, rel=1e-3)
    with pytest.raises(UserError, match=r"primes are for functions of one argument, not for f\(x"):
        solution.derivative("f'(x, t)", [[0.5, 0.5]])


@pytest.mark.slow
def test_its_band_holds_it_and_is_as_wide_as_the_noise_makes_it() -> None:
    narrow, wide = (
        solve(Bar(sigma=sigma), "kan", settings=SMALL).functions["k"] for sigma in (1e-3, 1e-2)
    )
    assert narrow.covered > 0.9
    ratio = float(np.median(wide.standard_errors / narrow.standard_errors))
    assert 7 < ratio < 14


def test_a_run_goes_on_exactly(tmp_path: Path) -> None:
    def trained(run: AssembledRun, steps: int) -> AssembledRun:
        stop = Verdict(Outcome.INTERRUPTED, "enough")
        run.trainer.run(lambda: stop if run.trainer.step >= steps else None, lambda entry: None)
        return run

    def begun() -> AssembledRun:
        return run_of(Bar(sigma=0.01), "kan", SMALL, "cpu", "float64")

    whole, part, again = trained(begun(), 25), trained(begun(), 17), begun()
    save_checkpoint(tmp_path / "checkpoint", part.state())
    again.load(load_checkpoint(tmp_path / "checkpoint"))
    trained(again, 25)
    assert torch.equal(again.ansatz.functions.of("k"), whole.ansatz.functions.of("k"))
    assert not torch.equal(part.ansatz.functions.of("k"), whole.ansatz.functions.of("k"))
    assert torch.equal(again.trainer.state()["parameters"], whole.trainer.state()["parameters"])


def test_a_run_begins_with_the_functions_of_another() -> None:
    before = run_of(Bar(), "kan", SMALL, "cpu", "float64")
    with torch.no_grad():
        before.ansatz.functions.of("k").add_(0.3)
    start = as_start(before, "before", {})
    assert start is not None
    start = Start.recorded(start.record())
    after = AssembledRun(Bar(), before.choices, start=start)
    assert torch.equal(after.ansatz.functions.of("k"), before.ansatz.functions.of("k"))
    other = Bar(positive=True)
    anew = AssembledRun(other, before.choices, start=start)
    assert not torch.equal(anew.ansatz.functions.of("k"), before.ansatz.functions.of("k"))
    assert any(note.startswith("the unknown function 'k' begins anew") for note in anew.notes)


def test_a_run_folder_has_the_functions_and_numbers_that_its_solution_has(tmp_path: Path) -> None:
    problem = Pulled()
    solution = solve(problem, "kan", settings={**SMALL, "lm.steps": 2}, out=tmp_path / "run")
    found = find_start(tmp_path / "run", [], []).start
    assert solution.start is not None
    assert found.numbers == solution.start.numbers
    assert torch.equal(found.functions["k"], solution.start.functions["k"])
    assert torch.equal(found.kinds["k"], solution.start.kinds["k"])
    assert torch.equal(found.parameters, solution.start.parameters)
