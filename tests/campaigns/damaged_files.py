"""Run folders whose files are damaged, forged, or something else than files."""

import hashlib
import os
import shutil
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Any

import numpy as np
from campaigns.answers import ANSWERS, PATIENCE, judged
from campaigns.campaign import Campaign, Outcome
from campaigns.child import Ended, in_child, in_this_process
from campaigns.damage import CHECKPOINT, SOLUTION, TEXTS, damage_file
from small_runs import FAST_FLAGS

#: Files that are damaged, as often as they stand here.
_NAMES = (*[SOLUTION] * 5, *[CHECKPOINT] * 3, *TEXTS[:2], *TEXTS)
OLD = Path(__file__).parents[1] / "data" / "version-0.1.0" / "pair"
#: What reads a file, and how often: figures and training take longer.
READERS: Mapping[str, Mapping[str, int]] = {
    SOLUTION: {"open": 40, "report": 6, "csv": 3, "plot": 1, "compare": 1},
    CHECKPOINT: {"probe": 5, "resume": 4, "from": 2, "rerun": 1, "inside": 2},
    "report.json": {"report": 1},
    "settings.toml": {"again": 1, "report": 1},
    "history.jsonl": {"resume": 1},
}
COMMANDS: Mapping[str, list[str]] = {
    "report": ["report", "run"],
    "csv": ["export", "run", "--to=csv", "--out=table.csv"],
    "probe": ["probe", "run", "--at=x=.5,t=.2"],
    "resume": ["resume", "run", "-q"],
    "again": ["solve", "heat", "--settings=run/settings.toml", "-q", "--out=new"],
    "from": ["solve", "heat", "--from=run", "--set=lm.steps=1", "-q", "--out=new"],
    "rerun": ["rerun", "run", "-q", "--out=new"],
    "plot": ["plot", "run", "--field=u", "--dpi=20"],
    "compare": ["compare", "run", "whole", "--out=compared"],
    "inside": ["resume", ".", "-q"],
}
#: What a problem file that must not run leaves behind.
_MARK = "executed"


class DamagedFiles(Campaign):
    """What is made of a run folder that may come from anyone."""

    outcomes = MappingProxyType(
        {
            "read equal": "what was read is what was written, bit for bit",
            "read as forged": "a file that is right by all rules, whose numbers are others",
            "done": "status 0 of a command whose files are not compared",
            "refused": ANSWERS["refused"],
            "failed": ANSWERS["failed"],
        }
    )
    share = 8

    def prepare(self, folder: Path) -> None:
        """Make a finished run, and see what is read of it."""
        from pinn_metakan.cli import main

        arguments = ["solve", "heat", "-q", "--out=run", *FAST_FLAGS]
        assert in_this_process(lambda: main(arguments), folder) == 0
        self._runs = {"now": folder / "run", "version 0.1.0": OLD}
        ended = {name: in_child(partial(_read, path), folder, PATIENCE) for name, path in
                 self._runs.items()}  # fmt: skip
        assert all(one.status == 0 for one in ended.values()), ended
        self._expected = {name: one.out for name, one in ended.items()}

    def run(self, random: Random, folder: Path) -> Outcome:
        """Damage one file, and let one reader have it."""
        version = "now" if random.randrange(6) else "version 0.1.0"
        shutil.copytree(self._runs[version], folder / "run")
        shutil.copytree(self._runs["now"], folder / "whole")
        outside = folder / "outside"
        _put_bait(outside, self._runs["now"], folder)
        names = [name for name in _NAMES if (folder / "run" / name).exists()]
        name = SOLUTION if version != "now" else random.choice(names)
        what, is_forged = damage_file(folder / "run", name, random, outside)
        readers = READERS[name]
        reader = random.choices(list(readers), list(readers.values()))[0]
        told = f"{version}, {name}, {what}, read by {reader}"
        before = _times(outside)
        ended = in_child(lambda: _reading(reader, folder), folder, PATIENCE)
        return self._outcome(ended, told, version, reader, is_forged, folder, before)

    def _outcome(
        self,
        ended: Ended,
        told: str,
        version: str,
        reader: str,
        is_forged: bool,
        folder: Path,
        before: dict[str, int],
    ) -> Outcome:
        case = f"{told}\n--- out\n{ended.out[-2000:]}\n--- error\n{ended.error[-6000:]}"
        case += f"\n--- status {ended.status}"
        if (folder / _MARK).exists():
            return Outcome("executed", told, case)
        if "read outside" in ended.error or _times(folder / "outside") != before:
            return Outcome("read outside", told, case)
        name, line = judged(ended, [])
        if name == "done":
            if reader == "open":
                is_equal = ended.out == self._expected[version]
            elif reader == "resume":
                both = (folder / "run", folder / "whole")
                told_of = [in_child(partial(_read, p, True), folder, PATIENCE).out for p in both]
                is_equal = told_of[0] == told_of[1]
            else:
                return Outcome("done", told, case)
            if not is_equal and not is_forged and version == "now":
                return Outcome("differing result accepted", told, case)
            return Outcome("read equal" if is_equal else "read as forged", told, case)
        return Outcome(name, f"{line} | {told}", case)


