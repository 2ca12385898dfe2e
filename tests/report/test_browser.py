"""Pages as a browser shows them: drawn, moved over, clicked, narrow and wide, light and dark."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from small_fields import HOSTILE, hostile_field, small_field

from pinn_metakan.report.facts import RunFacts
from pinn_metakan.report.index_page import IndexRow, index_page, index_row
from pinn_metakan.report.page import report_page

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="there is no chromium"),
]
#: The pixels of the canvas that have the color of what lies in the middle of the map, in one word.
PIXELS = "c => c.toDataURL()"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        found = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def show(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """Open a page of some text; it must neither complain nor ask for anything."""
    troubles: list[str] = []
    contexts = []

    def opened(text: str, width: int = 1300, scheme: str = "light") -> Any:
        path = tmp_path / "page.html"
        path.write_text(text, encoding="utf-8")
        size = {"width": width, "height": 800}
        context = browser.new_context(viewport=size, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "request",
            lambda r: (
                None if r.url.startswith(("data:", path.as_uri())) else troubles.append(r.url)
            ),
        )
        page.goto(path.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert troubles == []


def readout(page: Any) -> str:
    return str(page.inner_text("#viewer .readout")).replace("\u2212", "-")


def place(page: Any, s: float, r: float) -> dict[str, float]:
    """A place on the canvas, from left and from above, as parts of it."""
    box = page.locator("#viewer canvas.map").bounding_box()
    return {"x": s * box["width"], "y": r * box["height"]}


def test_a_pointer_shows_values_and_a_click_shows_profiles(show: Any) -> None:
    page = show(report_page(RunFacts(small_field(41, 31))))
    chart = page.locator("#viewer .profiles canvas").first
    before = chart.evaluate(PIXELS)
    page.locator("#viewer canvas.map").hover(position=place(page, 0.3, 0.3))
    over = readout(page)
    assert "reference = " in over
    assert "error = " in over
    assert chart.evaluate(PIXELS) == before  # a pointer that only passes by leaves them
    page.locator("#viewer canvas.map").click(position=place(page, 0.3, 0.3))
    assert readout(page) == over
    assert chart.evaluate(PIXELS) != before
    assert f"at t = {over.split('t = ')[1].split(':')[0]}" in chart.get_attribute("aria-label")


def test_the_values_under_a_pointer_are_those_of_the_field(show: Any) -> None:
    field = small_field(41, 31)
    page = show(report_page(RunFacts(field)))
    page.click("#viewer button.worst")
    assert readout(page).startswith("x = 1, t = 1: u = ")
    assert "error = 1.00e-7" in readout(page)
    page.locator("#viewer canvas.map").focus()
    for key in ["ArrowLeft"] * 20 + ["ArrowDown"] * 15:
        page.keyboard.press(key)
    assert readout(page).startswith("x = 0.5, t = 0.5: u = 0.6065, reference = 0.6065, error = 2.5")


def test_each_quantity_is_drawn_with_colors_of_its_own(show: Any) -> None:
    page = show(report_page(RunFacts(small_field(41, 31))))
    canvas, seen = page.locator("#viewer canvas.map"), set()
    buttons = page.locator("#viewer button[data-quantity]")
    names = buttons.all_inner_texts()
    assert names == ["solution", "reference", "error", "log10 |error|", "residual of heat"]
    for name in names:
        page.click(f'button[data-quantity="{name}"]')
        assert page.locator('#viewer button[aria-pressed="true"]').inner_text() == name
        seen.add(canvas.evaluate(PIXELS))
    assert len(seen) == len(names)


def test_a_slider_and_a_button_move_through_time(show: Any) -> None:
    page = show(report_page(RunFacts(small_field(9, 8, 6))))
    canvas = page.locator("#viewer canvas.map")
    first = canvas.evaluate(PIXELS)
    assert ", t = 0:" in readout(page)
    page.locator('#viewer input[type="range"]').fill("5")
    assert ", t = 1:" in readout(page)
    assert canvas.evaluate(PIXELS) != first
    assert page.locator("#viewer .profiles canvas").count() == 3
    page.click("#viewer button.play")
    playwright.expect(page.locator("#viewer output")).not_to_have_text("1")
    page.click("#viewer button.play")
    page.locator("#viewer select").first.select_option(label="t")  # t across, y up
    assert page.locator('#viewer input[type="range"]').get_attribute("data-axis") == "x"


@pytest.mark.parametrize("sizes", [(41, 31), (9, 8, 6), (50,)])
@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1600, "light")])
def test_a_page_fits_a_phone_and_a_wide_screen(
    sizes: tuple[int, ...], width: int, scheme: str, show: Any
) -> None:
    field = small_field(*sizes, has_time=len(sizes) > 1, stop_reason="lm: all steps taken " * 9)
    page = show(report_page(RunFacts(field, command="pinn-metakan solve " * 20)), width, scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("#viewer canvas.map").bounding_box()["width"] > 250
    page.locator("#viewer canvas.map").click(position=place(page, 0.5, 0.5))
    assert "u = " in readout(page)
    colors = page.evaluate(
        "(({color, backgroundColor}) => [color, backgroundColor])(getComputedStyle(document.body))"
    )
    light, dark = colors if scheme == "dark" else colors[::-1]
    brightness = [sum(map(int, c.removeprefix("rgb(")[:-1].split(","))) for c in (light, dark)]
    assert brightness[0] - brightness[1] > 500


def test_what_a_hostile_problem_says_is_text(show: Any) -> None:
    known = dict.fromkeys(("problem", "network", "stop_reason", "problem_source"), HOSTILE)
    known["description"] = json.dumps({"text": HOSTILE, "conditions": {HOSTILE: HOSTILE}})
    facts = RunFacts(hostile_field(known), [HOSTILE], HOSTILE, HOSTILE)
    page = show(report_page(facts))
    assert page.inner_text("h1") == HOSTILE
    assert HOSTILE in readout(page)
    assert page.evaluate("window.hit") is None
    listed = show(index_page(HOSTILE, [index_row(facts, HOSTILE, HOSTILE)]))
    assert listed.inner_text("#runs a") == HOSTILE
    assert listed.evaluate("window.hit") is None


def test_a_script_that_got_in_would_not_run(browser: Any, tmp_path: Path) -> None:
    text = report_page(RunFacts(small_field(5, 4))).replace(
        "<main>", "<main><script>window.hit = 1</script><img src=x onerror='window.hit = 1'>"
    )
    (tmp_path / "page.html").write_text(text)
    page = browser.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    assert page.locator("#viewer canvas").count() == 3  # the page's own script runs
    assert page.evaluate("window.hit") is None
    page.close()


def test_a_table_of_runs_is_sorted_and_filtered(show: Any) -> None:
    rows = [
        index_row(
            RunFacts(small_field(5, 4, problem=name, n_parameters=n)), f"{name}/run", "p.html"
        )
        for name, n in (("heat", 120), ("burgers", 9), ("wave", 30))
    ]
    page = show(index_page("outputs", [IndexRow("a/cut", trouble="is damaged"), *rows]))

    def order() -> list[str]:
        return list(page.locator("#runs tbody tr:visible th").all_inner_texts())

    page.click('#runs button:text-is("parameters")')
    assert order() == ["burgers/run", "wave/run", "heat/run", "a/cut"]
    page.click('#runs button:text-is("parameters")')
    assert order() == ["heat/run", "wave/run", "burgers/run", "a/cut"]
    page.click('#runs button:text-is("problem")')
    assert order() == ["burgers/run", "heat/run", "wave/run", "a/cut"]
    page.fill("#filter", "kan wa")
    assert order() == ["wave/run"]
    assert page.locator("#runs a").first.get_attribute("href") == "./p.html"
    assert page.locator("#runs img").first.evaluate("i => i.naturalWidth") == 96
