"""Docstrings say what is computed or done, and how much of it per edge, layer or line."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_runs import SHIPPED

ROOT = SHIPPED.parent
PACKAGE = ROOT / "pinn_metakan"
FILES = [path for folder in (PACKAGE, SHIPPED) for path in sorted(folder.rglob("*.py"))]
DESCRIBED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
#: "An edge" or "a line" where one per edge or per line is meant.
RATE = re.compile(
    r"\b(coefficients?|parameters?|prompts?|numbers?|entry|entries|panel|cell|row|group|object|one)"
    r" an? (edge|layer|line|name|point|step|output|unknown|convolution)\b"
)


def docstrings(path: Path) -> Iterator[tuple[int, str]]:
    """The line and the text of each docstring of a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, DESCRIBED):
            text = ast.get_docstring(node)
            if text is not None:
                yield node.body[0].lineno, text


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_docstring_says_what_is_computed_or_done(path: Path) -> None:
    for line, text in docstrings(path):
        assert not re.match(r"Gives?\b", text), f"{path}:{line}: {text.splitlines()[0]}"
        rate = RATE.search(text)
        assert rate is None, f"{path}:{line}: write 'per' in {rate and rate[0]!r}"


@pytest.mark.parametrize("text", ["coefficients an edge", "one entry a layer", "one object a line"])
def test_a_rate_without_per_is_found(text: str) -> None:
    assert RATE.search(text)
