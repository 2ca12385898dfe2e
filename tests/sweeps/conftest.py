"""Sweeps whose trials are made up: all of a sweep but the training."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from pinn_metakan.optimizers.verdict import Outcome
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.problem import Problem
from pinn_metakan.sweeps import trial
from pinn_metakan.sweeps.axes import grid_axes, search_axes
from pinn_metakan.sweeps.base_run import base_run
from pinn_metakan.sweeps.plan import SweepPlan, made_plan
from pinn_metakan.training.progress import ProgressEntry

#: The error of a run at a step, by what it was asked to be.
ErrorAt = Callable[[Any, int], float]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder, and wait for no disk: a journal does at each line."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "fsync", lambda handle: None)


@pytest.fixture(scope="session")
def heat() -> Problem:
    return load_problem("heat")


@pytest.fixture
def plan_of(heat: Problem) -> Callable[..., SweepPlan]:
    """Plan a sweep of heat."""

    def plan(
        over: Any = None,
        search: Any = None,
        trials: int | None = None,
        minimize: str | None = None,
        prune: str | None = None,
        settings: Any = (),
    ) -> SweepPlan:
        base = base_run(heat, None, settings, 0, "cpu", "float64", None, (), ())
        axes = (grid_axes(over or {}), search_axes(search or {}))
        return made_plan(base, *axes, trials, minimize, prune)

    return plan


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> Callable[[ErrorAt], list[tuple[int, int]]]:
    """Put runs of 800 steps with given errors in the place of training; list seeds and steps."""

    def use(error_at: ErrorAt, steps: Sequence[int] = range(50, 801, 50)) -> list[tuple[int, int]]:
        made: list[tuple[int, int]] = []

        def solve(problem: Problem, network: object, **asked: Any) -> Any:
            outcome, step = Outcome.STEPS_TAKEN, 0
            settings = {k: v for _, layer in asked["settings"] for k, v in layer.items()}
            run = SimpleNamespace(seed=asked["seed"], problem=problem, settings=settings)
            error = error_at(run, 0)
            for step in steps:
                error = error_at(run, step)
                entry = ProgressEntry("lm", step, 800, error**2, {"u": error}, step / 100, None)
                if asked["progress"](entry) is not None:
                    outcome = Outcome.STOPPED
                    break
            made.append((run.seed, step))
            return SimpleNamespace(
                relative_l2={"u": error},
                history={"loss": np.array([error**2]), "step": np.array([step])},
                attributes={"n_parameters": 9, "seconds": 1.0, "outcome": outcome.value},
                folder=asked["out"],
            )

        monkeypatch.setattr(trial, "solve", solve)
        return made

    return use
