"""The recipes of CONTRIBUTING.md, carried out in a copy of the checkout, and what else it says."""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from small_runs import FAST, SHIPPED

from pinn_metakan.errors import SettingsError
from pinn_metakan.families.table import family_maker
from pinn_metakan.geometry.box import Box
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.solve import solve
from pinn_metakan.settings.layers import build_settings

ROOT = SHIPPED.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text()
#: The file that a block goes into, and the block.
BLOCKS = re.findall(r"^`([\w/.]+\.py)`\n\n```python\n(.*?)```", TEXT, flags=re.M | re.S)
#: The tests of the copy that have to do with what was added: files, and words in the names.
TESTS = {
    "tests/families/test_families.py": "hermite",
    "tests/networks/test_jets.py": "hermite",
    "tests/test_doctests.py": "hermite or Hermite or ring",
    "tests/pde/test_conditions.py": "conducts",
    "tests/cli/test_start_up.py": "every_name_of_the_face",
    "tests/geometry/test_domains.py": "ring and (lie or hole)",
    "tests/geometry/test_own_domains.py": "steady and ring",
    "tests/optimizers/test_every_optimizer.py": "momentum",
    "tests/runs/test_stage_table.py": "every_option or not_there",
    "tests/problems/test_problems.py": "convected and (reference or source or tags)",
    "tests/runs/test_finer.py": "finer",
    "tests/test_layers.py": "hermite or radiation or ring or momentum or convected or finer",
    "tests/test_chosen.py": "chosen",
}
#: Of these, one for each recipe at least.
AMONG_THEM = (
    "test_jets_and_the_jacobian_of_every_family_equal_autograd[hermite-make_metakan]",
    "test_hermite_polynomials_equal_those_of_scipy",
    "test_a_line_that_conducts_what_its_end_takes_up_has_no_residual",
    "test_a_steady_problem_in_an_own_domain_is_solved_with_hard_data[ring]",
    "test_a_state_goes_on_bit_for_bit[momentum]",
    "test_every_option_of_a_row_is_one_of_its_optimizer[momentum]",
    "test_the_reference_satisfies_equations_and_conditions[convected_wave]",
    "test_a_finer_leg_goes_on_and_keeps_what_was_before_it",
)
#: What a user chooses by name then.
CHOSEN = """
from small_runs import FAST

from pinn_metakan import load_problem, solve


def test_what_was_added_can_be_chosen() -> None:
    chosen = {"stages": ["adam", "momentum"], "momentum": {"steps": 2}}
    chosen |= {"network": {"widths": [3], "family": "hermite", "options": {"degree": 3}}}
    wave = solve(load_problem("convected_wave"), "kan", settings=FAST | chosen)
    assert wave.attributes["stop_reason"] == "momentum: all 2 steps taken"
"""


def source_of(text: str, node: ast.AST) -> str:
    """Whole lines of a node, decorators and the indent included."""
    lines = text.splitlines(keepends=True)
    assert isinstance(node, ast.stmt | ast.expr)
    return "".join(lines[node.lineno - 1 : node.end_lineno])


def insert(text: str, line: int, more: str) -> str:
    """Text with more of it after a line, counted from 1."""
    lines = text.splitlines(keepends=True)
    return "".join([*lines[:line], more, *lines[line:]])


def merged(text: str, block: str) -> str:
    """A module with the imports, rows and functions of a block.

    Args:
        text: The module.
        block: Statements; an assignment stands for the rows of the table of that name.

    Returns:
        The module as the block wants it.
    """
    for node in ast.parse(block).body:
        tree, more = ast.parse(text), source_of(block, node)
        if isinstance(node, ast.ImportFrom):
            first = next(n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom))
            text = insert(text, first.lineno - 1, more)
        elif isinstance(node, ast.If):
            (same,) = (n for n in tree.body if ast.unparse(n).startswith(f"if {node.test.id}:"))  # type: ignore[attr-defined]
            text = insert(text, same.body[-1].end_lineno or 0, source_of(block, node.body[0]))  # type: ignore[attr-defined]
        elif isinstance(node, ast.Assign):
            rows = "".join(more.splitlines(keepends=True)[1:-1])
            (table,) = (n for n in tree.body if name_of(n) == name_of(node))
            assert (table.end_lineno or 0) > table.lineno
            text = insert(text, (table.end_lineno or 0) - 1, rows)
        else:
            text += f"\n\n{more}"
    return text


