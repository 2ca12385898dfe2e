"""The page of a run: what it tells, what it loads, what cannot be put into it."""

import base64
import json
import re
import time
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from small_fields import HOSTILE, hostile_field, small_field

from pinn_metakan.errors import RunFolderError
from pinn_metakan.plotting.style import headline
from pinn_metakan.report.facts import RunFacts, docstring_in
from pinn_metakan.report.map_data import map_data
from pinn_metakan.report.page import report_page
from pinn_metakan.report.thumbnail import thumbnail


class Elements(HTMLParser):
    """The elements of a page, and its text outside of scripts and styles."""

    def __init__(self, page: str):
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open = tag

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        self.text += data if self._open not in ("script", "style") else ""


def embedded(page: str) -> dict[str, object]:
    """The fields in a page."""
    found = re.search(r'<script type="application/json" id="fields">(.*?)</script>', page)
    assert found is not None
    return dict(json.loads(found[1]))


def unpacked(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype="<f4")


def test_a_page_tells_the_error_of_the_variation_where_an_offset_dominates() -> None:
    field = small_field(5, 4)
    grid = field.grid
    u, v = grid.values["u"] + 350.0, grid.references["u"] + 350.0
    warm = replace(field, grid=replace(grid, values={"u": u}, references={"u": v}))
    error = warm.relative_to_variation["u"]
    assert error > 100 * warm.relative_l2["u"]
    text = Elements(report_page(RunFacts(warm))).text
    assert f"error of u relative to its variation: {error:.1e}" in text
    assert f"relative to its variation {error:.1e}" in headline(warm)
    assert "variation" not in Elements(report_page(RunFacts(field))).text


def test_a_page_tells_what_was_solved_how_and_how_well() -> None:
    norm = {
        "root_mean_square": 2e-3, "largest": 5e-3, "relative_root_mean_square": 5e-4,
        "relative_largest": 1.25e-3, "size": 4.0,
    }  # fmt: skip
    told = {
        "text": "u_t = u_xx\n\nMore.",
        "domain": "Interval(0.0, 1.0)",
        "conditions": {"walls": "Dirichlet(u=0.0)"},
        "choices": {"points": "60 for residual (sobol)", "device": "cpu"},
    }
    field = small_field(
        5, 4,
        description=json.dumps(told),
        problem_parameters='{"diffusivity": 0.25}',
        residual_norms=json.dumps({"heat": norm, "walls_u": "exact"}),
        settings='{"stages": ["adam", "lm"], "adam": {"steps": 0}, "lm": {"steps": 9}}',
        stop_reason="lm: all 9 steps taken", advice="limited by steps; try more",
        versions='{"torch": "2.13.0"}', problem_source="class Heat: pass", seed=3,
    )  # fmt: skip
    facts = RunFacts(field, ["a note"], "pinn-metakan solve heat --seed 3", "my run")
    text = Elements(report_page(facts)).text
    for part in (
        "u_t = u_xx", "Interval(0.0, 1.0)", "condition walls", "Dirichlet(u=0.0)",
        "parameter diffusivity", "0.25", "60 for residual (sobol)", "temperature",
        "0.002", "5.00e-04", "exact, by construction",
        "lm: all 9 steps taken", "limited by steps; try more", "a note",
        "lm (at most 9 steps)", "2.13.0", "class Heat: pass",
        "pinn-metakan solve heat --seed 3", "pinn-metakan rerun 'my run'",
        "loss on fresh points over that on trained ones3",
    ):  # fmt: skip
        assert part in text, part
    assert "adam (at most" not in text  # a stage of no steps


def test_a_page_loads_nothing_and_runs_only_its_own_script() -> None:
    page = report_page(RunFacts(small_field(5, 4), figures={"solution.png": b"\x89PNG\r\n\x1a\n"}))
    tags = Elements(page).tags
    sources = [v for _, attributes in tags for k, v in attributes.items() if k in ("src", "href")]
    assert sources
    assert all(str(source).startswith("data:image/png;base64,") for source in sources)
    (policy,) = [a["content"] for t, a in tags if t == "meta" and "http-equiv" in a]
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert not re.search(r"https?://|@import|url\(", page)
    assert not [k for _, attributes in tags for k in attributes if k.startswith("on")]


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"description": json.dumps({"text": HOSTILE, "domain": HOSTILE})},
        {"problem_source": f'class A:\n    """{HOSTILE} """'},
    ],
)
def test_no_text_of_a_run_becomes_an_element(attributes: dict[str, str]) -> None:
    known = dict.fromkeys(
        ("problem", "network", "stop_reason", "advice", "date", "device", "platform"), HOSTILE
    )
    tables = {
        "settings": json.dumps({HOSTILE: {HOSTILE: HOSTILE}, "stages": [HOSTILE]}),
        "problem_parameters": json.dumps({HOSTILE: [HOSTILE]}),
        "versions": json.dumps({HOSTILE: HOSTILE}),
        "second_opinion": json.dumps({HOSTILE: HOSTILE}),
        "residual_norms": json.dumps({HOSTILE: "exact"}),
    }
    field = hostile_field(known | tables | attributes)
    page = report_page(RunFacts(field, [HOSTILE], HOSTILE, HOSTILE, {HOSTILE: b""}))
    plain = report_page(RunFacts(small_field(5, 4), ["n"], "c", "f", {"solution.png": b""}))
    scripts = [a for t, a in Elements(page).tags if t == "script"]
    assert len(scripts) == len([a for t, a in Elements(plain).tags if t == "script"]) == 2
    assert {tag for tag, _ in Elements(page).tags} & {"b", "svg", "iframe"} <= {"b"}
    assert [a for t, a in Elements(page).tags if t == "img" and a.get("src") == "x"] == []
    assert "window.hit=1</script>" not in page
    axes = embedded(page)["axes"]
    assert isinstance(axes, list)
    assert axes[0]["name"] == HOSTILE + "x"  # the text itself is unharmed


