"""Each room of the package imports only rooms on lower floors."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "pinn_metakan"
FLOORS = [
    {"errors", "locks", "version"},
    {"files", "untrusted"},
    {"families", "geometry", "derivatives", "optimizers", "results"},
    {"reference"},
    {"pde", "settings", "training"},
    {"networks", "plotting"},
    {"ansatz", "report"},
    {"losses"},
    {"diagnosis"},
    {"runs"},
    {"sweeps"},
    {"benchmarks", "__init__"},
    {"cli"},
    {"__main__"},
]
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
FILES = sorted(PACKAGE.rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """The full names of the modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield node.module or ""


def room_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_imports_only_lower_floors(path: Path) -> None:
    relative = path.relative_to(PACKAGE)
    room = relative.parts[0].removesuffix(".py")
    for module in imported(path):
        if module.split(".")[0] != "pinn_metakan":
            continue
        other = room_of(module)
        assert other == room or FLOOR[other] < FLOOR[room], f"{relative} imports {module}"
        assert other != "problems", "problems are found at run time only"


@pytest.mark.parametrize("path", sorted((ROOT / "problems").glob("*.py")), ids=lambda p: p.stem)
def test_a_problem_imports_only_the_face(path: Path) -> None:
    allowed = {"pinn_metakan", "math", "torch", "numpy", "scipy"}
    assert {m if m.startswith("pinn") else m.split(".")[0] for m in imported(path)} <= allowed


def test_optimizers_and_training_know_no_equation() -> None:
    for room in ("optimizers", "training"):
        for path in (PACKAGE / room).glob("*.py"):
            rooms = {room_of(m) for m in imported(path) if m.startswith("pinn_metakan")}
            assert rooms <= {"errors", "files", "untrusted", "optimizers", "training"}


def test_plotting_results_and_report_know_no_torch() -> None:
    for room in ("plotting", "results", "report"):
        for path in (PACKAGE / room).glob("*.py"):
            assert "torch" not in {module.split(".")[0] for module in imported(path)}


def test_only_the_command_line_prints() -> None:
    for path in FILES:
        calls = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call)]
        names = {getattr(c.func, "id", getattr(c.func, "attr", "")) for c in calls}
        assert not names & {"print", "echo", "secho"} or path.parent.name == "cli", path


def test_only_sweeps_know_optuna() -> None:
    for path in FILES:
        knows = "optuna" in {module.split(".")[0] for module in imported(path)}
        assert not knows or path.parent.name == "sweeps", path
