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
#: Folders and files whose docstrings are in order. When all are, FILES takes the place of this.
DONE = (
    "problems",
    "pinn_metakan/derivatives",
    "pinn_metakan/errors.py",
    "pinn_metakan/families",
    "pinn_metakan/files.py",
    "pinn_metakan/networks/bound.py",
    "pinn_metakan/networks/coefficients",
    "pinn_metakan/networks/compression.py",
    "pinn_metakan/networks/convolution",
    "pinn_metakan/networks/dense.py",
    "pinn_metakan/networks/edges.py",
    "pinn_metakan/networks/kan.py",
    "pinn_metakan/networks/kernels",
    "pinn_metakan/networks/mlp.py",
    "pinn_metakan/networks/network.py",
    "pinn_metakan/pde/catalogue.py",
    "pinn_metakan/pde/coefficients.py",
    "pinn_metakan/pde/data.py",
    "pinn_metakan/pde/formulation.py",
    "pinn_metakan/pde/jumps.py",
    "pinn_metakan/pde/loading.py",
    "pinn_metakan/pde/problem.py",
    "pinn_metakan/pde/recording.py",
    "pinn_metakan/pde/user_code.py",
    "pinn_metakan/plotting",
    "pinn_metakan/reference",
    "pinn_metakan/results",
    "pinn_metakan/runs/activations.py",
    "pinn_metakan/runs/interrupts.py",
    "pinn_metakan/training/checkpoint.py",
    "pinn_metakan/version.py",
)
DESCRIBED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
#: "An edge" or "a line" where one per edge or per line is meant.
RATE = re.compile(
    r"\b(coefficients?|parameters?|prompts?|numbers?|entry|entries|panel|cell|row|group|object|one)"
    r" an? (edge|layer|line|name|point|step|output|unknown|convolution)\b"
)


def is_done(path: Path) -> bool:
    name = path.relative_to(ROOT).as_posix()
    return any(name == done or name.startswith(f"{done}/") for done in DONE)


def docstrings(path: Path) -> Iterator[tuple[int, str]]:
    """The line and the text of each docstring of a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, DESCRIBED):
            text = ast.get_docstring(node)
            if text is not None:
                yield node.body[0].lineno, text


@pytest.mark.parametrize(
    "path", [p for p in FILES if is_done(p)], ids=lambda p: str(p.relative_to(ROOT))
)
def test_a_docstring_says_what_is_computed_or_done(path: Path) -> None:
    for line, text in docstrings(path):
        assert not re.match(r"Gives?\b", text), f"{path}:{line}: {text.splitlines()[0]}"
        rate = RATE.search(text)
        assert rate is None, f"{path}:{line}: write 'per' in {rate and rate[0]!r}"


def test_rooms_whose_docstrings_are_in_order_exist() -> None:
    assert [done for done in DONE if not (ROOT / done).exists()] == []


@pytest.mark.parametrize("text", ["coefficients an edge", "one entry a layer", "one object a line"])
def test_a_rate_without_per_is_found(text: str) -> None:
    assert RATE.search(text)