@pytest.mark.parametrize("name", ["settings", "versions", "problem_parameters", "description"])
@pytest.mark.parametrize("text", ["[1]", "{", "[" * 10_000])
def test_a_table_that_was_changed_is_refused(name: str, text: str) -> None:
    with pytest.raises(RunFolderError, match=f"the attribute '{name}' of the solution is not as"):
        report_page(RunFacts(small_field(5, 4, **{name: text})))


def test_the_map_has_the_numbers_of_the_field() -> None:
    field = small_field(7, 5)
    data = map_data(field)
    (unknown,) = data["unknowns"]  # type: ignore[misc]
    found = {q["name"]: unpacked(q["data"]).reshape(7, 5) for q in unknown["quantities"]}
    assert list(found) == ["solution", "reference", "error", "residual of heat"]
    np.testing.assert_allclose(found["solution"], field.grid.values["u"], rtol=1e-6)
    np.testing.assert_allclose(found["error"], field.grid.errors["u"], rtol=1e-6)  # not u - v
    assert unknown["label"] == "temperature [K]"
    assert unknown["worst"]["at"] == [1.0, 1.0]
    assert unknown["worst"]["value"] == pytest.approx(1e-7)
    assert not data["isThinned"]


def test_a_large_field_is_thinned_with_its_ends_and_its_page_is_small_and_soon_made() -> None:
    field = small_field(120, 110, 100)
    figures = {"solution.png": b"\x89" * 1_400_000, "history.png": b"\x89" * 200_000}
    begin = time.process_time()
    page = report_page(RunFacts(field, figures=figures))
    assert time.process_time() - begin < 2
    assert len(page) < 5_000_000
    assert "Too large for this page: history.png" in page
    data = embedded(page)
    axes = data["axes"]
    assert isinstance(axes, list)
    for axis in axes:
        assert (axis["values"][0], axis["values"][-1]) == (0.0, 1.0)
        assert 40 < len(axis["values"]) < 100
    assert [axis["isTime"] for axis in axes] == [False, False, True]
    assert data["isThinned"]


def test_a_field_of_nothing_but_nan_has_a_page() -> None:
    field = small_field(5, 4)
    for values in (*field.grid.values.values(), *field.grid.references.values()):
        values[...] = np.nan
    assert "<h1>heat</h1>" in report_page(RunFacts(field))


def test_an_infinite_value_and_a_text_beyond_unicode_have_a_page() -> None:
    field = small_field(5, 4, description=json.dumps({"text": "\ud800 u = 0"}))
    field.grid.values["u"][2, 2] = np.inf
    page = report_page(RunFacts(field))
    assert page.encode()
    assert "? u = 0" in page


def test_a_text_of_many_megabytes_is_cut() -> None:
    page = report_page(RunFacts(small_field(5, 4, problem_source=f"# {77 * 'x'}\n" * 75_000)))
    assert len(page) < 400_000
    assert "... (cut here)" in page


def test_a_parameter_is_told_from_space_and_time() -> None:
    field = replace(small_field(6, 5, 4, has_time=True), solution_parameters=("x",))
    axes = map_data(field)["axes"]
    assert isinstance(axes, list)
    assert [axis["isParameter"] for axis in axes] == [True, False, False]
    picture = thumbnail(field)
    assert picture is not None
    assert picture.startswith(b"\x89PNG")


def test_a_docstring_is_found_without_running_the_source() -> None:
    source = 'raise SystemExit\nclass A:\n    pass\nclass B:\n    """u = 0"""\n'
    assert docstring_in(source) == "u = 0"
    assert docstring_in('"""Of the file."""') == "Of the file."
    assert docstring_in("no python at all (") == docstring_in("\0") == ""
    assert docstring_in("(" * 100_000) == ""
