"""Run folders whose files are damaged, forged, or something else than files."""

import hashlib
import json
import os
import shutil
import socket
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Any

import h5py
import numpy as np
from campaigns.answers import ANSWERS, PATIENCE, judged
from campaigns.campaign import Campaign, Outcome
from campaigns.child import Ended, in_child, in_this_process
from campaigns.damaged_bytes import DAMAGES, sealed_anew
from campaigns.forged_hdf5 import FORGERIES
from campaigns.odd_trees import nested, odd_value, with_odd_value
from small_runs import FAST_FLAGS

SOLUTION, CHECKPOINT = "solution.h5", "checkpoint.safetensors"
TEXTS = ("report.json", "settings.toml", "history.jsonl")
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
    share = 12

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
        what, is_forged = _damage(folder / "run", name, random, outside)
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


def _damage(run: Path, name: str, random: Random, outside: Path) -> tuple[str, bool]:
    """Damage a file; tell how, and whether somebody meant it."""
    path = run / name
    act = random.randrange(10)
    if act == 0:
        return _replace(path, random, outside), False
    if name == SOLUTION and act < 6:
        return _forge_solution(path, random, outside), True
    if name == CHECKPOINT and act < 6:
        return _forge_checkpoint(path, random), True
    if name in TEXTS and act < 6:
        return _forge_text(path, random), True
    damage = random.choice(DAMAGES)
    content = damage(path.read_bytes(), random)
    is_forged = name == SOLUTION and random.randrange(3) == 0
    path.write_bytes(sealed_anew(content) if is_forged else content)
    return f"{damage.__name__}{', sealed anew' if is_forged else ''}", is_forged or name in TEXTS


def _replace(path: Path, random: Random, outside: Path) -> str:
    """Something else than a file, or a file that is elsewhere."""
    kept = path.with_name("kept")
    path.rename(kept)
    makes: dict[str, Callable[[], object]] = {
        "nothing": lambda: None,
        "a folder": path.mkdir,
        "a pipe": lambda: os.mkfifo(path),
        "a socket": lambda: _socket(path),
        "a link out": lambda: path.symlink_to(outside / path.name),
        "a link to a pipe": lambda: path.symlink_to(outside / "pipe"),
        "a link to a device": lambda: path.symlink_to("/dev/zero"),
        "a link to nothing": lambda: path.symlink_to("nowhere"),
        "a link to itself": lambda: path.symlink_to(path.name),
        "a link inside": lambda: path.symlink_to("kept"),
        "another name of it": lambda: os.link(kept, path),
        "a file of 100 GB of nothing": lambda: _sparse(path),
    }
    what = random.choice(sorted(makes))
    makes[what]()
    return what


def _socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(100 * 2**30)


def _forge_solution(path: Path, random: Random, outside: Path) -> str:
    forgery = random.choice(FORGERIES)
    with h5py.File(path, "r+") as file:
        forgery(file, random, outside)
        if random.randrange(4):
            file.attrs.pop("checksums", None)
    if random.randrange(2):
        path.write_bytes(sealed_anew(path.read_bytes()))
    return f"forged: {forgery.__name__}"


def _forge_checkpoint(path: Path, random: Random) -> str:
    from pinn_metakan.training.checkpoint import load_checkpoint, save_checkpoint

    tree: Any = load_checkpoint(path)
    act = random.randrange(8)
    digest = hashlib.sha256((path.parent / "evil.py").read_bytes()).hexdigest()
    if act == 0:  # a header that was written by hand
        texts = [
            nested(random.choice([200, 100_000])),
            nested(50_000, "a"),
            json.dumps(odd_value(random)),
        ]
        header = json.dumps({"__metadata__": {"tree": random.choice(texts)}}).encode()
        path.write_bytes(len(header).to_bytes(8, "little") + header)
        return "forged: a header of its own"
    if act == 1:
        name = random.choice(["evil", "heat", "__init__", "../evil", "os"])
        tree["problem"] |= {"name": name, "path": str(path.parent / "evil.py")}
        tree["problem"]["sha256"] = hashlib.sha256(
            (path.parent / "evil.py").read_bytes()
        ).hexdigest()
        what = "a file of its own"
    elif act == 2:
        family = random.choice(["evil:Evil", "evil.py:Evil", "run/evil.py:Evil", "os:system"])
        tree["choices"]["settings"]["network"]["family"] = family
        record = {"setting": "network.family", "name": family, "path": str(path.parent / "evil.py")}
        tree["parts"] = [{**record, "sha256": digest}]
        what = "a family of its own"
    else:
        for _ in range(random.choice([1, 1, 3])):
            tree = with_odd_value(tree, random)
        what = "a value"
    try:
        save_checkpoint(path, tree)
    except (TypeError, ValueError, UnicodeError, AttributeError):
        path.write_bytes(path.read_bytes()[:-1])
    return f"forged: {what}"


def _forge_text(path: Path, random: Random) -> str:
    text = path.read_text()
    lines = text.splitlines()
    place = random.randrange(len(lines))
    odd = [
        nested(3000), nested(100_000), '{"a":1', "a = " + nested(2000), "x = " + "9" * 4400, "\0",
        "\ufeff", '[run]\nproblem = "evil"', '[run]\nnetwork = "run/evil.py:Evil"', "a" * 10**6,
        '[network]\nfamily = "run/evil.py:Evil"', "\x1b[2J",
    ]  # fmt: skip
    if path.suffix == ".json" and random.randrange(2):
        text = json.dumps(with_odd_value(json.loads(text), random))
    else:
        lines[place : place + random.randrange(2)] = [random.choice(odd)]
        text = "\n".join(lines)
    path.write_text(text, errors="surrogatepass")
    return "forged: text"


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
