"""Where a run stands, for people: in words, and as a bar that rich draws."""

from dataclasses import dataclass

from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from pinn_metakan.training.progress import ProgressEntry

#: Least and most columns of the bar.
_NARROW, _WIDE = 8, 40


@dataclass(frozen=True)
class ProgressWords:
    """Where a run stands, in words.

    Args:
        where: Stage and step.
        left: How long it takes still.
        loss: The loss.
        errors: Errors of all unknowns.
        largest: The largest of them alone.
    """

    where: str
    left: str
    loss: str
    errors: str
    largest: str

    @classmethod
    def of(cls, entry: ProgressEntry) -> "ProgressWords":
        """Say where a run stands."""
        errors = [f"{name} {value:.2e}" for name, value in entry.errors.items()]
        worst = max(entry.errors, key=lambda name: entry.errors[name], default=None)
        return cls(
            f"{entry.stage} {entry.step}/{entry.total}",
            _left(entry),
            f"loss {entry.loss:.2e}",
            f"error of {', '.join(errors)}" if errors else "",
            "" if worst is None else f"largest error {entry.errors[worst]:.2e} of {worst}",
        )

    def line(self) -> str:
        """All of it in one line."""
        return " ".join(filter(None, [self.where, self.loss, self.errors, self.left]))

    def numbers(self, width: int) -> str:
        """Loss and errors in so many columns; where all do not fit the largest error, or none."""
        for errors in (self.errors, self.largest):
            text = "  ".join(filter(None, [self.loss, errors]))
            if len(text) <= width:
                return text
        return self.loss


def progress_view(entry: ProgressEntry, width: int) -> Table:
    """Draw where a run stands: two lines, the first with a bar.

    Args:
        entry: Where it stands.
        width: Columns.

    Returns:
        What rich shows in a terminal and in a notebook.
    """
    words = ProgressWords.of(entry)
    room = width - len(words.where) - len(words.left) - 2
    bar = ProgressBar(total=entry.total, completed=entry.step, width=max(min(room, _WIDE), 1))
    first = Table.grid(padding=(0, 1))
    is_roomy = room >= _NARROW
    first.add_row(words.where, *([bar] if is_roomy else []), words.left)
    view = Table.grid()
    view.add_row(first)
    view.add_row(Text(words.numbers(width), no_wrap=True, overflow="ellipsis"))
    return view


def _left(entry: ProgressEntry) -> str:
    """What is known of the rest: that of all stages, or else the budget's, or else this stage's."""
    rest, budget = entry.seconds_left, entry.budget_left
    if rest is not None:
        return f"left {duration(rest if budget is None else min(rest, budget))}"
    if budget is not None:
        return f"left at most {duration(budget)}"
    stage = entry.stage.rpartition(", ")[2]  # what stands before names the run of several
    return f"left {duration(entry.stage_seconds_left)} of {stage}"


def duration(seconds: float) -> str:
    """A time [s] in hours, minutes and seconds, for people."""
    minutes, rest = divmod(round(max(seconds, 0.0)), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
