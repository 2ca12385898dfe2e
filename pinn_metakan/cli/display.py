"""What the command line shows while a run goes on."""

import logging
import sys

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from pinn_metakan.cli.output import print_lines, tell
from pinn_metakan.cli.table import plain_rows
from pinn_metakan.errors import printable
from pinn_metakan.runs.progress_view import ProgressWords, progress_view
from pinn_metakan.training.progress import ProgressEntry

#: Lines of progress when the output is no terminal come at most so often [s].
_PLAIN_SECONDS = 10.0
#: What the package logs to.
_LOGGER = logging.getLogger("pinn_metakan")


class Display:
    """Shows facts and progress: a bar in a terminal, a line now and then in a pipe.

    Args:
        on_error: Whether standard error takes all of it, so that standard output is for a report.
        is_quiet: Whether nothing is shown.
        shows_each: Whether each entry of the history is a line of its own, and what the package
            logs goes to standard error.
    """

    def __init__(
        self, *, on_error: bool = False, is_quiet: bool = False, shows_each: bool = False
    ) -> None:
        self._on_error = on_error
        self._is_quiet = is_quiet
        self._shows_each = shows_each
        self._console = Console(file=sys.stderr if on_error else sys.stdout, highlight=False)
        self._log: logging.Handler | None = None
        self._live: Live | None = None
        self._shown: ProgressEntry | None = None
        self._last = -float("inf")

    def __enter__(self) -> "Display":
        if self._shows_each:
            self._log = logging.StreamHandler(sys.stderr)
            self._log.setFormatter(logging.Formatter("%(name)s: %(message)s"))
            _LOGGER.addHandler(self._log)
            _LOGGER.setLevel(logging.DEBUG)
        return self

    def __exit__(self, kind: type[BaseException] | None, *exception: object) -> None:
        self._end_bar(is_done=kind is None)
        if self._log is not None:
            _LOGGER.removeHandler(self._log)
            _LOGGER.setLevel(logging.NOTSET)

    def announce(self, facts: list[tuple[str, str]]) -> None:
        """Print what a run uses, and begin to show where it stands."""
        self._end_bar(is_done=True)
        self._last = -float("inf")
        if self._is_quiet:
            return
        if not self._console.is_terminal:
            self._print(plain_rows(facts))
            return
        table = Table.grid(padding=(0, 2))
        for name, text in facts:
            shown = Text(printable(name), style="bold", no_wrap=True)
            table.add_row(shown, Text(printable(text)))
        self._console.print(table)
        if not self._shows_each:
            self._live = Live("starting", console=self._console, refresh_per_second=4)
            self._live.start()

    def progress(self, entry: ProgressEntry) -> None:
        """Show where the run stands."""
        if self._is_quiet:
            return
        self._shown = entry
        if self._live is not None:
            self._live.update(progress_view(entry, self._console.width))
            return
        is_due = entry.seconds - self._last >= _PLAIN_SECONDS or entry.step == entry.total
        if is_due or self._shows_each:
            self._last = entry.seconds
            self._print([ProgressWords.of(entry).line()])

    def _end_bar(self, is_done: bool) -> None:
        """Leave the bar where training has ended: full, unless it was broken off."""
        if self._live is None:
            return
        shown = self._shown
        if shown is not None:
            total = shown.step if is_done else shown.total
            ended = ProgressEntry(
                shown.stage, shown.step, total, shown.loss, shown.errors, shown.seconds, 0.0
            )
            self._live.update(progress_view(ended if is_done else shown, self._console.width))
        self._live.stop()
        self._live = self._shown = None

    def _print(self, lines: list[str]) -> None:
        if self._on_error:
            for line in lines:
                tell(line)
        else:
            print_lines(lines)
