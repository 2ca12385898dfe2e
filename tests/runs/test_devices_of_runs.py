"""The device of a run is named with why it was chosen, and slow float64 is told."""

from types import SimpleNamespace

import pytest
import torch

from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs import devices
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.choices import choose, suggested_settings
from pinn_metakan.runs.devices import advice_on_float64, chosen_device, device_text, memory_of
from pinn_metakan.runs.facts import facts

GPU = torch.device("cuda", 0)
CARD = SimpleNamespace(name="Card 9", major=8, minor=9, total_memory=24 * 2**30)


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> None:
    """A CUDA device that can be asked for and not computed on."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda device: CARD)


def test_without_a_gpu_the_text_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.cuda, "is_built", lambda: True)
    assert device_text(*chosen_device("auto")) == "cpu (no CUDA device was found), 1 threads"
    monkeypatch.setattr(torch.backends.cuda, "is_built", lambda: False)
    assert "found; PyTorch" in device_text(*chosen_device("auto"))
    assert device_text(*chosen_device("cpu")) == "cpu (as asked for), 1 threads"


@pytest.mark.usefixtures("card")
def test_a_gpu_is_named_with_its_capability_and_memory() -> None:
    device, reason = chosen_device("auto")
    assert (device.type, reason) == ("cuda", "a CUDA device was found")
    assert device_text(GPU, reason) == (
        "cuda:0 Card 9, compute capability 8.9, 24 GiB (a CUDA device was found)"
    )
    assert memory_of(GPU) == 24 * 2**30


def test_slow_float64_is_told_and_fast_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = {torch.float64: 31e-3, torch.float32: 1e-3}
    monkeypatch.setattr(devices, "_seconds_of_product", lambda device, dtype: seconds[dtype])
    advice = advice_on_float64(torch.device("cuda", 7))
    assert advice is not None
    assert advice.startswith("float64 is 31 times slower than float32 on cuda:7: --dtype float32 ")
    seconds[torch.float64] = 2e-3
    assert advice_on_float64(torch.device("cuda", 8)) is None
    assert advice_on_float64(torch.device("cpu")) is None


@pytest.mark.parametrize(("dtype", "is_told"), [("float64", True), ("float32", False)])
def test_the_header_tells_it_of_runs_in_float64(
    dtype: str, is_told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = load_problem("poisson")
    settings = suggested_settings(problem, "mlp", [("test", {"points": {"interior": 20}})])
    run = AssembledRun(problem, choose("mlp", settings, 0, "cpu", dtype))
    monkeypatch.setattr("pinn_metakan.runs.facts.advice_on_float64", lambda device: "slow here")
    assert (("note", "slow here") in facts(run)) == is_told


def test_memory_is_that_of_the_machine_or_of_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource")
    cpu = torch.device("cpu")
    found = memory_of(cpu)
    assert found is not None
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (found // 2, found))
    assert memory_of(cpu) == found // 2
