"""The site of docs/: what its pages say can be run, its links lead somewhere, it loads nothing."""

import ast
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import typer
from documents import blocks, commands, shell_lines
from small_runs import SHIPPED

import pinn_metakan
from pinn_metakan.cli.app import app

ROOT = SHIPPED.parent
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
CONFIGURATION = tomllib.loads((ROOT / "zensical.toml").read_text())["project"]
#: The command of the README, and of .ci/run.
BUILD = "zensical build --clean --strict"
#: Elements that make a browser load something, and the attribute that says what.
LOADED = {
    **dict.fromkeys(("script", "img", "iframe", "source", "video", "audio", "embed"), "src"),
    "link": "href",
}


def name_of(page: Path) -> str:
    return page.relative_to(DOCS).as_posix()


def listed(entries: list[Any]) -> Iterator[str]:
    """The pages of a navigation, at any depth."""
    for entry in entries:
        for value in entry.values():
            if isinstance(value, str):
                yield value
            else:
                yield from listed(value)


def test_the_navigation_lists_every_page_once() -> None:
    assert sorted(listed(CONFIGURATION["nav"])) == sorted(map(name_of, PAGES))


def test_a_navigation_of_any_depth_is_read() -> None:
    entries = [{"a": "a.md"}, {"b": [{"c": "c.md"}, {"d": [{"e": "e.md"}]}]}]
    assert list(listed(entries)) == ["a.md", "c.md", "e.md"]


COMMANDS = {
    f"{name_of(page)}: {line}": line for page in PAGES for line in commands(page.read_text())
}


def parse(line: str) -> None:
    """Parse a command line as the program does, without running it; ``...`` stands for options.

    Raises:
        AssertionError: If there is no such command, option or place for an argument.
    """
    words = [word for word in shlex.split(line)[1:] if word != "..."]
    command: Any = typer.main.get_command(app)
    while hasattr(command, "commands"):
        if words[0].startswith("--"):
            break
        assert words[0] in command.commands, f"{line}: no command {words[0]}"
        command = command.commands[words.pop(0)]
    context = type(command).context_class(command)
    found, left, _ = command.make_parser(context).parse_args(list(words))
    assert not left, f"{line}: {left}"
    needed = {parameter.name for parameter in command.params if parameter.required}
    missing = {name for name in needed if found.get(name) in (None, ())}
    assert not missing, f"{line}: without {missing}"


@pytest.mark.parametrize("line", COMMANDS.values(), ids=COMMANDS.keys())
def test_a_command_of_a_page_has_a_command_and_options_that_exist(line: str) -> None:
    parse(line)


@pytest.mark.parametrize(
    "line",
    [
        "pinn-metakan sovle heat",
        "pinn-metakan solve heat --nothing",
        "pinn-metakan solve",
        "pinn-metakan solve heat wave",
        "pinn-metakan bench nothing",
    ],
)
def test_a_command_that_does_not_exist_is_found(line: str) -> None:
    with pytest.raises(Exception, match=r"no command|No such option|without|solve heat wave"):
        parse(line)


#: A line of a block that stands for a file of the checkout.
INCLUDED = re.compile(r'^--8<-- "(.+)"$', flags=re.MULTILINE)
PYTHON = [(page, block) for page in PAGES for block in blocks(page.read_text(), "python")]