def name_of(node: ast.stmt) -> str:
    """The name that a statement assigns to, if any."""
    if isinstance(node, ast.Assign):
        return ast.unparse(node.targets[0])
    return ast.unparse(node.target) if isinstance(node, ast.AnnAssign) else ""


def run_in(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    variables = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(folder)}
    variables.pop("PYTEST_ADDOPTS", None)  # the names are looked for in the usual listing
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder, env=variables, timeout=300, capture_output=True, text=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout in which every recipe was carried out."""
    copy = tmp_path_factory.mktemp("checkout")
    for folder in ("pinn_metakan", "problems", "tests"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    for name, block in BLOCKS:
        path = copy / name
        path.write_text(merged(path.read_text(), block) if path.exists() else block)
    return copy


def test_every_block_of_python_belongs_to_a_file() -> None:
    assert len(BLOCKS) == TEXT.count("```python") > 10


def test_the_tests_of_what_the_recipes_add_pass(checkout: Path) -> None:
    (checkout / "tests" / "test_chosen.py").write_text(CHOSEN)
    words = " or ".join(f"({Path(file).stem} and ({words}))" for file, words in TESTS.items())
    done = run_in(checkout, "pytest", "-v", "-p", "no:cacheprovider", "-k", words, *TESTS)
    assert done.returncode == 0, done.stdout
    for name in AMONG_THEM:
        assert f"::{name} PASSED" in done.stdout


def family_of(name: str) -> None:
    solve(load_problem("heat"), "kan", settings=FAST | {"network": {"family": name}})


def stage_of(name: str) -> None:
    build_settings("kan", [("a", {"stages": [name]})])


class Nowhere(Domain):
    bounds = ((0.0, 1.0),)
    contains = Box((0.0, 1.0)).contains


@pytest.mark.parametrize(
    ("forget", "error", "said"),
    [
        (lambda: family_of("hermite"), SettingsError, "no family 'hermite'; choose one of bspline"),
        (lambda: family_maker("hermite", {}), LookupError, "no family 'hermite'"),
        (lambda: exec("from pinn_metakan import Radiation"), ImportError, "cannot import name"),
        (lambda: Nowhere().boundary(None), NotImplementedError, "does not say where its boundary"),  # type: ignore[arg-type]
        (lambda: stage_of("momentum"), SettingsError, "got 'momentum'"),
        (lambda: stage_of("finer"), SettingsError, "got 'finer'"),
    ],
)
def test_what_is_forgotten_is_told_as_the_page_says(
    forget: Callable[[], object], error: type[Exception], said: str
) -> None:
    assert said in TEXT
    with pytest.raises(error, match=re.escape(said)):
        forget()


def test_links_and_paths_exist(checkout: Path) -> None:
    readme = (ROOT / "README.md").read_text()
    titles = {title.lower().replace(" ", "-") for title in re.findall(r"^#+ (.+)$", readme, re.M)}
    for target, anchor in re.findall(r"\]\(([\w./]+)(?:#([\w-]+))?\)", TEXT):
        assert (ROOT / target).is_file(), target
        assert not anchor or anchor in titles, anchor
    for path in re.findall(r"`([\w/]+(?:/|\.py))`", TEXT):
        places = (ROOT / path, checkout / path, checkout / "pinn_metakan" / path)
        assert any(place.exists() for place in places), path


def test_tests_that_the_page_names_exist() -> None:
    tests = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    for name in re.findall(r"`(test_\w+)`", TEXT):
        assert f"def {name}(" in tests, name


def test_the_table_of_rooms_is_that_of_the_floors() -> None:
    from test_layers import FLOORS

    rows = re.findall(r"^\| (\d* ?)\| (`[\w`, ]+`) \|", TEXT, flags=re.M)
    found: dict[int, set[str]] = {}
    floor = 0
    for number, rooms in rows:
        floor = int(number or floor)
        found.setdefault(floor, set()).update(re.findall(r"`(\w+)`", rooms))
    assert found == {number: rooms for number, rooms in enumerate(FLOORS, 1)}
