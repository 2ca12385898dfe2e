"""What is done to a file of a run folder: damaged, forged, or replaced by something else."""

import hashlib
import json
import os
import socket
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import h5py
from campaigns.damaged_bytes import DAMAGES, sealed_anew
from campaigns.forged_hdf5 import FORGERIES
from campaigns.odd_trees import nested, odd_value, with_odd_value

SOLUTION, CHECKPOINT = "solution.h5", "checkpoint.safetensors"
TEXTS = ("report.json", "settings.toml", "history.jsonl")


def damage_file(run: Path, name: str, random: Random, outside: Path) -> tuple[str, bool]:
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
