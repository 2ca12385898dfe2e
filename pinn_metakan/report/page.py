"""The page of a run."""

from collections.abc import Iterator

from pinn_metakan.report.facts import RunFacts
from pinn_metakan.report.map_data import map_data
from pinn_metakan.report.markup import (
    Markup,
    data_script,
    document,
    element,
    image,
    section,
)
from pinn_metakan.report.sections import (
    how_section,
    quality_section,
    reproduce_section,
    what_section,
)
from pinn_metakan.results.estimates import estimates_of

#: Scripts of the page, each after what it uses.
_SCRIPTS = ("colors.js", "axes.js", "chart.js", "heatmap.js", "fields.js", "viewer.js")
#: Bytes of figures in one page; base64 makes a third more of them.
_MOST_FIGURE_BYTES = 1_500_000


def report_page(facts: RunFacts) -> str:
    """One HTML page with all that is known of a run; it loads nothing from anywhere.

    Args:
        facts: The run.

    Returns:
        HTML, at most 5 MB of it.

    Raises:
        RunFolderError: If what was stored is not as it was written.
    """
    fields = map_data(facts.field)
    explore = section(
        "Look closer",
        element("div", id="viewer"),
        element("noscript", "The interactive map needs JavaScript; the figures are below."),
        class_="full",
    )
    body = [
        element("header", *_header(facts)),
        element(
            "main",
            what_section(facts),
            quality_section(facts),
            explore if fields else "",
            section("Figures", element("div", *figures, class_="figures"), class_="full")
            if (figures := list(_figures(facts)))
            else "",
            how_section(facts),
            reproduce_section(facts),
        ),
        data_script("fields", fields),
    ]
    return document(f"{facts.text('problem')}, {facts.text('network')}", body, _SCRIPTS)


def _header(facts: RunFacts) -> Iterator[Markup]:
    attributes, field = facts.field.attributes, facts.field
    yield element("h1", facts.text("problem") or "A run")
    if facts.equation:
        yield element("p", facts.equation, class_="equation")
    chips = [facts.text("network"), f"{attributes.get('n_parameters', '?')} parameters"]
    for name, number in estimates_of(attributes).numbers.items():
        chips.append(number.line(name))
    for unknown, error in field.relative_l2.items():
        of_variation = field.relative_to_variation.get(unknown)
        chips.append(
            f"error of {unknown}: {error:.1e}"
            if of_variation is None
            else f"error of {unknown} relative to its variation: {of_variation:.1e}"
        )
    for unknown, distance in field.disagreement.items():
        if unknown not in field.relative_l2:
            chips.append(f"two networks differ in {unknown} by {distance:.1e}")
    if "date" in attributes:
        chips.append(facts.text("date").replace("T", " "))
    yield element("p", *(element("span", chip, class_="chip") for chip in chips))


def _figures(facts: RunFacts) -> Iterator[Markup]:
    room, left_out = _MOST_FIGURE_BYTES, []
    for name, content in (facts.figures or {}).items():
        if len(content) > room:
            left_out.append(name)
            continue
        room -= len(content)
        shown = image(content, "image/png", f"Figure {name}", loading="lazy")
        yield element("figure", shown, element("figcaption", name))
    if left_out:
        yield element("p", f"Too large for this page: {', '.join(left_out)}.", class_="quiet")
