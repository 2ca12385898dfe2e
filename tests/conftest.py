"""Fixtures that tests of several rooms share."""

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from small_runs import CHOSEN_NAMES, PROBLEM_NAMES, SHIPPED

from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs import folder


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--device", default="cpu", help="where tests of whole solves compute")


def pytest_collection_finish() -> None:
    """Spare what was collected, which stays, from every later search for garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _one_thread_and_every_warning() -> None:
    torch.set_num_threads(1)
    torch.set_warn_always(True)  # not only the first of its kind, in whatever test that may be


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep computed references in a folder of the test run, which parallel workers share."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PINN_METAKAN_CACHE", str(shared / "cache"))
        yield


@pytest.fixture(autouse=True)
def _figures_where_they_are_looked_at(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Leave out the figures of runs, which take longer than the runs, but of tests that ask."""
    if "figures" not in request.keywords:
        monkeypatch.setattr(folder, "all_figures", lambda field: {})


@pytest.fixture
def device(request: pytest.FixtureRequest) -> str:
    return str(request.config.getoption("--device"))


@pytest.fixture
def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


@pytest.fixture(params=PROBLEM_NAMES)
def shipped_problem(request: pytest.FixtureRequest) -> Problem:
    return load_problem(str(SHIPPED / f"{request.param}.py"))


@pytest.fixture(params=CHOSEN_NAMES)
def chosen_problem(request: pytest.FixtureRequest) -> Problem:
    """Few that stand for all where each test takes a while."""
    return load_problem(str(SHIPPED / f"{request.param}.py"))


@pytest.fixture
def write_problem(tmp_path: Path) -> Callable[..., Path]:
    """Write a heat problem with parts replaced: the file that a user might get wrong."""

    def write(name: str = "mine", **parts: str) -> Path:
        parts = {
            "domain": "SpaceTime(Interval(0.0, 1.0), 0.0, 1.0)",
            "coordinates": "('x', 't')",
            "unknowns": "('u',)",
            "conditions": "{'initial': Initial(u=lambda x: torch.sin(torch.pi * x)),"
            " 'walls': Dirichlet(u=0.0)}",
            "residual": "u_t, u_xx = jet('u_t', 'u_xx')\n        return {'heat': u_t - u_xx}",
            "extra": "",
        } | parts
        path = tmp_path / f"{name}.py"
        path.write_text(
            '"""A problem of a user."""\n'
            "import torch\n"
            "from pinn_metakan import *\n"
            "class Mine(Problem):\n"
            '    """u_t = u_xx"""\n'
            f"    coordinates, unknowns = {parts['coordinates']}, {parts['unknowns']}\n"
            f"    domain = {parts['domain']}\n"
            f"    conditions = {parts['conditions']}\n"
            "    def residual(self, jet):\n"
            f"        {parts['residual']}\n"
            f"    {parts['extra']}\n"
        )
        return path

    return write
