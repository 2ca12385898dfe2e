"""A new optimizer is one class and one row of the table of stages."""

import inspect
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from pydantic import Field
from small_runs import FAST, stop_at
from threads_as_processes import Exchange, OneOfThreads
from torch import nn

from pinn_metakan.ansatz.ansatz import Ansatz
from pinn_metakan.errors import Interrupted, SettingsError
from pinn_metakan.networks.mlp import MLP
from pinn_metakan.optimizers.communicator import ONE_PROCESS
from pinn_metakan.optimizers.flat import assign, flattened
from pinn_metakan.optimizers.optimizer import Optimizer, Probe
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs import stages
from pinn_metakan.runs.resume import open_run, rerun, resume
from pinn_metakan.runs.solve import solve
from pinn_metakan.runs.stage_optimizer import optimizer_maker
from pinn_metakan.runs.stages import build_stages
from pinn_metakan.settings.layers import Layer, build_settings, read_settings
from pinn_metakan.settings.stages import (
    STAGES,
    KernelSettings,
    LMSettings,
    StageEntry,
    StageSettings,
    stage_section,
)


class Descent(Optimizer):
    """Steps along the gradient, each shorter than the last by a factor."""

    def __init__(self, parameters: Sequence[nn.Parameter], length: float, factor: float = 1.0):
        self._parameters = list(parameters)
        self._length, self._factor = length, factor

    @torch.no_grad()
    def step(self, probe: Probe) -> None:
        with torch.enable_grad():
            probe.gradient()
        slopes = torch.cat([torch.atleast_1d(p.grad).flatten() for p in self._parameters])  # type: ignore[arg-type]
        assign(flattened(self._parameters) - self._length * slopes, self._parameters)
        self._length *= self._factor

    def objective_changed(self) -> None:
        pass

    def state(self) -> dict[str, object]:
        return {"length": self._length}

    def load(self, state: dict[str, object]) -> None:
        self._length = float(state["length"])  # type: ignore[arg-type]


ROW = StageEntry(
    stage_section(
        "Plain gradient descent.",
        steps=6,
        length=(float, Field(default=1e-3, gt=0, description="length of a step")),
        factor=(float, Field(default=0.9, gt=0, le=1, description="of a length over the last")),
    ),
    f"{__name__}:Descent",
)
ONLY_DESCENT = FAST | {"stages": ["descent"], "report_every": 1}


@pytest.fixture
def _row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(STAGES, "descent", ROW)


@pytest.mark.usefixtures("_row")
def test_a_row_is_settable_and_listed() -> None:
    settings = build_settings("kan", [("a", {"descent": {"length": 0.5}, "stages": ["descent"]})])
    assert dict(settings.stage("descent")) == {
        "steps": 6, "redraw_every": 0, "length": 0.5, "factor": 0.9,
    }  # fmt: skip
    for wrong, message in (
        ({"stages": ["newton"]}, r"'adam', 'lbfgs', 'lm', .* or 'descent', got 'newton'"),
        ({"descent": {"len": 1.0}}, r"no setting 'descent\.len'; there are steps, .* factor"),
        ({"descent": {"factor": 2.0}}, r"descent\.factor: .*less than or equal to 1, got 2\.0"),
    ):
        with pytest.raises(SettingsError, match=message):
            build_settings("kan", [("a", wrong)])


def test_without_its_row_it_is_not_there() -> None:
    with pytest.raises(SettingsError, match=r"should be 'adam', 'lbfgs', 'lm'.*, got 'descent'"):
        build_settings("kan", [("a", {"stages": ["descent"]})])


@pytest.mark.usefixtures("_row")
def test_a_row_trains_is_written_and_goes_on_exactly(tmp_path: Path) -> None:
    whole = solve(load_problem("heat"), "kan", settings=ONLY_DESCENT, out=tmp_path / "whole")
    losses = whole.history["loss"]
    assert losses[-1] < losses[0]
    assert whole.attributes["stop_reason"] == "descent: all 6 steps taken"
    (_, found), _ = read_settings(tmp_path / "whole" / "settings.toml")
    assert found["descent"] == {"steps": 6, "redraw_every": 0, "length": 1e-3, "factor": 0.9}
    text = (tmp_path / "whole" / "settings.toml").read_text()
    assert "# Plain gradient descent.\n[descent]\n" in text
    assert "# length of a step\nlength = 0.001\n" in text
    cut = tmp_path / "cut"
    with pytest.raises(Interrupted):
        solve(load_problem("heat"), "kan", settings=ONLY_DESCENT, out=cut, progress=stop_at(3))
    np.testing.assert_array_equal(resume(cut)["u"], whole["u"])
    np.testing.assert_array_equal(rerun(cut)["u"], whole["u"])
    assert open_run(cut, evaluate=True)([[0.5, 0.5]])["u"].shape == (1,)


def test_a_run_of_a_row_that_is_gone_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(STAGES, "descent", ROW)
        solve(load_problem("heat"), "kan", settings=ONLY_DESCENT, out=tmp_path / "run")
    with pytest.raises(SettingsError, match=r"checkpoint: .*'descent'"):
        resume(tmp_path / "run")