def imported_names(tree: ast.Module) -> Iterator[str]:
    """What a text imports from the face of the package."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "pinn_metakan":
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize(
    ("page", "block"), PYTHON, ids=[f"{name_of(page)}-{k}" for k, (page, _) in enumerate(PYTHON)]
)
def test_python_of_a_page_compiles_and_imports_names_that_exist(page: Path, block: str) -> None:
    text = INCLUDED.sub(lambda found: (ROOT / found[1]).read_text(), block)
    tree = ast.parse(text, filename=str(page))
    missing = set(imported_names(tree)) - set(pinn_metakan.__all__)
    assert not missing, f"{page}: {missing}"


def test_the_command_that_builds_it_is_that_of_the_readme_and_of_the_tests_of_all() -> None:
    readme = (ROOT / "README.md").read_text()
    assert any(line.endswith(BUILD) for line in shell_lines(readme))
    assert BUILD in (ROOT / ".ci" / "run").read_text()


class Links(HTMLParser):
    """What a page of HTML loads, links to, and can be linked to by."""

    def __init__(self, text: str):
        super().__init__()
        self.loaded: set[str] = set()
        self.linked: set[str] = set()
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.anchors |= {value for key in ("id", "name") if (value := given.get(key))}
        if tag in LOADED and (target := given.get(LOADED[tag])):
            self.loaded.add(target)
        if tag == "a" and (target := given.get("href")):
            self.linked.add(target)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built from a copy of what it is made of."""
    pytest.importorskip("zensical")
    folder = tmp_path_factory.mktemp("checkout")
    shutil.copy(ROOT / "zensical.toml", folder)
    for name in ("docs", "pinn_metakan", "problems", "tests/cases", "tests/regions"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    done = subprocess.run(
        [sys.executable, "-m", *BUILD.split()],
        cwd=folder, timeout=300, capture_output=True, text=True,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "griffe: " not in said, said  # a docstring that does not fit what it is about
    return folder / "site"


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Links]:
    return {path: Links(path.read_text()) for path in sorted(site.rglob("*.html"))}


def test_every_page_is_built(site: Path, pages: dict[Path, Links]) -> None:
    assert len(pages) == len(PAGES) + 1  # that of what is not found


def shown_with_code(site: Path, page: str, folder: str, pictures: str) -> set[str]:
    """Problems of a folder that a page has a picture of; each has its code there."""
    text = (site / page).read_text()
    shown = set(re.findall(rf'src="{pictures}(\w+)\.png"', text))
    code = re.sub(r"<[^>]+>", "", text)
    for name in shown:
        source = (ROOT / folder / f"{name}.py").read_text()
        (kind,) = re.findall(r"^class (\w+)\(Problem\)", source, re.MULTILINE)
        assert f"class {kind}(Problem):" in code, name
    return shown


def test_the_gallery_shows_the_code_and_a_picture_of_every_problem(site: Path) -> None:
    shown = shown_with_code(site, "gallery/index.html", "problems", "")
    assert shown == {path.stem for path in (ROOT / "problems").glob("[!_]*.py")}


def test_the_page_of_cases_shows_the_code_and_a_picture_of_each(site: Path) -> None:
    shown = shown_with_code(site, "cases.html", "tests/cases", "figures/cases/")
    assert shown == {path.stem for path in (ROOT / "tests" / "cases").glob("*.py")}


def test_pages_load_nothing_from_elsewhere(pages: dict[Path, Links]) -> None:
    for path, links in pages.items():
        assert links.loaded, path
        elsewhere = [target for target in links.loaded if urlsplit(target).netloc]
        assert not elsewhere, f"{path.name}: {elsewhere}"


def test_styles_load_nothing_from_elsewhere(site: Path) -> None:
    for path in site.rglob("*.css"):
        assert not re.search(r"(url\(|@import\s+)[\"']?(https?:)?//", path.read_text()), path


def test_links_lead_to_files_and_anchors_of_the_site(site: Path, pages: dict[Path, Links]) -> None:
    broken = []
    for path, links in pages.items():
        if path.name == "404.html":  # its links begin at the top of a server
            continue
        for target in links.linked | links.loaded:
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            file = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            is_there = file.is_file() and file.is_relative_to(site.resolve())
            if is_there and parts.fragment and file in pages:
                is_there = unquote(parts.fragment) in pages[file].anchors
            if not is_there:
                broken.append(f"{path.name}: {target}")
    assert not broken


def test_docstrings_leave_no_directives_and_no_tex_on_pages(site: Path) -> None:
    for path in site.rglob("api/*.html"):
        article = path.read_text().partition("<article")[2]
        text = re.sub(r"<(pre|math)\b.*?</\1>", "", article, flags=re.DOTALL)
        assert ".. math::" not in text, path
        assert "&gt;&gt;&gt; " not in text, path
        assert not re.search(r"\\[a-z]{2,}", text), path


def test_every_public_name_has_a_place_in_the_reference(site: Path) -> None:
    shown = {
        anchor for path in site.rglob("api/*.html") for anchor in Links(path.read_text()).anchors
    }
    missing = {f"pinn_metakan.{name}" for name in pinn_metakan.__all__} - shown
    assert missing <= {"pinn_metakan.__version__"}


@pytest.mark.browser
def test_a_page_opened_as_a_file_is_searched_without_a_network(site: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("there is no chromium")
    troubles: list[str] = []
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "request",
            lambda r: (
                None if r.url.startswith(("file:", "data:", "blob:")) else troubles.append(r.url)
            ),
        )
        page.goto((site / "concepts" / "points.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        page.keyboard.press("Control+k")
        page.get_by_role("combobox").wait_for()
        page.keyboard.type("fokker_planck", delay=20)
        found = page.get_by_role("option").first
        found.wait_for(timeout=60_000)
        assert "fokker_planck" in found.text_content()
        browser.close()
    assert troubles == []
