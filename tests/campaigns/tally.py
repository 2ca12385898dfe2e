"""Many cases of a campaign, counted by what became of them."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from campaigns.campaign import Campaign, Outcome


@dataclass
class Tally:
    """Counts of outcomes, and the failures.

    Args:
        name: Of the campaign.
        seed: Of the campaign.
        counts: Of each outcome, by its name.
        failures: Numbers of cases that failed, and what became of them.
        seconds: How long it took.
        closing: What the campaign says of all cases together.
        has_just_failed: Whether the newest case is a failure.
    """

    name: str
    seed: int
    counts: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[int, Outcome]] = field(default_factory=list)
    seconds: float = 0.0
    closing: str = ""
    has_just_failed: bool = False

    def lines(self) -> Iterator[str]:
        """Counts by outcome; for each failure what it was and the line that repeats it."""
        total = sum(self.counts.values())
        yield f"{self.name}, seed {self.seed}: {total} cases in {self.seconds:.0f} s"
        failed = {outcome.name for _, outcome in self.failures}
        for name, count in self.counts.most_common():
            yield f"  {count:6d}  {name}{'  FAILED' if name in failed else ''}"
        if self.closing:
            yield f"  {self.closing}"
        for index in range(len(self.failures)):
            yield from self.failure_lines(index)

    def failure_lines(self, index: int) -> Iterator[str]:
        """What a failure was, and the line that repeats it."""
        number, outcome = self.failures[index]
        yield f"  {outcome.name}: {outcome.told[:400]}"
        yield f"    python tests/campaigns {self.name} --seed {self.seed} --case {number}"


def tallied(
    campaign: Campaign,
    name: str,
    seed: int,
    numbers: Iterable[int],
    folder: Path,
    seconds: float | None = None,
    tell: Callable[[Tally], None] = lambda tally: None,
) -> Tally:
    """Run cases until they or the seconds are over, or somebody presses Ctrl-C.

    Args:
        campaign: Whose cases.
        name: What it is called.
        seed: Of the campaign.
        numbers: Of the cases.
        folder: An empty folder to work in.
        seconds: After them no case begins any more; None for no limit.
        tell: Told the tally after each case.

    Returns:
        The counts.
    """
    tally, began = Tally(name, seed), time.monotonic()
    (folder / "shared").mkdir()
    campaign.prepare(folder / "shared")
    with suppress(KeyboardInterrupt):  # what was counted until then is told
        for number in numbers:
            if seconds is not None and time.monotonic() - began > seconds:
                break
            outcome = campaign.run_case(name, seed, number, folder)
            tally.counts[outcome.name] += 1
            tally.has_just_failed = outcome.name not in campaign.outcomes
            if tally.has_just_failed:
                tally.failures.append((number, outcome))
            tally.seconds, tally.closing = time.monotonic() - began, campaign.closing()
            tell(tally)
    return tally
