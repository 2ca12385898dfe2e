"""The time of a step of a run that several processes train together, each on a core of its own."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from statistics import median

from pinn_metakan.benchmarks.command import Progress
from pinn_metakan.errors import TrainingError, UserError

_STEPS = ("lm", "gradient")


def process_lines(
    problem: str, points: int, counts: Sequence[int], rounds: int, progress: Progress
) -> Iterator[str]:
    """Time steps of Levenberg-Marquardt, and loss and gradient, by several processes in turn.

    The first rows have the same points in all, the last ones as many for each process as one has.

    Args:
        problem: Name of the problem.
        points: Its points, of all processes together.
        counts: Numbers of processes.
        rounds: How often each step is timed; the table has medians.
        progress: Told what is measured.

    Yields:
        Rows of a table in Markdown.

    Raises:
        UserError: If there are fewer cores than processes.
        TrainingError: If a process fails.
    """
    cores = sorted(os.sched_getaffinity(0))
    if max(counts) > len(cores):
        raise UserError(f"--counts: {max(counts)} processes need a core each, there are {cores}")
    yield (
        "| points | processes | parameters | LM step | speed-up | CPU of each | exchanges | sent "
        "| gradient | speed-up | exchanges | sent |"
    )
    yield "|" + "---|" * 12
    yield from _rows(problem, [(points, n) for n in counts], cores, rounds, progress)
    each = points // max(counts)
    yield from _rows(problem, [(each * n, n) for n in counts], cores, rounds, progress)


def _rows(
    problem: str,
    asked: Sequence[tuple[int, int]],
    cores: Sequence[int],
    rounds: int,
    progress: Progress,
) -> Iterator[str]:
    """Measure groups of processes in turn, so that a busy machine slows all of them alike."""
    with ExitStack() as stack:
        groups = []
        for points, count in asked:
            progress(f"{problem}, {points} points, {count} processes")
            groups.append(_Group(problem, points, cores[:count]))
            stack.callback(groups[-1].end)
        taken: dict[tuple[int, str], list[dict[str, float]]] = {}
        for _ in range(rounds):
            for number, group in enumerate(groups):
                for step in _STEPS:
                    taken.setdefault((number, step), []).append(group.step(step))
        alone = {step: _median(taken[0, step], "wall") for step in _STEPS}
        for number, group in enumerate(groups):
            cells = [str(asked[number][0]), str(asked[number][1]), str(group.parameters)]
            for step in _STEPS:
                found = taken[number, step]
                wall = _median(found, "wall")
                cells += [f"{1e3 * wall:.0f} ms", f"{alone[step] / wall:.2f}"]
                cells += [f"{1e3 * _median(found, 'own'):.0f} ms"] if step == "lm" else []
                is_alone = asked[number][1] == 1
                sent = [f"{found[0]['exchanges']:.0f}", f"{found[0]['bytes'] / 2**20:.2f} MiB"]
                cells += ["-", "-"] if is_alone else sent
            yield f"| {' | '.join(cells)} |"


def _median(found: Sequence[dict[str, float]], key: str) -> float:
    return median(each[key] for each in found)


class _Group:
    """Processes that take steps together, each pinned to a core.

    Args:
        problem: Name of the problem.
        points: Points of all together.
        cores: That of each.
    """

    def __init__(self, problem: str, points: int, cores: Sequence[int]):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        common = {"WORLD_SIZE": str(len(cores)), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
        module = "pinn_metakan.benchmarks.measure.process_steps"
        self._processes = [
            subprocess.Popen(
                [sys.executable, "-m", module, str(core), problem, str(points)],
                env=os.environ
                | common
                | {"RANK": str(number), "LOCAL_RANK": str(number), "OMP_NUM_THREADS": "1"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for number, core in enumerate(cores)
        ]
        self.parameters = int(self._told()["parameters"])

    def step(self, kind: str) -> dict[str, float]:
        """Let all take a step; what the slowest took."""
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.write(kind + "\n")
            process.stdin.flush()
        return self._told()

    def end(self) -> None:
        """End all."""
        for process in self._processes:
            process.communicate()

    def _told(self) -> dict[str, float]:
        found: dict[str, float] = {}
        for process in self._processes:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                raise TrainingError("a process that was measured has failed; see its message above")
            for key, value in json.loads(line).items():
                found[key] = max(found.get(key, 0.0), value)
        return found
