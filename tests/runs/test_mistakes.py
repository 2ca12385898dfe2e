"""Mistakes in a problem, wrong arguments and failures are named, with what to do."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from small_runs import FAST

from pinn_metakan.benchmarks.measure.assembled import run_of
from pinn_metakan.errors import (
    ProblemError,
    SettingsError,
    TrainingError,
)
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs import lack_of_memory
from pinn_metakan.runs.lack_of_memory import fitting_part, fitting_width, lack_of_memory_line
from pinn_metakan.runs.solution import Solution
from pinn_metakan.runs.solve import solve

Write = Callable[..., Path]
#: A residual that is finite when the run begins and NaN at its twentieth call while training.
NAN_LATER = (
    "type(self).calls += len(jet('u')) == 60\n"
    "        return {'heat': jet('u') * (float('nan') if self.calls > 20 else 1.0)}"
)


def solve_file(path: Path, **more: object) -> Solution:
    return solve(load_problem(str(path)), settings=FAST | more)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (
            {"residual": "return {'heat': torch.log(-jet('u_t') ** 2)}"},
            "term 'heat' is NaN or infinite for the untrained network",
        ),
        (
            {"extra": "def reference(self, points): return {'u': points}"},
            r"reference: u is \(121, 2\), expected shape \(121,\)",
        ),
        (
            {"extra": "def reference(self, points): return {'w': points[:, 0]}"},
            "reference must return a dict with the unknowns u",
        ),
        (
            {"extra": "def reference(self, points): return {'u': points[:, 0] / 0}"},
            "reference: u holds NaN",
        ),
        (
            {"extra": "def transform(self, points, outputs): return outputs['u']"},
            "transform must return a dict",
        ),
        *(
            (
                {"extra": f"def transform(self, points, outputs): return {{'u': {value}}}"},
                "transform does not depend on the outputs of the network; make what it returns of",
            )
            for value in (
                "torch.from_numpy(outputs['u'].detach().numpy())",
                "torch.zeros_like(points[:, 0])",
                "points[:, 0]",
            )
        ),
        (
            {"extra": "def transform(self, points, outputs): return {'u': outputs['u'].float()}"},
            "transform: u is float32 where the outputs are float64; leave out what makes it so",
        ),
        (
            {
                "extra": "def transform(self, points, outputs):\n"
                "        return {'u': outputs['u'].exp_().mul_(points[:, 0])}"
            },
            "transform has no derivative in torch: RuntimeError: .*; .* change no tensor in place",
        ),
        (
            {
                "extra": "def transform(self, points, outputs):\n"
                "        return {'u': outputs['u'].to_sparse().to_dense()}"
            },
            "the term 'initial_u' has no derivative in torch: NotImplementedError: .*; take funct",
        ),
        (
            {"residual": "return {'heat': torch.special.zeta(2 + jet('u_t') ** 2, 2.0)}"},
            "the term 'heat' has no derivative in torch: NotImplementedError: .*'zeta'.*; take fun",
        ),
        (
            {"extra": "settings = {'adam': {'step': 3}}"},
            "mine.py: settings: no setting 'adam.step'",
        ),
        ({"extra": "settings = 3"}, "mine.py: settings: expected a dict of settings, got 3"),
        ({"extra": "settings = [1]"}, r"mine.py: settings: expected a dict of settings, got \[1\]"),
        (
            {"residual": "import numpy; return numpy.ones(9)"},
            "mine.py: residual returned ndarray, expected a dict of named terms",
        ),
    ],
)
def test_a_mistake_in_a_problem_is_named_before_anything_is_written(
    parts: dict[str, str], message: str, write_problem: Write, tmp_path: Path
) -> None:
    problem = load_problem(str(write_problem(**parts)))
    with pytest.raises((ProblemError, SettingsError), match=message) as caught:
        solve(problem, settings=FAST, out=tmp_path / "run")
    assert "mine.py" in str(caught.value)
    assert len(str(caught.value)) <= 280
    assert not (tmp_path / "run").exists()


def test_a_residual_that_changes_its_terms_is_named(write_problem: Write) -> None:
    residual = "u = jet('u')\n        return {'a': u} if len(u) < 50 else {'b': u}"
    with pytest.raises(ProblemError, match=r"mine\.py: .* gives the term 'a' only some"):
        solve_file(write_problem(residual=residual, conditions="{}"))


def test_a_run_that_diverges_says_where_and_what_to_try(write_problem: Write) -> None:
    path = write_problem(residual=NAN_LATER, extra="calls = 0")
    for stage in ("adam", "lbfgs", "lm"):
        settings = {stage: {"steps": 60}, "report_every": 1, "stages": [stage]}
        with pytest.raises(TrainingError, match=f"in stage {stage} at step .*'heat'.*try --set"):
            solve_file(path, **settings)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"network": "cnn"}, "no network 'cnn'"),
        ({"dtype": "float16"}, "no dtype 'float16'; choose one of float64, float32"),
        ({"device": "abacus"}, "device 'abacus' cannot be used here"),
        ({"seed": -1}, "seed must be a whole number from 0"),
        ({"budget": 0.0}, "budget must be positive"),
        ({"settings": {"points": {"sequence": "fib"}}}, "points.sequence: input should be 'sobol'"),
        ({"settings": {"network": {"family": "sine"}}}, "no family 'sine'"),
        ({"settings": {"evaluation": {"shape": [5]}}}, "evaluation.shape: .* 2 numbers"),
        (
            {"settings": {"adam": {"schedule": "linear"}}},
            "adam.schedule: input should be 'constant'",
        ),
    ],
)
def test_a_wrong_argument_is_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        solve(load_problem("heat"), **arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory"),
        MemoryError(),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes"),
    ],
)
def test_out_of_memory_is_a_failure_that_names_points_and_widths_that_fit(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(*arguments: object) -> None:
        raise error

    monkeypatch.setattr("pinn_metakan.training.trainer.Trainer.run", exhausted)
    told = (
        r"out of memory: 60 residuals x \d+ parameters take about \S+ GiB in second order, cpu has "
        r"\S+ GiB; try --set points.interior=30, or --set network.widths=\[2\], or --set "
        r"lm.max_numbers=\d+ \(the Jacobian in blocks of rows\)$"
    )
    with pytest.raises(TrainingError, match=told):
        solve(load_problem("heat"), settings=FAST)


def test_other_failures_of_training_are_told_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*arguments: object) -> None:
        raise RuntimeError("something else")

    monkeypatch.setattr("pinn_metakan.training.trainer.Trainer.run", failing)
    with pytest.raises(RuntimeError, match=r"^something else$"):
        solve(load_problem("heat"), settings=FAST)


@pytest.mark.parametrize("rows", [1000, 10**6])
@pytest.mark.parametrize("columns", [2000, 36_900])
def test_what_is_advised_fits_and_is_smaller(rows: int, columns: int) -> None:
    memory = 2 * 2**30
    part, width = fitting_part(rows, columns, memory), fitting_width(rows, columns, memory)
    assert 0 < part <= 0.5
    assert 0 < width**2 <= 0.5 + 1e-15
    for n, p in ((part * rows, columns), (rows, width**2 * columns)):
        assert 8 * (3 * n * p + 2 * min(n, p) ** 2) <= 0.8 * memory * (1 + 1e-12)


def test_few_residuals_of_many_parameters_need_no_product_of_all_parameters() -> None:
    assert fitting_part(1000, 36_900, 2 * 2**30) == 0.5  # they take 0.8 GiB
    assert fitting_part(4000, 36_900, 2 * 2**30) == pytest.approx(1876 / 4000, rel=1e-3)
    assert fitting_part(1000, 36_900, None) == 0.5


def test_points_are_advised_by_those_that_there_are_now() -> None:
    points = {"interior": 6000, "first": 60}
    run = run_of(load_problem("heat"), "mlp", FAST | {"points": points}, "cpu", "float64")
    assert "; try --set points.interior=30, or " in lack_of_memory_line(run)


def test_what_fewer_numbers_make_of_a_stage_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_of(load_problem("heat"), "mlp", FAST, "cpu", "float64")
    monkeypatch.setattr(lack_of_memory, "LARGEST_GRAM", 1, raising=False)
    told = r"lm\.max_numbers=\d+ \(lm by the kernel of some points in each step\)$"
    assert re.search(told, lack_of_memory_line(run))


def test_a_network_that_nothing_helps_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = FAST | {"lm": {"max_numbers": 1}}
    run = run_of(load_problem("heat"), "mlp", settings, "cpu", "float64")
    run.choices = replace(run.choices, network="custom")
    monkeypatch.setattr(lack_of_memory, "memory_of", lambda device: 1)
    assert lack_of_memory_line(run).endswith(
        "; " + "no fewer points help; take a machine with more memory, or a smaller network"
    )
