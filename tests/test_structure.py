"""Nothing asks which domain or which condition something is; no file is too long."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "pinn_metakan"
FILES = sorted(PACKAGE.rglob("*.py"))
KINDS = {
    *("Box", "Interval", "Ball", "Disk", "Ellipse", "Polygon", "SphericalShell", "SpaceTime"),
    *("Product", "Cylinder", "Combined", "Moved", "Named"),
    *("Dirichlet", "Neumann", "Robin", "Periodic", "Initial", "Observed", "Terminal"),
    *("Boundary", "Integral", "Interior", "Jump"),
    *(
        "BoundaryPart",
        "FirstTime",
        "LastTime",
        "GivenPoints",
        "Plane",
        "Everywhere",
        "OppositeFaces",
    ),
}


def kinds_asked_for(tree: ast.AST) -> set[str]:
    """The classes that `isinstance`, `issubclass`, `match` or `type(...) is` ask for."""
    asked: list[ast.AST] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            asked += node.args[1:] if node.func.id in ("isinstance", "issubclass") else []
        elif isinstance(node, ast.MatchClass):
            asked.append(node.cls)
        elif isinstance(node, ast.Compare):
            asked += node.comparators
    inner = [part for node in asked for part in ast.walk(node)]
    names = {part.id for part in inner if isinstance(part, ast.Name)}
    return (names | {part.attr for part in inner if isinstance(part, ast.Attribute)}) & KINDS


def test_no_file_is_longer_than_300_lines() -> None:
    for folder in (PACKAGE, PACKAGE.parent / "problems", PACKAGE.parent / "tests"):
        paths = [path for path in folder.rglob("*.py") if "data" not in path.parts]
        paths = [path for path in paths if path != PACKAGE / "__init__.py"]  # a table of names
        long = [path for path in paths if len(path.read_text().splitlines()) > 300]
        assert long == [], "look for the second idea in it"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_file_asks_which_domain_or_condition_something_is(path: Path) -> None:
    assert kinds_asked_for(ast.parse(path.read_text())) == set()


@pytest.mark.parametrize(
    "text",
    [
        "isinstance(domain.space, Ball)",
        "isinstance(domain, (Box, int))",
        "isinstance(condition, boundary_conditions.Dirichlet | int)",
        "type(domain) is SpaceTime",
        "match domain:\n    case Ball(radius=r):\n        pass",
    ],
)
def test_the_question_is_found_however_it_is_asked(text: str) -> None:
    assert len(kinds_asked_for(ast.parse(text))) == 1


def test_hard_constraints_import_no_kind_of_domain_or_condition() -> None:
    for path in (PACKAGE / "ansatz").rglob("*.py"):
        nodes = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.ImportFrom)]
        assert not {alias.name for node in nodes for alias in node.names} & KINDS, path
