"""A card of the gallery: what a problem is, its picture, and what each network reached."""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pinn_metakan.pde.problem import Problem

#: Headings of the table of a card.
_COLUMNS = ("network", "parameters", "relative L2 error", "trained [s CPU]", "why it ended")


@dataclass(frozen=True)
class Card:
    """One problem.

    Args:
        problem: The problem.
        results: What each network reached, by its name; None for what has not been measured.
        picture: Name of the file of the figure.
        source: Path of the file of the problem, from the top of the checkout.
    """

    problem: Problem
    results: Mapping[str, Mapping[str, Any] | None]
    picture: str
    source: str

    @property
    def name(self) -> str:
        """Name of the problem."""
        return self.problem.origin.name

    def row(self) -> list[str]:
        """Cells of the table of all problems: a link, tags, and a pair per network."""
        link = f"[{self.name}](#{self.name})"
        tags = ", ".join(self.problem.tags)
        return [link, tags, *(_in_short(result) for result in self.results.values())]

    def lines(self) -> list[str]:
        """The card in Markdown."""
        what, equation = _first_line(self.problem.origin.source), _statement(self.problem)
        return [
            f"## {self.name}",
            "",
            *self._picture(),
            what,
            "",
            f"`{equation}`",
            "",
            *self._table(),
            "```bash",
            f"pinn-metakan solve {self.name}",
            "```",
            "",
            f'??? example "{self.source}"',
            "",
            "    ```python",
            f'    --8<-- "{self.source}"',
            "    ```",
            "",
        ]

    def _picture(self) -> list[str]:
        """The picture; none before the first network has been measured."""
        if next(iter(self.results.values())) is None:
            return []
        return [f"![{self.name}: solution, reference and error]({self.picture})", ""]

    def _table(self) -> list[str]:
        """What the networks reached; none before any has been measured."""
        rows = [_result_row(name, result) for name, result in self.results.items() if result]
        head = [f"| {' | '.join(_COLUMNS)} |", "|" + "---|" * len(_COLUMNS)]
        return [*head, *rows, ""] if rows else []


def largest_error(result: Mapping[str, Any]) -> float:
    """The largest relative L2 error of an unknown."""
    return max(map(float, result["errors"].values()))


def _in_short(result: Mapping[str, Any] | None) -> str:
    if result is None:
        return "-"
    return f"{largest_error(result):.1e}, {result['trained']:.0f} s"


def _result_row(network: str, result: Mapping[str, Any]) -> str:
    errors = ", ".join(_named_error(*item) for item in result["errors"].items())
    cells = [network, str(result["n_parameters"]), errors, f"{result['trained']:.0f}"]
    return f"| {' | '.join([*cells, result['stop_reason']])} |"


def _named_error(unknown: str, error: float) -> str:
    return f"{unknown} {error:.1e}"


def _first_line(source: str) -> str:
    """What the file says in its first line."""
    first = source.lstrip().splitlines()[0] if source.strip() else ""
    return first.strip("\"'")


def _statement(problem: Problem) -> str:
    """The equation with its conditions: the first paragraph of the docstring of the class."""
    text = inspect.getdoc(type(problem)) or ""
    paragraph: Sequence[str] = text.split("\n\n")[0].splitlines()
    return " ".join(line.strip() for line in paragraph)