@pytest.mark.parametrize("name", ["points", "stage", "as_dict"])
def test_a_row_cannot_have_the_name_of_another_setting(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(STAGES, name, ROW)
    with pytest.raises(ValueError, match=f"a stage cannot be called '{name}'"):
        build_settings("kan", [])


def test_a_row_of_no_optimizer_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(STAGES, "odd", StageEntry(ROW.section, "pathlib:Path"))
    with pytest.raises(TypeError, match=r"stage 'odd': pathlib:Path must be a subclass of Optim"):
        optimizer_maker("odd", ROW.section(), _nothing, ONE_PROCESS)


@pytest.mark.parametrize("stage", STAGES)
def test_every_option_of_a_row_is_one_of_its_optimizer(stage: str) -> None:
    from importlib import import_module

    def taken_by(place: str) -> set[str]:
        module, _, name = place.partition(":")
        return set(inspect.signature(getattr(import_module(module), name)).parameters)

    row = STAGES[stage]
    takes, of_leg = taken_by(row.optimizer), taken_by(row.leg) if row.leg else set()
    own = {"steps", "redraw_every"}  # of the stage, not of its optimizer
    options = set(row.section.model_fields)
    assert of_leg <= options
    assert options - own - of_leg <= takes
    assert takes - {"parameters", "prompts", "last_layer", "communicator", "generator"} <= options


def test_a_row_that_a_run_does_not_use_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setitem(STAGES, "descent", ROW)
        solve(load_problem("heat"), settings=FAST, out=tmp_path / "run")
    assert "descent" not in (tmp_path / "run" / "settings.toml").read_text()
    resume(tmp_path / "run")  # where the row is not there


def _nothing() -> Ansatz:
    pytest.fail("nothing is trained")


def test_the_remedy_names_a_setting_of_the_stage_that_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "LARGEST_GRAM", 0)
    settings = build_settings("kan", [("a", {"lm": {"max_numbers": 1}})])
    network = MLP((1, 1), torch.Generator())
    (stage,), notes = build_stages(settings, ["lm"], 2, network, _nothing, ONE_PROCESS)
    assert stage.remedy == "kernel.damping higher"
    assert "lm is the kernel of 1 points in each step" in notes[0]


@pytest.mark.parametrize(("count", "expected"), [(1, "kernel"), (2, "lm")])
def test_the_residuals_of_one_process_decide_what_runs(
    count: int, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "LARGEST_GRAM", 0)
    settings = build_settings("kan", [("a", {"lm": {"max_numbers": 4}})])
    network = MLP((1, 1), torch.Generator())  # of 2 parameters
    several = OneOfThreads(Exchange(count), 0, count)
    (stage,), _ = build_stages(settings, ["lm"], 4, network, _nothing, several)
    assert stage.remedy == f"{expected}.damping higher"


@pytest.mark.parametrize("tolerance", [LMSettings().tolerance, 0.25])
def test_a_tolerance_of_lm_that_is_asked_for_is_that_of_a_kernel(tolerance: float) -> None:
    asked: Layer = ("asked", {"lm": {"tolerance": tolerance}})
    settings = build_settings("kan", [asked])
    assert settings.as_dict()["kernel"]["tolerance"] == tolerance
    kept: Layer = ("kept", settings.as_dict())
    assert build_settings("kan", [kept]).as_dict() == settings.as_dict()
    later = build_settings("kan", [kept, ("later", {"lm": {"tolerance": 0.5}})])
    assert later.as_dict()["kernel"]["tolerance"] == 0.5


@pytest.mark.parametrize(
    "own", [{"kernel": {"tolerance": 0.5}}, {"stages": ["kernel"], "kernel": {"tolerance": 0.5}}]
)
def test_a_kernel_keeps_a_tolerance_of_its_own(own: dict[str, object]) -> None:
    settings = build_settings("kan", [("asked", {"lm": {"tolerance": 0.25}} | own)])
    assert settings.as_dict()["kernel"]["tolerance"] == 0.5


@pytest.mark.parametrize(("kernel", "tolerance"), [({}, 0.25), ({"tolerance": 0.125}, 0.125)])
def test_a_kernel_in_the_place_of_another_stage_has_its_settings(
    kernel: dict[str, object], tolerance: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "LARGEST_GRAM", 0)
    found: list[StageSettings] = []

    def noted(name: str, section: StageSettings, *rest: object) -> Callable[[], Optimizer]:
        found.append(section)
        return lambda: pytest.fail("no stage begins")

    monkeypatch.setattr(stages, "optimizer_maker", noted)
    lm = {"max_numbers": 1, "tolerance": 0.25, "plateau": 0.5, "scaling": 0.0}
    settings = build_settings("kan", [("a", {"lm": lm, "kernel": kernel})])
    for each in (settings, build_settings("kan", [("kept", settings.as_dict())])):
        build_stages(each, ["lm"], 2, MLP((1, 1), torch.Generator()), _nothing, ONE_PROCESS)
    for section in found:
        assert isinstance(section, KernelSettings)
        assert (section.tolerance, section.plateau, section.scaling) == (tolerance, 0.5, 0.0)
        assert section.damping == 1e-6
    assert len(found) == 2
