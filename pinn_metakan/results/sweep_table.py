"""The table of a sweep: a row for each trial, and groups that differ in the seed alone."""

import csv
import io
import json
import os
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast

from pinn_metakan.errors import RunFolderError
from pinn_metakan.results.json_numbers import without_nan
from pinn_metakan.untrusted.json_text import read_json
from pinn_metakan.untrusted.plain_file import read_plain_text
from pinn_metakan.untrusted.schema import (
    Anything,
    Either,
    Listed,
    Nothing,
    Number,
    Table,
    Text,
    Whole,
)

#: The files of a sweep in its folder.
TABLE_JSON, TABLE_CSV = "sweep.json", "sweep.csv"
#: What the file says of its format.
_FORMAT = 1
_COUNT, _NUMBER = Either(Whole(), Nothing()), Either(Number(is_finite=False), Nothing())
_ROW = Table(
    {"trial": Text(), "state": Text(), "values": Table(others=Anything())},
    {
        **dict.fromkeys(("error", "loss", "seconds", "cpu_seconds"), _NUMBER),
        **dict.fromkeys(("parameters", "steps"), _COUNT),
        **dict.fromkeys(("verdict", "message", "folder", "host"), Text()),
    },
)
#: What sweep.json may hold.
_TABLE = Table(
    {
        "problem": Text(),
        "over": Listed(Text()),
        "search": Listed(Text()),
        "goal": Text(("error", "loss")),
        "trials": Listed(_ROW),
    },
    others=Anything(),
)


@dataclass(frozen=True)
class TrialRow:
    """A trial.

    Args:
        trial: Name of the trial, and of its run folder.
        state: waiting, running, finished, pruned, failed or broken off.
        values: What is varied, by name.
        error: Relative L2 error, the largest of all unknowns [-]; None without a reference.
        loss: Loss at the end [-].
        parameters: Number of parameters of the network.
        steps: Steps of training.
        seconds: Time of training [s].
        cpu_seconds: Time of processors that the run took [s].
        verdict: What limited it.
        message: Why it failed; empty otherwise.
        folder: Its run folder.
        host: The machine that it was made on.
    """

    trial: str
    state: str
    values: Mapping[str, object]
    error: float | None = None
    loss: float | None = None
    parameters: int | None = None
    steps: int | None = None
    seconds: float | None = None
    cpu_seconds: float | None = None
    verdict: str = ""
    message: str = ""
    folder: str = ""
    host: str = ""

    def told(self) -> str:
        """What is varied, for people."""
        texts = {name: f"{v:.6g}" if isinstance(v, float) else v for name, v in self.values.items()}
        texts = {name: v if isinstance(v, str) else json.dumps(v) for name, v in texts.items()}
        return ", ".join(f"{name} {text}" for name, text in texts.items())

    def goal(self, name: str) -> float | None:
        """What is made small: error or loss."""
        return self.error if name == "error" else self.loss


@dataclass(frozen=True)
class TrialGroup:
    """Finished trials that differ in the seed, and in what was searched, alone.

    Args:
        values: What they have alike, by name.
        count: How many there are.
        mean: Mean of what is made small [-].
        deviation: Standard deviation of it, that of a sample; None for one trial.
        lowest: The smallest.
        median: The middle one.
        highest: The largest.
        best: Name of the trial that has the smallest.
    """

    values: Mapping[str, object]
    count: int
    mean: float
    deviation: float | None
    lowest: float
    median: float
    highest: float
    best: str


@dataclass(frozen=True)
class SweepTable:
    """All trials of a sweep.

    Args:
        problem: Name of the problem.
        over: Names of what all values are tried of.
        search: Names of what is searched.
        goal: What is made small: error or loss.
        rows: The trials, in their order.
        about: What else is kept beside them: what the sweep was asked to be.
    """

    problem: str
    over: Sequence[str]
    search: Sequence[str]
    goal: str
    rows: Sequence[TrialRow]
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """Names of all that is varied."""
        return [*self.over, *self.search]

    @property
    def finished(self) -> list[TrialRow]:
        """Trials that are finished and have a number of what is made small."""
        rows = [row for row in self.rows if row.state == "finished"]
        return [row for row in rows if row.goal(self.goal) is not None]

    @property
    def best(self) -> TrialRow | None:
        """The finished trial with the smallest error or loss; None without one."""
        return min(self.finished, key=lambda row: row.goal(self.goal) or 0.0, default=None)

    @property
    def groups(self) -> list[TrialGroup]:
        """Finished trials that differ in the seed, and in what was searched, alone."""
        names = [name for name in self.over if name != "seed"]
        found: dict[str, list[TrialRow]] = {}
        for row in self.finished:
            key = json.dumps([row.values.get(name) for name in names])
            found.setdefault(key, []).append(row)
        return [self._group(names, rows) for rows in found.values()]

    def count(self, *states: str) -> int:
        """How many trials are in one of these states."""
        return sum(row.state in states for row in self.rows)

    def csv_text(self) -> str:
        """The rows as comma-separated values; lists as JSON has them."""
        text = io.StringIO()
        plain = [name for name in TrialRow.__dataclass_fields__ if name != "values"]
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([*plain[:2], *self.names, *plain[2:]])
        for row in self.rows:
            cells = [getattr(row, name) for name in plain]
            values = [_cell(row.values.get(name)) for name in self.names]
            writer.writerow([*cells[:2], *values, *("" if c is None else c for c in cells[2:])])
        return text.getvalue()

    def json_text(self) -> str:
        """All of it as JSON; numbers that are not finite are null."""
        told = {
            "format": _FORMAT,
            "problem": self.problem,
            "over": list(self.over),
            "search": list(self.search),
            "goal": self.goal,
            **self.about,
            "trials": [asdict(row) for row in self.rows],
            "groups": [asdict(group) for group in self.groups],
        }
        return json.dumps(without_nan(told), indent=2, allow_nan=False) + "\n"

    def _group(self, names: Sequence[str], rows: Sequence[TrialRow]) -> TrialGroup:
        numbers = [number for row in rows if (number := row.goal(self.goal)) is not None]
        best = min(rows, key=lambda row: row.goal(self.goal) or 0.0)
        return TrialGroup(
            {name: rows[0].values.get(name) for name in names},
            len(rows),
            statistics.fmean(numbers),
            statistics.stdev(numbers) if len(numbers) > 1 else None,
            min(numbers),
            statistics.median(numbers),
            max(numbers),
            best.trial,
        )


def read_sweep_table(folder: Path) -> SweepTable | None:
    """Read the table of a sweep.

    Args:
        folder: The folder of the sweep.

    Returns:
        The table; None where there is none.

    Raises:
        RunFolderError: If it is damaged.
    """
    path = folder / TABLE_JSON
    if not os.path.lexists(path):
        return None
    try:
        told = cast(dict[str, Any], read_json(read_plain_text(path, folder), _TABLE, "it"))
    except RunFolderError as error:
        raise RunFolderError(f"{path} is no table of a sweep of this package ({error})") from error
    rows = [TrialRow(**row) for row in told.pop("trials")]
    problem, over, search, goal = (told.pop(k) for k in ("problem", "over", "search", "goal"))
    about = {name: part for name, part in told.items() if name not in ("format", "groups")}
    return SweepTable(problem, over, search, goal, rows, about)


def _cell(value: object) -> object:
    return json.dumps(value) if isinstance(value, list | dict | bool) or value is None else value
