"""What can be poor around a run, and the command that meets it."""

import os
import resource
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from read_only import make_read_only, own_namespace
from small_runs import FAST_FLAGS

#: A command that makes a run.
SOLVE = ["solve", "heat", "-q", *FAST_FLAGS]
#: Commands that write into the run folder.
WRITING = [
    ["resume", "run", "-q"],
    ["plot", "run"],
    ["report", "run"],
    ["export", "run", "--to=csv"],
    [*SOLVE, "--out=run", "--overwrite"],
    [*SOLVE, "--out=run/inside"],
    ["new", "run/mine"],
]
#: Bytes of the largest file of such a run, about, and of a message, which goes to a file too.
_LARGEST, _MESSAGE = 120_000, 1000


@dataclass(frozen=True)
class Poor:
    """A surrounding.

    Args:
        label: What it is, for people.
        arguments: The command.
        make: Makes it, in the child, in the folder of the case.
        run: The run folder that has to be whole afterwards, if anything is there.
        may_fail: Whether the command may end by 1 or 2 there.
        has_neighbor: Whether another process holds the run folder.
        goes_on: Whether ``resume`` has to go on afterwards where a checkpoint is left.
    """

    label: str
    arguments: Sequence[str]
    make: Callable[[], object] = lambda: None
    run: str = "run"
    may_fail: bool = True
    goes_on: bool = True
    has_neighbor: bool = False


def _copied(run: Path, folder: Path) -> None:
    import shutil

    shutil.copytree(run, folder / "run")


def _files_of(count: int) -> None:
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    # What the child says goes to files, too.
    resource.setrlimit(resource.RLIMIT_FSIZE, (count, hard))


def _small_files(random: Random, folder: Path, run: Path) -> Poor:
    count = random.randint(_MESSAGE, _LARGEST)
    drawn = ["--drawn"] if random.randrange(4) == 0 else []
    words = [*SOLVE, "--out=run", *drawn]
    if random.randrange(3) == 0:
        _copied(run, folder)
        words = ["resume", "run", "-q", "--set=lm.steps=5", *drawn]
    return Poor(f"files of {count} bytes", words, lambda: _files_of(count))


def _small_disk(random: Random, folder: Path, run: Path) -> Poor:
    count = 4 * random.randint(1, 100)
    disk = folder / "disk"
    disk.mkdir()

    def make() -> None:
        _mounted(disk, f"size={count}k")

    words = [*SOLVE, "--out=disk/run"]
    return Poor(f"a disk of {count} kB", words, make, run="disk/none", goes_on=False)


def _mounted(place: Path, options: str) -> None:
    """Mount a small file system that this process alone sees; without the right, a small limit."""
    libc = own_namespace()
    if libc is None:
        _files_of(20_000)
        return
    libc.mount(b"tmpfs", os.fsencode(place), b"tmpfs", 0, options.encode())


def _read_only(random: Random, folder: Path, run: Path) -> Poor:
    _copied(run, folder)
    words = random.choice(WRITING)

    return Poor(
        f"a folder that may only be read: {words[0]}", words, lambda: make_read_only(folder / "run")
    )


def _no_home(random: Random, folder: Path, run: Path) -> Poor:
    def make() -> None:
        for name in ("HOME", "PINN_METAKAN_CACHE", "XDG_CACHE_HOME", "MPLCONFIGDIR", "USER"):
            os.environ.pop(name, None)
        if random.randrange(2):
            os.environ["HOME"] = "/nowhere"

    problem = random.choice(["heat", "burgers"])
    words = ["solve", problem, "-q", *FAST_FLAGS, "--out=run"]
    return Poor("no home", words, make, may_fail=False)


