"""The page of the gallery: a table of all problems, then a card for each."""

from collections.abc import Iterator, Sequence
from statistics import median

from pinn_metakan.benchmarks.gallery.card import Card

_INTRODUCTION = """\
# Gallery

<!-- made by `pinn-metakan bench gallery` -->
<!-- fmt: off -->

Every problem that is shipped, solved by default settings: `pinn-metakan solve NAME`. Each picture
is what the default MetaKAN found, beside the reference and the error. `pinn-metakan show NAME`
prints parameters, domain and conditions; `pinn-metakan new my_problem --like NAME` starts a file of
your own from one. More problems, as users state them, are on the page of [cases](../cases.md).

The table has the largest relative L2 error of an unknown after {seconds:g} s of CPU time of one
thread, or where the run ended before, and how long was trained; float64, seed 0, {period}.
Machines, and what is not reached: [the library in two minutes](../results/library.md).
`pinn-metakan bench gallery` measures what is missing, a dash here, and writes this page anew.
"""


def table_lines(cards: Sequence[Card]) -> Iterator[str]:
    """The table of all problems in Markdown.

    Args:
        cards: The problems, which all have the same networks.

    Yields:
        Its lines.
    """
    titles = ["problem", "tags", *cards[0].results]
    yield f"| {' | '.join(titles)} |"
    yield "|" + "---|" * len(titles)
    for card in cards:
        yield f"| {' | '.join(card.row())} |"


def page_text(cards: Sequence[Card], seconds: float) -> str:
    """The page.

    Args:
        cards: The problems.
        seconds: CPU time that ended a run [s].

    Returns:
        Markdown.
    """
    results = [result for card in cards for result in card.results.values() if result]
    dates = sorted({result["date"] for result in results})
    period = dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
    told = ", ".join(
        f"{network} {size:.0f}"
        for network in cards[0].results
        if (size := _size(cards, network)) is not None
    )
    introduction = _INTRODUCTION.format(seconds=seconds, period=period)
    lines = [introduction, f"Parameters, in the median: {told}.", "", *table_lines(cards), ""]
    for card in cards:
        lines += card.lines()
    return "\n".join(lines)


def _size(cards: Sequence[Card], network: str) -> float | None:
    """Number of parameters of a network in the median over problems; None if none is known."""
    results = [card.results[network] for card in cards]
    sizes = [result["n_parameters"] for result in results if result]
    return median(sizes) if sizes else None
