"""What runs on a cluster: the batch script, with stand-ins for Slurm, and the container's files."""

import json
import os
import re
import runpy
import shutil
import signal
import subprocess
import sys
import time
from fnmatch import fnmatch
from pathlib import Path

import pytest
from small_runs import FAST_FLAGS, SHIPPED

ROOT = SHIPPED.parent
SCRIPT = ROOT / "docs" / "cluster" / "solve.sbatch"
DOCKERFILE = (ROOT / "Dockerfile").read_text()
#: What stands for Slurm's programs: one machine, and a list of what was asked of it.
STAND_INS = {
    "srun": 'while [[ $1 == --* ]]; do shift; done\nexec "$@"',
    "scontrol": 'if [[ $1 == show ]]; then echo 127.0.0.1; else echo "$@" >>asked; fi',
    "torchrun": f'exec "{sys.executable}" -m torch.distributed.run "$@"',
}


@pytest.fixture
def slurm(tmp_path: Path) -> dict[str, str]:
    """Variables of a job on a machine whose programs stand for those of Slurm."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, text in STAND_INS.items():
        (programs / name).write_text(f"#!/usr/bin/env bash\n{text}\n")
        (programs / name).chmod(0o755)
    job = {"SLURM_JOB_ID": "7", "SLURM_JOB_NODELIST": "one", "SLURM_NNODES": "1", "PORT": "0"}
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return os.environ | job | {"PATH": path, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


@pytest.mark.slow
def test_a_job_whose_time_is_over_is_queued_again_and_goes_on(
    slurm: dict[str, str], tmp_path: Path
) -> None:
    def job(*arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            ["bash", str(SCRIPT), *arguments],
            cwd=tmp_path, env=slurm, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    run = tmp_path / "outputs" / "slurm-7"
    arguments = ["heat", *FAST_FLAGS, "--set=adam.steps=300", "--set=checkpoint_seconds=0.2"]
    first = job(*arguments)
    while first.poll() is None and not (run / "history.jsonl").exists():
        time.sleep(0.1)
    first.send_signal(signal.SIGUSR1)
    told = first.communicate(timeout=200)[0]
    assert first.returncode == 0, told
    assert "it is queued again, and goes on from outputs/slurm-7" in told
    assert (tmp_path / "asked").read_text() == "requeue 7\n"
    so_far = json.loads((run / "report.json").read_text())
    assert so_far["stop_reason"] == "interrupted"
    second = job(*arguments)
    told = second.communicate(timeout=400)[0]
    assert second.returncode == 0, told
    whole = json.loads((run / "report.json").read_text())
    assert whole["steps"] == 303 > so_far["steps"]
    assert (tmp_path / "asked").read_text() == "requeue 7\n"  # once


def test_a_job_that_cannot_be_run_ends_with_a_failure(
    slurm: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "programs" / "torchrun").write_text("#!/usr/bin/env bash\necho $*\nexit 3\n")
    done = subprocess.run(
        ["bash", str(SCRIPT), "heat", "--seed=1"],
        cwd=tmp_path, env=slurm | {"PER_NODE": "4", "PORT": "29511", "RUN": "here"}, text=True,
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 3
    assert done.stdout == (
        "--nnodes 1 --nproc-per-node 4 --rdzv-id 7-0 --rdzv-backend c10d --rdzv-endpoint "
        "127.0.0.1:29511 -m pinn_metakan solve heat --seed=1 --out here --overwrite\n"
    )
    assert not (tmp_path / "asked").exists()
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "checkpoint.safetensors").touch()
    done = subprocess.run(
        ["bash", str(SCRIPT), "mine.py", "--seed=1"],
        cwd=tmp_path, env=slurm | {"RUN": "here"}, text=True, capture_output=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert done.stdout.endswith(" -m pinn_metakan resume here mine.py\n")


def test_the_script_asks_slurm_for_a_signal_and_to_begin_again() -> None:
    asked = dict(re.findall(r"^#SBATCH --([\w-]+)=?(\S*)$", SCRIPT.read_text(), re.MULTILINE))
    assert asked["signal"].startswith("B:USR1@")
    assert asked["ntasks-per-node"] == "1"  # one torchrun for each machine
    assert asked["requeue"] == ""
    assert asked["open-mode"] == "append"


def test_the_page_has_the_table_of_costs_that_its_command_writes() -> None:
    rows = runpy.run_path(str(ROOT / "docs" / "cluster" / "cost.py"))["lines"]()
    assert "\n".join(rows) in (ROOT / "docs" / "cluster.md").read_text()


def test_what_the_container_copies_is_there_and_not_ignored() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    taken = [line.removeprefix("!") for line in ignored if line.startswith("!")]
    copied = [
        source
        for line in DOCKERFILE.splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for source in line.split()[1:-1]
    ]
    assert len(copied) >= 5
    for source in copied:
        assert (ROOT / source).exists(), source
        assert any(fnmatch(source, pattern) for pattern in taken), source


def test_the_container_pins_what_it_installs_and_runs_as_no_root() -> None:
    installs = [line for line in DOCKERFILE.splitlines() if "pip install" in line]
    assert len(installs) == 2
    assert all("constraints.txt" in line for line in installs)
    users = re.findall(r"^USER (\w+)$", DOCKERFILE, re.MULTILINE)
    assert users
    assert users[-1] != "root"
    assert re.findall(r"^torch==", (ROOT / "constraints.txt").read_text(), re.MULTILINE)


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
def test_the_script_passes_shellcheck() -> None:
    subprocess.run(["shellcheck", str(SCRIPT)], check=True)
