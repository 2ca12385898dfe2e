"""Tables: by rich in a terminal, plain lines where output is piped."""

import sys
from collections.abc import Sequence

from pinn_metakan.cli.output import print_lines
from pinn_metakan.errors import printable


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows of text.

    Args:
        headings: One for each column; a pipe gets none.
        rows: The first column names what a row is about.
    """
    if not sys.stdout.isatty():
        print_lines(plain_rows(rows))
        return
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*headings, box=SIMPLE_HEAD, pad_edge=False)
    for name, *rest in rows:
        table.add_row(
            Text(printable(name), style="bold", no_wrap=True),
            *(Text(printable(cell)) for cell in rest),
        )
    Console(highlight=False).print(table)


def plain_rows(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of aligned columns, whole and without colors, the last one as long as it is."""
    count = max(map(len, rows), default=0)
    widths = [max(len(row[column]) for row in rows) for column in range(count - 1)]
    return [
        "  ".join([*(f"{text:{w}}" for text, w in zip(row, widths, strict=False)), row[-1]])
        for row in rows
    ]