def _streams(random: Random, folder: Path, run: Path) -> Poor:
    kind = random.choice(["full", "closed pipe", "closed", "ascii"])
    words = random.choice([[*SOLVE[:2], *FAST_FLAGS, "--out=run"], ["list"], ["show", "heat"]])
    if random.randrange(3) == 0:
        words = [*SOLVE, "--json", "--out=run"]

    def make() -> None:
        if kind == "full":
            os.dup2(os.open("/dev/full", os.O_WRONLY), 1)
        elif kind == "closed pipe":
            reading, writing = os.pipe()
            os.dup2(writing, 1)
            os.close(writing)
            os.close(reading)
        elif kind == "closed":
            os.close(1)
        if kind == "closed":
            sys.stdout = None  # type: ignore[assignment]
        else:
            code = "ascii" if kind == "ascii" else "utf-8"
            sys.stdout = os.fdopen(1, "w", encoding=code, closefd=False)

    return Poor(f"standard output {kind}: {words[0]}", words, make, may_fail=kind == "full")


def _removed_folder(random: Random, folder: Path, run: Path) -> Poor:
    inside = folder / "inside"
    inside.mkdir()

    def make() -> None:
        os.chdir(inside)
        inside.rmdir()

    words = random.choice([[*SOLVE, f"--out={folder / 'run'}"], ["list"], ["new", "mine"]])
    return Poor(f"the working directory removed: {words[0]}", words, make)


def _paths(random: Random, folder: Path, run: Path) -> Poor:
    odd = random.choice(
        ["n" * 300, "/".join(["deep" * 10] * 120), "a\udcffb", "sp ace's", "-dash", "\u00fc\u4e2d",
         "new\nline", "tab\tbed", "a/../b", "~tilde", "$(x)", "%s", "[*]", "n" * 255, ".hidden"]
    )  # fmt: skip
    words = random.choice(
        [[*SOLVE, f"--out={odd}"], ["new", "--", odd], ["resume", "--", odd], ["plot", "--", odd]]
    )
    return Poor(f"the path {odd[:20]!r}: {words[0]}", words, run=odd if len(odd) < 256 else "none")


def _two_writers(random: Random, folder: Path, run: Path) -> Poor:
    from pinn_metakan.runs.folder_lock import FolderLock

    _copied(run, folder)
    words = random.choice(
        [["resume", "run", "-q"], [*SOLVE, "--out=run", "--overwrite"], ["plot", "run"]]
    )

    def make() -> None:
        if os.fork() == 0:  # the other one, which holds the folder for as long as this one runs
            lock = FolderLock(folder / "run")
            lock.take()
            (folder / "ready").touch()
            parent = os.getppid()
            while os.getppid() == parent:
                import time

                time.sleep(0.05)
            lock.release()
            os._exit(0)
        while not (folder / "ready").exists():
            pass
        (folder / "ready").unlink()

    return Poor(
        f"another process writes there: {words[0]}", words, make, goes_on=False, has_neighbor=True
    )


def _threads(random: Random, folder: Path, run: Path) -> Poor:
    import torch

    count = random.choice([2, 16, 64])
    words = [*SOLVE, "--out=run"]
    return Poor(f"{count} threads", words, lambda: torch.set_num_threads(count), may_fail=False)


def _small_memory(random: Random, folder: Path, run: Path) -> Poor:
    more = random.choice([0, 1, 4, 16, 64, 256]) * 2**20
    sizes = random.choice(
        [[], ["--set=points.interior=200000"], ["--set=evaluation.shape=[900,900]"]]
    )

    def make() -> None:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * os.sysconf("SC_PAGE_SIZE") + more
        resource.setrlimit(resource.RLIMIT_AS, (most, most))

    words = [*SOLVE, *sizes, "--out=run"]
    return Poor(f"{more >> 20} MiB more of addresses {sizes}", words, make)


def _sizes(random: Random, folder: Path, run: Path) -> Poor:
    flag = random.choice(
        ["evaluation.shape=[300000,300000]", "points.interior=20000000000", "adam.steps=1e30",
         "network.widths=[1000000,1000000]", "lm.steps=99999999999999999999",
         "evaluation.points=1000000000000", "points.boundary=1000000000000000000000"]
    )  # fmt: skip
    return Poor(f"sizes: {flag}", [*SOLVE, f"--set={flag}", "--out=run"])


#: Each draws one, given a generator, the folder of the case and a finished run.
KINDS = (
    *(_small_files, _small_disk, _read_only, _no_home, _streams, _removed_folder, _paths),
    *(_two_writers, _threads, _small_memory, _sizes),
)
