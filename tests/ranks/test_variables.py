"""What the variables of torchrun say, and what is missing among them."""

import subprocess
import sys

import pytest
import torch

from pinn_metakan.cli.exit_status import run as command
from pinn_metakan.errors import ProcessesLost, SettingsError
from pinn_metakan.optimizers.communicator import ONE_PROCESS
from pinn_metakan.runs.processes import (
    is_first_to_tell,
    join_processes,
    own_device,
    present_processes,
    process_count,
    process_number,
)


@pytest.fixture
def third_of_four(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "WORLD_SIZE": "4", "RANK": "2", "LOCAL_RANK": "2", "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": "1",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)


def test_a_process_alone_is_one_whatever_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "1")
    monkeypatch.setenv("RANK", "0")
    join_processes(torch.device("cpu"), 1.0)
    assert present_processes() is ONE_PROCESS
    assert (process_count(), process_number(), own_device("cuda")) == (1, 0, "cuda")
    assert is_first_to_tell()


def test_a_process_without_torchrun_loads_no_process_group() -> None:
    code = (
        "import sys, torch.distributed as d; from pinn_metakan.runs.solve import solve;"
        "assert 'pinn_metakan.optimizers.process_group' not in sys.modules;"
        "assert not d.is_initialized()"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.usefixtures("third_of_four")
def test_torchrun_says_which_process_this_is() -> None:
    assert (process_count(), process_number()) == (4, 2)


def test_a_number_of_processes_alone_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "4")
    assert command(["solve", "poisson", "--out", "/dev/null/run"]) == 2
    assert capsys.readouterr().err == (
        "pinn-metakan: WORLD_SIZE is 4, but RANK, LOCAL_RANK, MASTER_ADDR, MASTER_PORT are not "
        "set: begin with torchrun --nproc-per-node 4 -m pinn_metakan ..., or unset WORLD_SIZE for "
        "one process\n"
    )


@pytest.mark.parametrize("size", ["four", "0", "-1", "1.5"])
def test_a_size_that_is_no_number_is_refused(size: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", size)
    with pytest.raises(SettingsError, match=f"WORLD_SIZE must be a number .* got '{size}'"):
        process_count()


@pytest.mark.usefixtures("third_of_four")
def test_each_process_has_a_gpu_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 3)
    assert own_device("auto") == own_device("cuda") == "cuda:2"
    assert own_device("cpu") == "cpu"
    with pytest.raises(SettingsError, match="several processes would share it; give --device cuda"):
        own_device("cuda:1")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    wrong = "device 'auto': each process needs a GPU of its own, and this machine has 2; begin with"
    with pytest.raises(SettingsError, match=f"{wrong} --nproc-per-node 2, or give --device cpu"):
        own_device("auto")


@pytest.mark.usefixtures("third_of_four")
def test_a_process_that_nobody_meets_says_where_it_waited() -> None:
    line = r"process 2 has not met the other 3 at 127\.0\.0\.1:1 within 1 s"
    with pytest.raises(ProcessesLost, match=line):
        join_processes(torch.device("cpu"), 1.0)
    assert present_processes() is ONE_PROCESS
