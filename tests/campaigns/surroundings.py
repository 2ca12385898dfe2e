"""Runs where something around them is poor: disk, memory, folders, streams, paths, neighbors."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import ClassVar

from campaigns.answers import ANSWERS, files_in, judged
from campaigns.campaign import Campaign, Outcome
from campaigns.child import Ended, in_child, in_this_process
<<<<<<< HEAD
from campaigns.poor import KINDS, SOLVE, Poor
=======
from campaigns.mounts import read_only, small_disk
>>>>>>> e4a8959 (No file is longer than 300 lines: mounts of a campaign are a file of their own)
from campaigns.run_files import damage_in, leftovers_in

_SECONDS = 60.0


class Surroundings(Campaign):
    """What runs make of poor surroundings."""

    outcomes: ClassVar[Mapping[str, str]] = {
        **ANSWERS,
        "failed": "status 1, one such line; files are whole, and a run goes on afterwards",
    }
    share = 2

    def prepare(self, folder: Path) -> None:
        """Import all that a run needs, and make one."""
        assert in_this_process(lambda: _main([*SOLVE, "--out=run"]), folder) == 0
        self._run = folder / "run"

    def run(self, random: Random, folder: Path) -> Outcome:
        """Draw a surrounding, run a command there, and go on with what is left of it."""
        poor = random.choice(KINDS)(random, folder, self._run)
        before = files_in(folder)

        def command() -> None:
            poor.make()
            _main(poor.arguments)

        ended = in_child(command, folder, _SECONDS)
        mine = {name for name in files_in(folder) if not (poor.has_neighbor and ".lock" in name)}
        written = sorted(mine - before)
        name, told = judged(ended, written)
        shown = f"{poor.label}: {told}"
        case = _case(poor, ended, written)
        if name not in self.outcomes:
            return Outcome(name, shown, case)
        if name != "done" and not poor.may_fail:
            return Outcome("should be done", shown, case)
        place = folder / poor.run
        damage = damage_in(place) if place.is_dir() else []
        left = [name for name in leftovers_in(folder) if not poor.has_neighbor]
        if damage or left:
            return Outcome("files left", f"{shown} | {damage}{left}", case)
        if poor.goes_on and name == "failed" and (place / "checkpoint.safetensors").is_file():
            later = in_child(lambda: _main(["resume", poor.run, "-q"]), folder, _SECONDS)
            if later.status != 0 or not (place / "solution.h5").is_file():
                return Outcome("does not go on", f"{shown} | {later.error[-200:]}", case)
        return Outcome(name, shown, case)


def _main(arguments: Sequence[str]) -> None:
    from pinn_metakan.cli import main
    from pinn_metakan.runs import folder

    draws, given = folder.all_figures, sys.argv
    if "--drawn" not in arguments:
        folder.all_figures = lambda field: {}
    sys.argv = ["pinn-metakan", *(word for word in arguments if word != "--drawn")]
    try:
        main()
    finally:
        folder.all_figures, sys.argv = draws, given


def _case(poor: Poor, ended: Ended, written: Sequence[str]) -> str:
    said = f"--- out\n{ended.out[-3000:]}\n--- error\n{ended.error[-6000:]}"
    return f"{poor.label}\npinn-metakan {poor.arguments}\n{said}\n--- {written}\n{ended.status}"
<<<<<<< HEAD
=======


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
    words = [*_SOLVE, "--out=run", *drawn]
    if random.randrange(3) == 0:
        _copied(run, folder)
        words = ["resume", "run", "-q", "--set=lm.steps=5", *drawn]
    return Poor(f"files of {count} bytes", words, lambda: _files_of(count))


def _small_disk(random: Random, folder: Path, run: Path) -> Poor:
    count = 4 * random.randint(1, 100)
    disk = folder / "disk"
    disk.mkdir()

    def make() -> None:
        if not small_disk(disk, count):
            _files_of(20_000)

    words = [*_SOLVE, "--out=disk/run"]
    return Poor(f"a disk of {count} kB", words, make, run="disk/none", goes_on=False)


def _read_only(random: Random, folder: Path, run: Path) -> Poor:
    _copied(run, folder)
    words = random.choice(
        [
            ["resume", "run", "-q"],
            ["plot", "run"],
            ["report", "run"],
            ["export", "run", "--to=csv"],
            [*_SOLVE, "--out=run", "--overwrite"],
            [*_SOLVE, "--out=run/inside"],
            ["new", "run/mine"],
        ]
    )

    def make() -> None:
        if not read_only(folder / "run"):
            (folder / "run").chmod(0o500)

    return Poor(f"a folder that may only be read: {words[0]}", words, make)


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
    words = random.choice([[*_SOLVE[:2], *FAST_FLAGS, "--out=run"], ["list"], ["show", "heat"]])
    if random.randrange(3) == 0:
        words = [*_SOLVE, "--json", "--out=run"]

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

    words = random.choice([[*_SOLVE, f"--out={folder / 'run'}"], ["list"], ["new", "mine"]])
    return Poor(f"the working directory removed: {words[0]}", words, make)


def _paths(random: Random, folder: Path, run: Path) -> Poor:
    odd = random.choice(
        ["n" * 300, "/".join(["deep" * 10] * 120), "a\udcffb", "sp ace's", "-dash", "\u00fc\u4e2d",
         "new\nline", "tab\tbed", "a/../b", "~tilde", "$(x)", "%s", "[*]", "n" * 255, ".hidden"]
    )  # fmt: skip
    words = random.choice(
        [[*_SOLVE, f"--out={odd}"], ["new", "--", odd], ["resume", "--", odd], ["plot", "--", odd]]
    )
    return Poor(f"the path {odd[:20]!r}: {words[0]}", words, run=odd if len(odd) < 256 else "none")


def _two_writers(random: Random, folder: Path, run: Path) -> Poor:
    from pinn_metakan.runs.folder_lock import FolderLock

    _copied(run, folder)
    words = random.choice(
        [["resume", "run", "-q"], [*_SOLVE, "--out=run", "--overwrite"], ["plot", "run"]]
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
    words = [*_SOLVE, "--out=run"]
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

    words = [*_SOLVE, *sizes, "--out=run"]
    return Poor(f"{more >> 20} MiB more of addresses {sizes}", words, make)


def _sizes(random: Random, folder: Path, run: Path) -> Poor:
    flag = random.choice(
        ["evaluation.shape=[300000,300000]", "points.interior=20000000000", "adam.steps=1e30",
         "network.widths=[1000000,1000000]", "lm.steps=99999999999999999999",
         "evaluation.points=1000000000000", "points.boundary=1000000000000000000000"]
    )  # fmt: skip
    return Poor(f"sizes: {flag}", [*_SOLVE, f"--set={flag}", "--out=run"])


_KINDS = (
    *(_small_files, _small_disk, _read_only, _no_home, _streams, _removed_folder, _paths),
    *(_two_writers, _threads, _small_memory, _sizes),
)
>>>>>>> e4a8959 (No file is longer than 300 lines: mounts of a campaign are a file of their own)
