"""Residuals are measured on points of their own, and the run goes on as without it."""

import json
import math
from pathlib import Path

import pytest
import torch
from small_runs import FAST
from torch import Generator

from pinn_metakan.losses.residual_norms import measure_residuals
from pinn_metakan.losses.scales import Scales
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.results.residual_norms import (
    ResidualNorm,
    ResidualNorms,
    residual_norms_of,
)
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.choices import choose, suggested_settings
from pinn_metakan.runs.resume import open_run
from pinn_metakan.runs.solve import solve


def assembled(conditions: str, engine: str = "auto") -> AssembledRun:
    problem, layer = load_problem("heat"), FAST | {"conditions": conditions, "engine": engine}
    settings = suggested_settings(problem, "kan", [("test", layer)])
    return AssembledRun(problem, choose("kan", settings, 0, "cpu", "float64"))


@pytest.mark.parametrize("engine", ["jets", "autograd"])
def test_norms_are_those_of_the_residuals_at_the_points_of_the_generator(engine: str) -> None:
    run = assembled("soft", engine)
    before = run.state()
    norms = measure_residuals([run.objective], run.part.satisfied, 64, Generator().manual_seed(5))
    generator = Generator().manual_seed(5)
    for group in run.objective.collocation.groups:
        residuals = run.objective.residuals_at(group, group.draw(64, generator))
        for term in group.terms:
            r, norm = residuals[term].detach(), norms.measured[term]
            assert norm.root_mean_square == pytest.approx(float(r.square().mean().sqrt()))
            assert norm.largest == pytest.approx(float(r.abs().max()))
            assert norm.size == run.objective.sizes[term]
            assert norm.relative_largest == pytest.approx(norm.largest / norm.size)
    assert norms.exact == ()
    after = run.state()
    assert torch.equal(after["generator"], before["generator"])
    for label, packed in before["points"].items():
        assert torch.equal(after["points"][label]["points"], packed["points"])


def test_hard_conditions_are_exact() -> None:
    run = assembled("hard")
    norms = measure_residuals([run.objective], run.part.satisfied, 16, Generator().manual_seed(1))
    assert set(norms.exact) == set(run.part.satisfied) != set()
    assert list(norms.measured) == list(run.equations.terms)
    assert f"residual of {norms.exact[0]}: exact, by construction" in norms.lines()


def test_a_run_tells_the_same_norms_for_the_same_seed_wherever_they_are_read(
    tmp_path: Path,
) -> None:
    first = solve(load_problem("heat"), settings=FAST, out=tmp_path / "run")
    again = solve(load_problem("heat"), settings=FAST)
    stored = open_run(tmp_path / "run")
    assert first.attributes["residual_norms"] == again.attributes["residual_norms"]
    assert stored.residual_norms == first.residual_norms
    assert first.residual_norms.measured["heat"].root_mean_square > 0
    report = json.loads((tmp_path / "run" / "report.json").read_text())
    assert report["residuals"] == first.residual_norms.as_dict()
    assert "exact" in report["residuals"].values()


def test_norms_of_a_run_in_slabs_are_those_of_all_slabs() -> None:
    settings = suggested_settings(load_problem("heat"), "kan", [("test", FAST | {"slabs": 2})])
    run = AssembledRun(load_problem("heat"), choose("kan", settings, 0, "cpu", "float64"))
    first = run.objective.scaled(Scales({"u": 3.0}, {"heat": 5.0}))
    run.objective, run.ansatz = first, first.ansatz
    run.begin_next_leg()
    norms = run.residual_norms(100, Generator().manual_seed(5))
    generator = Generator().manual_seed(5)
    found, relative = [], []
    for objective in (first, run.objective):
        at = objective.collocation.equations.draw(50, generator)
        residual = objective.residuals_at(objective.collocation.equations, at)["heat"].detach()
        found.append(residual)
        relative.append(residual / objective.sizes["heat"])
    measured = norms.measured["heat"]
    assert measured.largest == pytest.approx(float(torch.cat(found).abs().max()))
    assert measured.root_mean_square == pytest.approx(
        float(torch.cat(found).square().mean().sqrt())
    )
    expected = float(torch.cat(relative).square().mean().sqrt())
    assert measured.relative_root_mean_square == pytest.approx(expected)
    assert measured.relative_largest == pytest.approx(float(torch.cat(relative).abs().max()))
    assert measured.size == max(5.0, run.objective.sizes["heat"])
    assert {"initial_u", "slab_u"} <= set(norms.exact)


def test_norms_that_are_not_finite_are_none_in_a_report() -> None:
    norms = ResidualNorms({"heat": ResidualNorm(math.nan, math.inf, math.nan, math.inf, 2.0)})
    told = norms.as_dict()
    assert told["heat"] == {
        "root_mean_square": None, "largest": None, "relative_root_mean_square": None,
        "relative_largest": None, "size": 2.0,
    }  # fmt: skip
    read = residual_norms_of({"residual_norms": json.dumps(told)})
    assert math.isnan(read.measured["heat"].largest)
    assert read.measured["heat"].size == 2.0


def test_files_without_norms_have_none() -> None:
    assert residual_norms_of({}) == ResidualNorms({})
