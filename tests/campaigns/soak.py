"""Many runs in one process, as a notebook makes them: memory stays flat, nothing stays open."""

import gc
import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, ClassVar

import numpy as np
from campaigns.campaign import Campaign, Outcome
from campaigns.child import in_this_process
from campaigns.mistakes import text_of
from small_runs import FAST, FAST_FLAGS, stop_at

from pinn_metakan.cli import main
from pinn_metakan.errors import Interrupted, UserError
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.resume import open_run, rerun, resume
from pinn_metakan.runs.solution import Solution
from pinn_metakan.runs.solve import solve

#: After so many runs all that is kept for good is there: modules, caches, pools of memory.
_WARM = 40
#: What the process may have then, over the most that it had while it became warm.
_MEMORY = 1.05
_NETWORKS = ("metakan", "kan", "mlp", "features", "chebykan", "metafastkan")
_PROBLEMS = ("heat", "poisson", "burgers", "wave")
#: What ends a run before its time, in a problem file.
_FAILING = {"in_residual": "Mine.calls = getattr(Mine, 'calls', 0) + 1; assert Mine.calls < 25"}


@dataclass(frozen=True)
class Held:
    """What a process holds.

    Args:
        memory: Resident, in MiB.
        threads: How many run, of Python and of libraries.
        handles: What its open file descriptors are, sorted.
        children: How many processes it has begun that are still there.
    """

    memory: float
    threads: int
    handles: list[str]
    children: int


def held() -> Held:
    """What this process holds once nothing is left to be collected."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    tasks = list(Path("/proc/self/task").iterdir())
    handles = []
    for handle in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the one that lists them
            handles.append(os.readlink(handle))
    begun = [task / "children" for task in tasks]
    children = sum(len(path.read_text().split()) for path in begun if path.exists())
    memory = pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    return Held(memory, len(tasks), sorted(handles), children)


class Soak(Campaign):
    """What stays in a process that runs one thing after the other."""

    outcomes: ClassVar[Mapping[str, str]] = {
        "while it became warm": f"one of the first {_WARM}, which left no handle and no thread",
        "nothing stayed": "as many threads, handles and processes as before; memory within 5 %",
    }
    share = 1

    def prepare(self, folder: Path) -> None:
        """Do each thing once, so that what opens with the first use is open."""
        self._before: Held | None = None
        self._warm: list[float] = []
        self._last = 0.0
        for number, act in enumerate(ACTS):
            place = folder / str(number)
            place.mkdir()
            self._do(act, Random(number), place)

    def run(self, random: Random, folder: Path) -> Outcome:
        """Do one thing that a user does, and look at what it left."""
        before, what = held(), random.choice(list(ACTS))
        self._do(what, random, folder)
        after = held()
        self._last = after.memory
        shown = f"{what}: {after.memory:.0f} MiB, {after.threads} threads"
        more = set(after.handles) - set(before.handles)
        if len(after.handles) > len(before.handles):
            return Outcome("handles left", f"{shown}, {sorted(more)}")
        if after.threads > before.threads:
            names = [thread.name for thread in threading.enumerate()]
            return Outcome("threads left", f"{shown}, {names}")
        if after.children > before.children:
            return Outcome("processes left", shown)
        if len(self._warm) < _WARM:
            self._warm.append(after.memory)
            return Outcome("while it became warm", shown, shown)
        if after.memory > _MEMORY * max(self._warm):
            return Outcome("memory grew", f"{shown}, {max(self._warm):.0f} MiB when warm")
        return Outcome("nothing stayed", shown, shown)

    def closing(self) -> str:
        """How much memory it had, warm and at last."""
        if not self._warm:
            return ""
        return (
            f"memory: {self._warm[0]:.0f} MiB after the first, at most "
            f"{max(self._warm):.0f} MiB in {len(self._warm)}, {self._last:.0f} MiB at last"
        )

    def _do(self, what: str, random: Random, folder: Path) -> None:
        assert in_this_process(lambda: ACTS[what](random), folder) == 0


def _solved(random: Random, **more: Any) -> Solution:
    problem = load_problem(random.choice(_PROBLEMS))
    small = dict(FAST, evaluation={"points": 100})
    network = random.choice(_NETWORKS)
    return solve(problem, network, settings=small, seed=random.randrange(9), **more)


def look(random: Random) -> None:
    """Solve, evaluate, differentiate, show as a notebook does."""
    solution = _solved(random)
    points = np.full((50, len(solution.problem.coordinates)), 0.25)  # type: ignore[union-attr]
    values = solution(points)
    assert all(np.isfinite(array).all() for array in values.values())
    solution.derivative(f"{next(iter(values))}_x", points)
    assert "<" in solution._repr_html_()


def keep(random: Random) -> None:
    """Write a run folder with figures and report, open it, evaluate it, draw it."""
    _solved(random, out="run")
    opened = open_run("run", evaluate=True)
    opened.plot().savefig("again.png")
    opened.report("again.html")
    opened.to_xarray().close()


def go_on(random: Random) -> None:
    """Interrupt a run, and resume it."""
    with suppress(Interrupted):
        _solved(random, out="run", progress=stop_at(2))
    resume("run")


def fail(random: Random) -> None:
    """Begin runs that end in an error: of a file, of a setting, of numbers."""
    Path("mine.py").write_text(text_of(_FAILING), encoding="utf-8")
    for settings in (FAST, FAST | {"lm": {"step": 1}}, FAST | {"adam.learning_rate": 1e300}):
        with suppress(UserError):
            solve(load_problem("mine.py"), settings=settings, out=f"run-{random.random()}")


def own(random: Random) -> None:
    """Solve a problem file and make it again: another file each time."""
    name = f"mine_{random.randrange(10**9)}.py"
    Path(name).write_text(text_of({}), encoding="utf-8")
    solve(load_problem(name), settings=FAST, out="run")
    rerun("run", name)


def command(random: Random) -> None:
    """Use the command line within Python."""
    for words in (["list"], ["show", "heat"], ["solve", "heat", "-q", *FAST_FLAGS, "--out=run"]):
        with suppress(SystemExit):
            main(words)


#: What users do, by a word for it.
ACTS: Mapping[str, Callable[[Random], None]] = {
    act.__name__: act for act in (look, keep, go_on, fail, own, command)
}