def _reading(reader: str, folder: Path) -> None:
    """Be the reader, and notice what is opened outside."""
    from pinn_metakan.cli import main

    outside = os.path.realpath(folder / "outside")

    def notice(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str | bytes):
            if os.path.realpath(os.fsdecode(arguments[0])).startswith(outside):
                os.write(2, b"read outside\n")

    sys.addaudithook(notice)
    if reader == "open":
        _read(Path("run"))
        return
    if reader == "inside":
        os.chdir("run")
    main(COMMANDS[reader])


def _read(path: Path, fields_only: bool = False) -> None:
    """Print a hash of all that is read of a run, or the line that refuses it."""
    from pinn_metakan import open_run
    from pinn_metakan.cli.exit_status import _failed
    from pinn_metakan.errors import UserError

    try:
        solution = open_run(path)
        field = solution.field
        digest = hashlib.sha256()
        grids = [field.grid, *([] if field.slice is None else [field.slice])]
        for grid in grids:
            parts = (
                grid.named | dict(grid.axes) | ({} if grid.points is None else {"p": grid.points})
            )
            for name, values in sorted(parts.items()):
                digest.update(
                    f"{name} {values.shape}".encode() + np.ascontiguousarray(values).tobytes()
                )
        if not fields_only:
            facts = sorted((k, repr(v)) for k, v in field.attributes.items())
            digest.update(repr([facts, field.units, field.long_names, field.coordinates]).encode())
            for name, column in sorted(field.history.items()):
                digest.update(name.encode() + column.tobytes())
            for layer in field.activations:
                digest.update(layer.functions.tobytes() + layer.inputs.tobytes())
            solution.estimates, solution.residual_norms, solution.verdict, repr(solution)
        print(digest.hexdigest())
    except UserError as error:
        raise SystemExit(_failed(str(error), 2)) from None


def _put_bait(outside: Path, run: Path, folder: Path) -> None:
    """Files that nobody may open, and code that nobody may run."""
    outside.mkdir()
    for path in run.iterdir():
        if path.is_file():
            shutil.copyfile(path, outside / path.name)
    shutil.copyfile(run / SOLUTION, outside / "other.h5")
    (outside / "numbers").write_bytes(bytes(range(256)) * 10)
    os.mkfifo(outside / "pipe")
    code = f"open({str(folder / _MARK)!r}, 'w').close()\n"
    (folder / "run" / "problems").mkdir()
    for place in ("evil.py", "heat.py", "sitecustomize.py", "problems/evil.py", "problems/os.py"):
        (folder / "run" / place).write_text(code)
    for path in outside.iterdir():
        os.utime(path, ns=(0, path.lstat().st_mtime_ns))


def _times(outside: Path) -> dict[str, int]:
    """When each file was read last."""
    return {path.name: path.lstat().st_atime_ns for path in sorted(outside.iterdir())}
