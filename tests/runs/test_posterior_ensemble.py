"""Fits to data whose noise is drawn again, beside exact ones."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from fitted_beam import COLUMNS, SIGMA, SMALL, exact, solved_beam, values_for

from pinn_metakan.errors import UserError
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.plotting.ensemble import ensemble_figure
from pinn_metakan.runs import posterior_ensemble as room
from pinn_metakan.runs.kept_fits import KeptFits
from pinn_metakan.runs.posterior_ensemble import posterior_ensemble
from pinn_metakan.runs.refit import predicted
from pinn_metakan.runs.solution import Solution
from pinn_metakan.runs.solve import solve
from pinn_metakan.untrusted.schema import Number, Table


@pytest.fixture(scope="module")
def solved() -> Solution:
    return solved_beam()


def test_fits_are_those_of_exact_least_squares_and_are_kept(
    solved: Solution, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "fits.jsonl"
    found = posterior_ensemble(solved, [3, 5], kept=kept)
    values, covariance = exact()
    errors = np.sqrt(np.diag(covariance))
    for row, seed in enumerate((3, 5)):
        noise = values_for(seed).numpy()
        expected = values + covariance @ COLUMNS.T @ noise / SIGMA**2
        got = np.array([found.numbers["s"][row], found.numbers["c"][row]])
        assert np.abs((got - expected) / errors).max() < 0.1
    kept.write_text(kept.read_text() + '{"of": "a line that was being wr')

    def refuse(first: object, problem: object) -> None:
        raise AssertionError("it has been made")

    monkeypatch.setattr(room, "refit", refuse)
    again = posterior_ensemble(solved, [3, 5], kept=kept)
    assert again.numbers["s"].tolist() == found.numbers["s"].tolist()
    with pytest.raises(AssertionError, match="it has been made"):
        posterior_ensemble(solved, [3, 5, 7], kept=kept)


def test_the_field_predicts_the_data(solved: Solution) -> None:
    values, _ = exact()
    found = predicted(solved.trained.run)["data"]["u"]
    assert torch.allclose(found, torch.from_numpy(COLUMNS @ values), atol=0.1 * SIGMA)


def test_an_ensemble_is_told_drawn_and_written(solved: Solution) -> None:
    estimates = solved.estimates
    draws = np.random.default_rng(0).normal(size=400)
    found = room.Ensemble(
        tuple(range(400)),
        {n: e.value + e.standard_error * draws for n, e in estimates.items()},
        {}, draws, estimates, {}, "beam", ("a note",),
    )  # fmt: skip
    scatter = found.scatter("s")
    assert float(scatter.standard_deviation) == pytest.approx(
        estimates["s"].standard_error, rel=0.1
    )
    assert float(scatter.low) < float(scatter.middle) < float(scatter.high)
    lines = list(found.lines())
    assert lines[0] == "400 fits to data whose noise was drawn again"
    assert lines[1].startswith("s: standard deviation ")
    assert lines[-1] == "note: a note"
    assert json.loads(found.as_json())["numbers"]["c"]["linear"]["true"] == 1.0
    assert len(found.as_csv().splitlines()) == 401
    assert len(ensemble_figure(found).axes) == 2
    with pytest.raises(LookupError, match="no unknown 'k'; there are s, c"):
        found.scatter("k")


def test_seeds_and_jobs_that_cannot_be_are_refused(solved: Solution) -> None:
    for seeds in ([], [1, 1], [-1]):
        with pytest.raises(UserError, match="seeds must be different numbers from 0 on"):
            posterior_ensemble(solved, seeds)
    with pytest.raises(UserError, match="jobs must be at least 1, got 0"):
        posterior_ensemble(solved, [1], jobs=0)


@pytest.mark.slow
def test_several_processes_fit_as_one_does(tmp_path: Path) -> None:
    text = '''"""A beam."""
import torch
from pinn_metakan import Dirichlet, Interval, Observed, Problem, Unknown


class Load(Problem):
    """u_xx = -s with u = 0 at both ends."""

    coordinates, unknowns = ("x",), ("u",)

    def __init__(self):
        x = torch.linspace(0.1, 0.9, 9, dtype=torch.float64)
        self.s, self.domain = Unknown(1.0), Interval(0.0, 1.0)
        data = Observed(x[:, None], u=x - x**2 + 0.01 * torch.cos(37 * x), sigma=0.01)
        self.conditions = {"ends": Dirichlet(u=0.0), "data": data}

    def residual(self, jet):
        return {"beam": jet("u_xx") + self.s}
'''
    (tmp_path / "load.py").write_text(text)
    solution = solve(load_problem(str(tmp_path / "load.py")), "kan", settings=SMALL)
    one, several = (posterior_ensemble(solution, [1, 2], jobs=jobs) for jobs in (1, 2))
    assert several.numbers["s"] == pytest.approx(one.numbers["s"], rel=1e-6)


def test_kept_fits_are_no_link_and_hold_what_a_fit_holds(tmp_path: Path) -> None:
    kept, kind = tmp_path / "run" / "posterior.jsonl", Table({"chi_square": Number()})
    kept.parent.mkdir()
    fits: list[object] = [{"chi_square": "many"}, {}, {"chi_square": 1.0, "of": 1}, [[]] * 3]
    rows = [json.dumps({"of": "a", "seed": seed, "fit": fit}) for seed, fit in enumerate(fits)]
    kept.write_bytes("\n".join(rows).encode() + b"\n\xff")
    found = KeptFits(kept, "a", kind)
    assert not any(found.has(seed) for seed in range(4))
    found.keep(7, {"chi_square": 2.0})
    assert KeptFits(kept, "a", kind).of([7]) == [{"chi_square": 2.0}]
    assert not KeptFits(kept, "b", kind).has(7)
    kept.rename(tmp_path / "another")
    before = (tmp_path / "another").read_bytes()
    kept.symlink_to(tmp_path / "another")
    with pytest.raises(UserError, match="is a link, and fits are kept in it; put a file there"):
        KeptFits(kept, "a", kind)
    with pytest.raises(UserError, match="cannot write"):
        found.keep(8, {"chi_square": 2.0})
    assert (tmp_path / "another").read_bytes() == before
