"""The page of many runs: a table of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from pinn_metakan.report.facts import RunFacts
from pinn_metakan.report.markup import Markup, document, element, escaped, image, shown
from pinn_metakan.report.thumbnail import thumbnail

_COLUMNS = (
    "", "run", "problem", "its parameters", "network", "relative L2 error",
    "relative to variation", "largest error",
    "disagreement", "loss", "parameters", "steps", "seconds", "seed", "date", "ended by",
)  # fmt: skip
#: The column after them where runs are those of a sweep.
_VARIED = "varied"


@dataclass(frozen=True)
class IndexRow:
    """A run as the table shows it.

    Args:
        place: Its folder, below that of the page, with slashes.
        link: Its page, below that of this page.
        cells: HTML of the columns after the first two.
        picture: A PNG file, None for none.
        trouble: Why there is nothing else to show; empty for a run that was read.
        varied: What a sweep has varied in it; empty for a run of no sweep.
    """

    place: str
    link: str = ""
    cells: tuple[Markup, ...] = ()
    picture: bytes | None = None
    trouble: str = ""
    varied: str = ""


def index_row(facts: RunFacts, place: str, link: str, varied: str = "") -> IndexRow:
    """The row of a run.

    Args:
        facts: The run.
        place: Its folder, below that of the page.
        link: Its page, below that of this page.
        varied: What a sweep has varied in it; empty for a run of no sweep.

    Returns:
        The row; the field is not kept in it.
    """
    field, attributes = facts.field, facts.field.attributes
    seconds = attributes.get("seconds")
    cells = (
        _text(facts.text("problem")),
        _text(shown(facts.mapping("problem_parameters"))),
        _text(facts.text("network")),
        _worst(field.relative_l2),
        _worst(field.relative_to_variation),
        _worst(field.max_error),
        _worst(field.disagreement),
        _number(facts.loss),
        _number(attributes.get("n_parameters")),
        _number(facts.steps),
        _number(seconds, f"{seconds:.1f}" if isinstance(seconds, float) else None),
        _number(attributes.get("seed")),
        _text(facts.text("date").replace("T", " ")),
        _text(facts.text("stop_reason")),
    )
    return IndexRow(place, link, cells, thumbnail(field), varied=varied)


def index_page(title: str, rows: Sequence[IndexRow], figure: bytes | None = None) -> str:
    """One HTML page with a table that a click on a heading sorts.

    Args:
        title: Name of the folder.
        rows: The runs.
        figure: A PNG file of a sweep that they are the trials of; None for none.

    Returns:
        HTML.
    """
    is_sweep = any(row.varied for row in rows)
    columns = (*_COLUMNS[:2], _VARIED, *_COLUMNS[2:]) if is_sweep else _COLUMNS
    head = [
        element("th", element("button", name, type="button") if name else "", scope="col")
        for name in columns
    ]
    table = element(
        "table",
        element("thead", element("tr", *head)),
        element("tbody", *(_row(row, is_sweep) for row in rows)),
        id="runs",
    )
    filtering = Markup(
        '<label>Only runs with <input type="search" id="filter" placeholder="burgers kan"></label>'
    )
    count = f"{len(rows)} run{'' if len(rows) == 1 else 's'}"
    told = element("p", count, class_="quiet")
    drawn = "" if figure is None else image(figure, "image/png", f"Trials of {title}")
    listed = element(
        "section", drawn, filtering, element("div", table, class_="wide"), class_="full"
    )
    body = [
        element("header", element("h1", f"Runs in {title}"), told, class_="index"),
        element("main", listed, class_="index"),
    ]
    return document(f"Runs in {title}", body, ("runs.js",))


def _row(row: IndexRow, is_sweep: bool) -> Markup:
    picture = image(row.picture, "image/png", f"Solution of {row.place}") if row.picture else ""
    if row.trouble:
        count = len(_COLUMNS) - 2 + is_sweep
        told = Markup(f'<td colspan="{count}">{escaped(row.trouble)}</td>')
        first = element("th", row.place, scope="row")
        return element("tr", element("td", picture), first, told, class_="broken")
    link = element("a", row.place, href=f"./{quote(row.link)}")
    cells = [_text(row.varied), *row.cells] if is_sweep else row.cells
    return element("tr", element("td", picture), element("th", link, scope="row"), *cells)


def _text(text: str) -> Markup:
    return element("td", text)


def _number(value: object, told: str | None = None) -> Markup:
    """A cell that is sorted by its number."""
    if not isinstance(value, int | float):
        return element("td", "", data_value="")
    return element("td", told or value, data_value=repr(value), class_="number")


def _worst(by_unknown: Mapping[str, float]) -> Markup:
    """The number of each unknown, sorted by the largest."""
    if not by_unknown:
        return _number(None)
    is_one = len(by_unknown) == 1
    told = (f"{'' if is_one else name} {value:.2e}" for name, value in by_unknown.items())
    return _number(max(by_unknown.values()), "\n".join(told).strip())
