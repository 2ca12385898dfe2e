"""Pages of decisions that comments cite exist, and what they cite is where they say."""

import ast
import re
from pathlib import Path

import pytest
from small_runs import SHIPPED

ROOT = SHIPPED.parent
DECISIONS = ROOT / "docs" / "decisions"
PAGES = sorted(DECISIONS.glob("[0-9]*.md"))
SOURCES = [p for folder in ("pinn_metakan", "problems") for p in (ROOT / folder).rglob("*.py")]
#: | `constant`, `section.setting` | `room/module.py` | value |
ROW = re.compile(r"^\| (`[^|]+) \| (`[^|]+\.py`) \| ", flags=re.MULTILINE)
CITED = re.compile(r"docs/decisions/(\d{4}-[\w-]+\.md)")


def test_pages_that_are_cited_exist() -> None:
    cited = {name for path in SOURCES for name in CITED.findall(path.read_text())}
    assert len(cited) > 5
    assert cited <= {page.name for page in PAGES}


def bound_names(path: Path) -> set[str]:
    """The names that a module binds: constants, fields, attributes, arguments and functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.add(node.attr)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.FunctionDef):
            found.add(node.name)
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_constants_of_a_page_are_in_the_modules_that_it_names(page: Path) -> None:
    for names, modules in ROW.findall(page.read_text()):
        for module in re.findall(r"`([^`]+)`", modules):
            folder = ROOT if module.startswith("problems/") else ROOT / "pinn_metakan"
            cited = {name.rpartition(".")[2] for name in re.findall(r"`([^`]+)`", names)}
            assert cited <= bound_names(folder / module), f"{page.name}: {module}"
