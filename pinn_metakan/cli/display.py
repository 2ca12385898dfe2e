"""What the command line shows while a run goes on."""

from collections.abc import Mapping

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from pinn_metakan.cli.output import print_lines
from pinn_metakan.training.progress import ProgressEntry

#: Lines of progress when the output is no terminal come at most so often [s].
_PLAIN_SECONDS = 10.0


class Display:
    """Shows facts and progress: a bar in a terminal, a line now and then in a pipe."""

    def __init__(self) -> None:
        self._console = Console(highlight=False)
        self._bar: Progress | None = None
        self._last = -float("inf")

    def __enter__(self) -> "Display":
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop_bar()

    def announce(self, facts: list[tuple[str, str]]) -> None:
        """Print what a run uses, and begin to show where it stands."""
        self._stop_bar()
        self._last = -float("inf")
        width = max(len(name) for name, _ in facts)
        print_lines(f"{name:{width}}  {text}" for name, text in facts)
        if self._console.is_terminal:
            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                TextColumn("{task.fields[state]}"),
            )
            self._bar = Progress(*columns, console=self._console)
            self._bar.start()
            self._task = self._bar.add_task("starting", total=None, state="")

    def progress(self, report: ProgressEntry) -> None:
        """Show where the run stands."""
        text = (
            f"loss {report.loss:.2e}{_errors(report.errors)} left {_duration(report.seconds_left)}"
        )
        where = f"{report.stage} {report.step}/{report.total}"
        if self._bar is not None:
            self._bar.update(
                self._task,
                description=where,
                completed=report.step,
                total=report.total,
                state=text,
            )
        elif report.seconds - self._last >= _PLAIN_SECONDS or report.step == report.total:
            self._last = report.seconds
            print_lines([f"{where} {text}"])

    def _stop_bar(self) -> None:
        if self._bar is not None:
            self._bar.stop()


def _errors(errors: Mapping[str, float]) -> str:
    return "".join(f" error of {name} {value:.2e}" for name, value in errors.items())


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
