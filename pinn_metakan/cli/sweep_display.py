"""What the command line shows while a sweep goes on, and in the end."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from pinn_metakan.cli.output import print_lines, tell
from pinn_metakan.cli.table import plain_rows
from pinn_metakan.runs.progress_view import duration
from pinn_metakan.sweeps.axes import shown

if TYPE_CHECKING:
    from pinn_metakan.results.sweep_table import SweepTable, TrialGroup, TrialRow
    from pinn_metakan.sweeps.ledger import Attempt
    from pinn_metakan.sweeps.progress import SweepProgress

#: Columns of the bar.
_WIDE = 40


class SweepDisplay:
    """Shows a sweep: a bar and what is trained in a terminal, a line for each trial in a pipe.

    Args:
        on_error: Whether standard error takes all of it, so that standard output is for a table.
        is_quiet: Whether nothing is shown.
    """

    def __init__(self, *, on_error: bool, is_quiet: bool):
        self._on_error = on_error
        self._is_quiet = is_quiet
        self._console = Console(file=sys.stderr if on_error else sys.stdout, highlight=False)
        self._live: Live | None = None
        self._over: set[int] = set()
        self._is_first = True

    def __enter__(self) -> "SweepDisplay":
        return self

    def __exit__(self, *exception: object) -> None:
        if self._live is not None:
            self._live.stop()

    def announce(self, facts: list[tuple[str, str]]) -> None:
        """Print what a sweep is."""
        if self._is_quiet:
            return
        self._print(plain_rows(facts))
        if self._console.is_terminal:
            self._live = Live("", console=self._console, refresh_per_second=4)
            self._live.start()

    def progress(self, now: "SweepProgress") -> None:
        """Show where a sweep stands."""
        new = [attempt for attempt in now.over if attempt.trial not in self._over]
        self._over.update(attempt.trial for attempt in new)
        if self._is_quiet:
            return
        if self._live is not None:
            self._live.update(sweep_view(now))
        elif not self._is_first:  # those of earlier calls are in the table
            for attempt in new:
                self._print([_line(now, attempt)])
        self._is_first = False

    def _print(self, lines: list[str]) -> None:
        if self._on_error:
            for line in lines:
                tell(line)
        else:
            print_lines(lines)


def trial_lines(table: "SweepTable") -> tuple[list[str], list[list[str]]]:
    """The table of all trials.

    Args:
        table: The trials.

    Returns:
        Headings and rows.
    """
    headings = ["trial", *table.names, table.goal, "loss", "parameters", "steps", "seconds", ""]
    if table.goal == "loss":
        headings.remove("loss")
    return headings, [_cells(table, row) for row in table.rows]


def group_lines(table: "SweepTable") -> Iterator[str]:
    """What trials that differ in the seed and in what was searched have reached.

    Args:
        table: The trials.

    Yields:
        A line for each group of several.
    """
    groups = table.groups
    for group in groups:
        if table.search and len(groups) > 1:
            values = ", ".join(f"{name} {shown(value)}" for name, value in group.values.items())
            yield f"{values or 'all seeds'}: best {group.best}, {table.goal} {group.lowest:.3e}"
        elif group.count > 1 and not table.search:
            yield _group_line(table, group)
    best = table.best
    if best is not None:
        told = best.told()
        yield f"best: {best.trial}, {table.goal} {best.goal(table.goal):.3e}, {told}"


def _group_line(table: "SweepTable", group: "TrialGroup") -> str:
    values = ", ".join(f"{name} {shown(value)}" for name, value in group.values.items())
    spread = "" if group.deviation is None else f" +- {group.deviation:.1e}"
    return (
        f"{values or 'all'}: {table.goal} {group.mean:.2e}{spread} (mean and standard deviation of "
        f"{group.count}), median {group.median:.2e}, {group.lowest:.2e} to {group.highest:.2e}"
    )


def _cells(table: "SweepTable", row: "TrialRow") -> list[str]:
    values = [shown(row.values[n]) if n in row.values else "-" for n in table.names]
    goals = [row.goal(table.goal)] if table.goal == "loss" else [row.error, row.loss]
    numbers = [f"{value:.3e}" if value is not None else "-" for value in goals]
    counts = ["-" if n is None else str(n) for n in (row.parameters, row.steps)]
    seconds = "-" if row.seconds is None else f"{row.seconds:.1f}"
    end = (
        row.verdict
        if row.state == "finished"
        else ": ".join(filter(None, [row.state, row.message]))
    )
    return [row.trial, *values, *numbers, *counts, seconds, end]


def _line(now: "SweepProgress", attempt: "Attempt") -> str:
    row = now.row(attempt.trial)
    told = [row.state]
    for name, value in (("error", row.error), ("loss", row.loss)):
        told += [f"{name} {value:.2e}"] if value is not None else []
    told += [f"{row.seconds:.1f} s"] if row.seconds is not None else []
    told += [row.message] if row.message else []
    count = f"{len(now.over)} of {now.plan.count} trials over"
    return f"{row.trial} {row.told()}: {', '.join(told)}; {count}{_left(now)}"


def _left(now: "SweepProgress") -> str:
    left = now.seconds_left
    return f", left {duration(left)}" if left else ""


def sweep_view(now: "SweepProgress") -> Table:
    """Draw where a sweep stands: a bar of the whole, and a line for each trial that is trained.

    Args:
        now: Where it stands.

    Returns:
        What rich shows in a terminal.
    """
    over = len(now.over)
    first = Table.grid(padding=(0, 1))
    bar = ProgressBar(total=now.plan.count, completed=over, width=_WIDE)
    first.add_row(f"{over} of {now.plan.count} trials", bar, _left(now).removeprefix(", "))
    view = Table.grid()
    view.add_row(first)
    best = now.table({}).best
    if best is not None:
        goal = f"best {now.plan.goal} {best.goal(now.plan.goal):.2e}"
        view.add_row(Text(f"{goal} ({best.trial}: {best.told()})", no_wrap=True))
    for attempt in now.running:
        view.add_row(Text(_running(now, attempt), no_wrap=True, overflow="ellipsis"))
    return view


def _running(now: "SweepProgress", attempt: "Attempt") -> str:
    row, beat = now.row(attempt.trial), attempt.beat
    words = [f"{attempt.label} {row.told()}:"]
    if "stage" in beat:
        words.append(f"{beat['stage']} {beat['step']}/{beat['total']} loss {beat['loss']:.2e}")
        words += [f"error of {name} {error:.2e}" for name, error in beat["errors"].items()]
    else:
        words.append("starting")
    return " ".join(words)
