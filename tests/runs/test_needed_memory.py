"""Settings that no memory can hold are refused before anything is drawn or written."""

from pathlib import Path

import pytest
import torch
from small_runs import FAST

from pinn_metakan.errors import SettingsError, is_lack_of_memory
from pinn_metakan.pde.formulation import formulate
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs import devices, needed_memory
from pinn_metakan.runs.devices import memory_of
from pinn_metakan.runs.needed_memory import refuse_what_never_fits
from pinn_metakan.runs.solve import solve
from pinn_metakan.settings.layers import build_settings

GIB = 2**30


def nested(setting: str, value: object) -> dict[str, dict[str, object]]:
    section, _, name = setting.partition(".")
    return {section: {name: value}}


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("evaluation.shape", [60_000, 60_000], r"at least 134 GiB.*shape=\[14000,14000\] fits"),
        ("evaluation.points", 10**10, r"at least 373 GiB.*evaluation.points=\d+ fits"),
        ("points.interior", 2 * 10**10, r"at least 447 GiB.*points.interior=\d+ fits"),
        ("points.boundary", 10**18, "points.boundary = 10+ takes at least"),
        ("network.widths", [10**6, 10**6], r"at least 14901 GiB.*widths=\[23000,23000\] fits"),
    ],
)
def test_what_fits_nowhere_is_refused_with_what_would_fit(
    setting: str, value: object, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(needed_memory, "memory_of", lambda device: 10 * GIB)
    with pytest.raises(SettingsError, match=message) as refused:
        solve(load_problem("heat"), settings=nested(setting, value), out=tmp_path)
    assert len(str(refused.value)) < 280
    assert list(tmp_path.iterdir()) == []


def test_features_that_stand_side_by_side_are_added_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needed_memory, "memory_of", lambda device: GIB)
    settings = build_settings("features", [("a", {"network": {"widths": [200_000, 200_000]}})])
    formulation = formulate(load_problem("heat"))
    refuse_what_never_fits(settings, formulation, torch.device("cpu"))
    settings = build_settings("features", [("a", {"network": {"widths": [10**8, 10**8]}})])
    with pytest.raises(SettingsError, match=r"at least 3 GiB.*=\[26000000,26000000\] fits"):
        refuse_what_never_fits(settings, formulation, torch.device("cpu"))


def test_what_a_kernel_needs_is_refused_only_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(needed_memory, "memory_of", lambda device: GIB)
    settings = FAST | {"kernel": {"sample": 200_000, "steps": 5}, "stages": ["adam", "kernel"]}
    with pytest.raises(SettingsError, match=r"kernel\.sample = 200000 takes .* 596 GiB.*=7\d00 f"):
        solve(load_problem("heat"), settings=settings)
    solve(load_problem("heat"), settings=FAST | {"kernel": {"sample": 200_000}})


def test_memory_is_bounded_by_the_container(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    limit = tmp_path / "memory.max"
    monkeypatch.setattr(devices, "_LIMITS", (str(tmp_path / "none"), str(limit)))
    free = memory_of(torch.device("cpu"))
    limit.write_text("max\n")
    assert memory_of(torch.device("cpu")) == free
    limit.write_text("1000000\n")
    assert memory_of(torch.device("cpu")) == 1_000_000


@pytest.mark.parametrize("shape", [(2**45,), (2**62, 8)])
def test_what_torch_cannot_allocate_is_lack_of_memory(shape: tuple[int, ...]) -> None:
    with pytest.raises(RuntimeError) as error:
        torch.zeros(shape)
    assert is_lack_of_memory(error.value)


def test_steps_without_end_are_refused() -> None:
    with pytest.raises(SettingsError, match=r"adam\.steps.*1000000000"):
        solve(load_problem("heat"), settings={"adam.steps": 10**30})
