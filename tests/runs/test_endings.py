"""How a run ends that has failed after it began, or that nothing has improved: status and line."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from small_runs import FAST, FAST_FLAGS

from pinn_metakan.cli.exit_status import run
from pinn_metakan.errors import TrainingError
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.resume import open_run
from pinn_metakan.runs.solve import solve

Write = Callable[..., Path]
#: Raises an error at its twentieth call while training.
LATE = (
    "type(self).calls += len(jet('u')) == 60\n"
    "        if self.calls > 20: raise ValueError('late')\n"
    "        return {'heat': jet('u_t') - jet('u_xx')}"
)
#: A reference that is NaN on the plane that is drawn, and finite at points of training.
NAN_ON_PLANE = (
    "def reference(self, points):\n"
    "        on_plane = (points[:, 2:] == 0).all(dim=1)\n"
    "        return {'u': torch.where(on_plane, torch.nan, 1 - points.square().sum(dim=1))}"
)


@pytest.mark.parametrize("stage", ["adam", "lm"])
def test_what_fails_after_a_run_has_begun_is_a_failure_of_the_run(
    stage: str, write_problem: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = write_problem(residual=LATE, extra="calls = 0"), tmp_path / "run"
    flags = [*FAST_FLAGS, f'--set=stages=["{stage}"]', f"--set={stage}.steps=80"]
    assert run(["solve", str(path), *flags, f"--out={out}"]) == 1
    error = capsys.readouterr().err
    assert "residual failed: ValueError: late (mine.py, line 11)" in error
    assert error.count("\n") == 1
    assert (out / "checkpoint.safetensors").exists()


def test_a_reference_that_is_nan_on_the_plane_of_a_ball_is_refused_or_fails_with_its_files(
    write_problem: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = write_problem(
        domain="Ball(4)", coordinates="('x',)", conditions="{'rim': Dirichlet(u=0.0)}",
        residual="return {'poisson': jet('laplacian_u') + 8}", extra=NAN_ON_PLANE,
    ), tmp_path / "run"  # fmt: skip
    status = run(["solve", str(path), *FAST_FLAGS[:5], f"--out={out}"])
    error = capsys.readouterr().err
    assert "reference: u holds NaN or infinity" in error
    assert error.count("\n") == 1
    assert status == (1 if out.exists() else 2)


def test_a_run_that_nothing_has_improved_ends_with_status_1_and_what_to_try(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = [*FAST_FLAGS, "--set=adam.learning_rate=1e6", '--set=stages=["adam"]']
    assert run(["solve", "heat", "-q", *flags, f"--out={tmp_path / 'run'}"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("pinn-metakan: no step has lowered the loss of ")
    assert "try another stage, a lower learning rate" in error
    assert error.count("\n") == 1
    assert open_run(tmp_path / "run").attributes["verdict"] == "nothing improved"


@pytest.mark.parametrize(
    "settings",
    [
        {"adam": {"steps": 4, "learning_rate": 1e300}, "stages": ["adam"]},
        {"adam": {"steps": 4, "learning_rate": 1e300}},
    ],
)
def test_a_rate_without_end_names_step_term_and_what_to_lower(settings: dict[str, object]) -> None:
    told = (
        r"the loss is nan in stage adam at step 2 \(term 'heat'.*try --set adam.learning_rate low"
    )
    with pytest.raises(TrainingError, match=told):
        solve(load_problem("heat"), settings=FAST | settings)


def test_a_frequency_without_end_is_told_as_stuck() -> None:
    network = {"widths": [4], "frequency": 1e300}
    solution = solve(load_problem("heat"), "metakan-sine", settings=FAST | {"network": network})
    assert solution.attributes["verdict"] in ("stuck", "nothing improved")
    assert np.isfinite(solution["u"]).all()
