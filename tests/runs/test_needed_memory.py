"""Settings that no memory can hold are refused before anything is drawn or written."""

import re
from pathlib import Path

import pytest
import torch
from small_runs import FAST

from pinn_metakan.benchmarks.measure.assembled import run_of
from pinn_metakan.errors import SettingsError, is_lack_of_memory
from pinn_metakan.pde.formulation import formulate
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs import devices, lack_of_memory, needed_memory, threads
from pinn_metakan.runs.devices import memory_of
from pinn_metakan.runs.facts import facts
from pinn_metakan.runs.lack_of_memory import lack_of_memory_line
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


def jacobian_of(rows: int, columns: int) -> int:
    """Bytes of a Jacobian and of its product with itself."""
    return 8 * (rows * columns + min(rows, columns) ** 2)


def test_a_jacobian_that_never_fits_is_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_of(load_problem("heat"), "mlp", FAST, "cpu", "float64")
    least = jacobian_of(60, run.network.n_parameters)
    sizes = f"60 residuals x {run.network.n_parameters} parameters"
    told = rf"{sizes} take at least \S+ GiB.*; try --set points"
    monkeypatch.setattr(lack_of_memory, "memory_of", lambda device: least - 1)
    with pytest.raises(SettingsError, match=told) as refused:
        solve(load_problem("heat"), "mlp", settings=FAST, out=tmp_path / "run")
    assert len(str(refused.value)) < 280
    assert list(tmp_path.iterdir()) == []
    for fitting in ({"lm.max_numbers": 100}, {"stages": ["adam"]}, {"lm.steps": 0}):
        solve(load_problem("heat"), "mlp", settings=FAST | fitting)
    monkeypatch.setattr(lack_of_memory, "memory_of", lambda device: least)
    solve(load_problem("heat"), "mlp", settings=FAST)


def test_a_step_that_may_find_no_memory_is_noted_as_the_run_begins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = run_of(load_problem("heat"), "mlp", FAST, "cpu", "float64")
    least = jacobian_of(60, run.network.n_parameters)
    monkeypatch.setattr(lack_of_memory, "memory_of", lambda device: 2 * least)
    notes = [text for name, text in facts(run) if name == "note"]
    assert "parameters take about" in notes[-1]
    assert "if that is too little: --set points.interior=" in notes[-1]
    monkeypatch.setattr(lack_of_memory, "memory_of", lambda device: 4 * least)
    assert [text for name, text in facts(run) if name == "note"] == notes[:-1]


@pytest.mark.parametrize(
    ("count", "addresses", "told"),
    [
        (200, 4 * GIB, r"OMP_NUM_THREADS=2 \(200 threads take up to 2.6 GiB of addresses\)"),
        (200, 400 * GIB, None),
        (200, -1, None),
        (2, GIB // 4, None),
    ],
)
def test_threads_are_blamed_where_they_take_the_addresses(
    count: int, addresses: int, told: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = pytest.importorskip("resource")
    limits = {resource.RLIMIT_AS: addresses, resource.RLIMIT_STACK: 8 * 2**20}
    run = run_of(load_problem("heat"), "mlp", FAST, "cpu", "float64")
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (limits[kind], -1))
    monkeypatch.setattr(threads, "_cores", lambda: 2)
    monkeypatch.setattr(torch, "get_num_threads", lambda: count)
    line = lack_of_memory_line(run)
    assert len(line) <= 280
    assert ("OMP_NUM_THREADS" in line) == (told is not None)
    assert told is None or re.search(f"; try {told}, or --set points.interior=", line)


def test_a_thread_that_cannot_start_is_lack_of_memory() -> None:
    assert is_lack_of_memory(RuntimeError("can't start new thread"))


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
