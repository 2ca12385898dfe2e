"""Processes that are started as torchrun starts them, without its agent."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

TESTS = Path(__file__).parent


def begin(folder: Path, count: int, *arguments: str) -> "list[subprocess.Popen[str]]":
    """Start so many processes of Python that find each other."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    common = {"WORLD_SIZE": str(count), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    common |= {"OMP_NUM_THREADS": "1", "PYTHONPATH": f"{TESTS}:{TESTS.parent}"}
    return [
        subprocess.Popen(
            [sys.executable, *arguments], cwd=folder, text=True,
            env=os.environ | common | {"RANK": str(number), "LOCAL_RANK": str(number)},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for number in range(count)
    ]  # fmt: skip


def ended(processes: "Sequence[subprocess.Popen[str]]") -> tuple[list[int], list[str], list[str]]:
    """Wait for all: their statuses, and what each has written to standard output and error."""
    told = [process.communicate(timeout=300) for process in processes]
    return [p.returncode for p in processes], [out for out, _ in told], [err for _, err in told]


def solve(folder: Path, count: int, *arguments: str) -> "list[subprocess.Popen[str]]":
    """Start the command line in so many processes."""
    return begin(folder, count, "-m", "pinn_metakan", *arguments)


def history(run: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (run / "history.jsonl").read_text().splitlines()]
