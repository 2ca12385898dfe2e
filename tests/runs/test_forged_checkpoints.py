"""States of training that a run could not have: refused when they are read, not while it trains."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from small_runs import FAST, stop_at

from pinn_metakan.errors import Interrupted, RunFolderError
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs import folder as run_folder
from pinn_metakan.runs.resume import resume
from pinn_metakan.runs.solve import solve
from pinn_metakan.training.checkpoint import load_checkpoint, save_checkpoint

ONE = torch.ones(1, dtype=torch.float64)
#: Runs that were stopped in a stage: settings, and the step after which.
STOPPED: dict[str, tuple[dict[str, object], int]] = {
    "adam": ({"stages": ["adam"], "adam": {"steps": 6}}, 4),
    "lbfgs": ({"stages": ["adam", "lbfgs"], "lbfgs": {"steps": 12}}, 10),
    "kernel": ({"stages": ["adam", "kernel"], "kernel": {"steps": 8}}, 6),
    "lm": ({"stages": ["adam", "lm"], "lm": {"steps": 8}}, 6),
    "slabs": ({"slabs": 2}, 9),
}


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made, problem = tmp_path_factory.mktemp("stopped"), load_problem("heat")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_folder, "all_figures", lambda field: {})
        for name, (settings, step) in STOPPED.items():
            given, stop = FAST | settings, stop_at(step)
            with pytest.raises(Interrupted):
                solve(problem, "kan", settings=given, progress=stop, out=made / name)
    return made


def put(*path: "str | int", value: object) -> Callable[[Any], None]:
    """Replace one value of a tree."""

    def forge(tree: Any) -> None:
        for key in path[:-1]:
            tree = tree[key]
        tree[path[-1]] = value

    return forge


def shortened(*path: "str | int") -> Callable[[Any], None]:
    """Leave out the end of a tensor or of a list."""

    def forge(tree: Any) -> None:
        for key in path[:-1]:
            tree = tree[key]
        tree[path[-1]] = tree[path[-1]][:-1]

    return forge


STATE = ("trainer", "optimizer")


@pytest.mark.parametrize(
    ("run", "forge", "told"),
    [
        ("adam", put(*STATE, "adam", 0, "exp_avg", value=ONE), r"adam\[0\].exp_avg: expected the"),
        ("adam", put(*STATE, "adam", value={}), r"adam: expected \d+ parameters, got 0"),
        ("adam", shortened("trainer", "best"), r"trainer.best: expected the shape \(\d+,\), got"),
        ("lbfgs", shortened(*STATE, "lbfgs", 0, "d"), "lbfgs.d: expected the shape"),
        ("lbfgs", shortened(*STATE, "lbfgs", 0, "old_stps"), r"lbfgs.old_stps: expected \d+ pairs"),
        ("lbfgs", put(*STATE, "lbfgs", 0, "H_diag", value=ONE), r"H_diag: expected the shape \(\)"),
        ("lbfgs", put(*STATE, "lbfgs", 0, "al", value=[]), r"lbfgs.al: expected \d+ places, got 0"),
        ("kernel", put(*STATE, "model", "last_step", value=ONE), "model.last_step: expected the"),
        ("lm", put("points", "residual", "points", value=ONE[:0, None]), "there are none"),
        ("lm", put("points", "residual", "normals", value=ONE[:, None]), "expected no normals"),
        ("lm", put("points", "residual", "weights", value=ONE.repeat(7)), "7 weights for 60"),
        ("slabs", put("slabs", 0, "tensors", 0, value=ONE), "slabs.tensors: expected the shape"),
    ],
)  # fmt: skip
def test_a_state_of_other_shapes_is_refused(
    run: str, forge: Callable[[Any], None], told: str, stopped: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(stopped / run, folder)
    path = folder / "checkpoint.safetensors"
    tree = load_checkpoint(path)
    forge(tree)
    save_checkpoint(path, tree)
    with pytest.raises(RunFolderError, match=rf"checkpoint\.safetensors: .*{told}"):
        resume(folder)


def test_a_damping_of_0_is_refused_as_no_doubling_makes_it_large_enough(
    stopped: Path, tmp_path: Path
) -> None:
    path = tmp_path / "run" / "checkpoint.safetensors"
    shutil.copytree(stopped / "lm", path.parent)
    tree = load_checkpoint(path)
    tree["trainer"]["optimizer"]["damping"] = 0.0
    save_checkpoint(path, tree)
    with pytest.raises(RunFolderError, match=r"optimizer\.damping: expected a number from"):
        resume(path.parent)


@pytest.mark.parametrize("run", STOPPED)
def test_what_was_stored_goes_on(run: str, stopped: Path, tmp_path: Path) -> None:
    shutil.copytree(stopped / run, tmp_path / "run")
    assert len(resume(tmp_path / "run").history["step"]) > STOPPED[run][1] / 2
