"""What is built: the wheel, the source archive, an editable install, and the types in them."""

import os
import re
import site
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder
from small_runs import PROBLEM_NAMES, SHIPPED

ROOT = SHIPPED.parent
#: What the tests read besides the package, the problems and themselves.
READ_BY_TESTS = {
    ".ci/run",
    ".dockerignore",
    ".gitignore",
    ".pre-commit-config.yaml",
    "CHANGELOG.md",
    "CITATION.cff",
    "CONTRIBUTING.md",
    "Dockerfile",
    "LICENSE",
    "README.md",
    "constraints.txt",
    "zensical.toml",
}

#: A file of a user that is right, and one with three mistakes.
RIGHT = '''
from torch import Tensor

from pinn_metakan import Dirichlet, Interval, Jet, Problem, load_problem, open_run, solve


class Mine(Problem):
    """-u_xx = 1."""

    coordinates, unknowns = ("x",), ("u",)
    domain = Interval(0.0, 1.0)
    conditions = {"ends": Dirichlet(u=0.0)}

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        (u_xx,) = jet("u_xx")
        return {"mine": -u_xx - 1}


error: float = solve(Mine(), "kan", settings={"lm": {"steps": 5}}, out="run").relative_l2["u"]
stored = open_run("run")
again = solve(load_problem("heat"))
again = stored
'''
WRONG = """
from pinn_metakan import load_problem, solve

solve(3)
heat: int = load_problem("heat")
solve(load_problem("heat")).nothing
"""
MISTAKES = [
    'wrong.py:4: error: Argument 1 to "solve" has incompatible type "int"; expected "Problem"',
    'wrong.py:5: error: Incompatible types in assignment (expression has type "Problem", '
    'variable has type "int")',
    'wrong.py:6: error: "Solution" has no attribute "nothing"',
]
#: Libraries whose own types take mypy half a minute and do not matter here.
LIBRARIES = """
[mypy-torch.*,numpy.*,scipy.*,matplotlib.*,pydantic.*,rich.*]
follow_imports = skip
follow_imports_for_stubs = true
"""


def files(*folders: str) -> set[str]:
    """The sources in folders of this tree, by their names from its top."""
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*")]
    sources = [p for p in paths if p.suffix in (".py", ".css", ".js") or p.name == "py.typed"]
    return {path.relative_to(ROOT).as_posix() for path in sources}


def build_wheel(root: Path, folder: Path, version: str = "standard") -> Path:
    """Build a wheel, "standard" or "editable", from a tree."""
    (wheel,) = WheelBuilder(str(root)).build(directory=str(folder), versions=[version])
    return Path(wheel)


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def environment(folder: Path, wheel: Path | None) -> Path:
    """A virtual environment that has a wheel, or none, and borrows the dependencies from this one.

    They come by a line of a .pth file: the .pth files beside them are not read, so an editable
    install of the package in this environment is not there, and any other comes after the wheel.
    """
    venv.create(folder, symlinks=True)
    packages = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder)}))
    if wheel is not None:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(packages)
    (packages / "zz_dependencies.pth").write_text("\n".join(site.getsitepackages()))
    return folder / "bin" / "python"


def run(python: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run an interpreter that finds nothing by way of the environment of these tests."""
    variables = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "MYPYPATH")}
    return subprocess.run(
        [str(python), *arguments],
        cwd=cwd, env=variables, timeout=500, capture_output=True, text=True,
    )  # fmt: skip


def listed(python: Path, cwd: Path) -> dict[str, str]:
    """What `list` prints: names and equations."""
    done = run(python, "-m", "pinn_metakan", "list", cwd=cwd)
    assert done.returncode == 0, done.stderr
    return dict(line.split(maxsplit=1) for line in done.stdout.splitlines())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    (path,) = SdistBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("archive")))
    return Path(path)


@pytest.fixture
def unpacked(archive: Path, tmp_path: Path) -> Path:
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path, filter="data")
    return tmp_path / archive.name.removesuffix(".tar.gz")


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


def test_every_requirement_is_pinned_by_the_constraints() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    required = {normalized(line) for lines in [project["dependencies"], *extras] for line in lines}
    pinned = {
        normalized(line)
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if "==" in line
    }
    assert required - {"pinn-metakan"} <= pinned


def normalized(requirement: str) -> str:
    """The name in a requirement, as package indexes spell it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[=<>~! ;]", requirement)[0]).lower()


def test_a_wheel_holds_the_package_with_the_problems_and_nothing_else(wheel: Path) -> None:
    names = {name for name in names_in(wheel) if ".dist-info/" not in name}
    assert "pinn_metakan/py.typed" in names
    assert "pinn_metakan/report/assets/style.css" in names
    assert {f"pinn_metakan/problems/{name}.py" for name in PROBLEM_NAMES} <= names
    problems = {f"pinn_metakan/{name}" for name in files("problems")}
    assert names == files("pinn_metakan") | problems


def test_a_source_archive_holds_all_that_its_tests_need(archive: Path) -> None:
    with tarfile.open(archive) as tar:
        names = {name.partition("/")[2] for name in tar.getnames()}
    held = [*(ROOT / "docs").rglob("*"), *(ROOT / "tests" / "data").rglob("*")]
    held += (ROOT / "tests" / "regions").glob("*.geojson")
    others = {path.relative_to(ROOT).as_posix() for path in held if path.is_file()}
    assert {"tests/conftest.py", "tests/small_runs.py", "tests/test_package.py"} <= names
    sources = files("pinn_metakan", "problems", "tests")
    assert names == sources | others | READ_BY_TESTS | {"PKG-INFO", "pyproject.toml"}


def test_a_source_archive_builds_the_same_wheel(
    unpacked: Path, wheel: Path, tmp_path: Path
) -> None:
    assert names_in(build_wheel(unpacked, tmp_path / "dist")) == names_in(wheel)


def test_a_wheel_lists_its_problems(wheel: Path, tmp_path: Path, empty: Path) -> None:
    assert list(listed(environment(tmp_path / "venv", wheel), empty)) == PROBLEM_NAMES


def test_a_tree_that_is_not_installed_lists_its_problems(unpacked: Path, tmp_path: Path) -> None:
    assert list(listed(environment(tmp_path / "venv", None), unpacked)) == PROBLEM_NAMES


def test_an_edited_problem_is_seen_after_an_editable_install(
    unpacked: Path, tmp_path: Path, empty: Path
) -> None:
    editable = build_wheel(unpacked, tmp_path / "dist", "editable")
    assert not [name for name in names_in(editable) if name.endswith(".py")]  # no copies
    python = environment(tmp_path / "venv", editable)
    before = listed(python, empty)
    heat = unpacked / "problems" / "heat.py"
    heat.write_text(heat.read_text().replace("u_t = kappa u_xx", "u_t = 7 kappa u_xx"))
    (unpacked / "problems" / "added.py").write_text('"""u = 0"""\n')
    after = listed(python, empty)
    assert list(before) == PROBLEM_NAMES
    assert after["heat"] == before["heat"].replace("u_t = kappa u_xx", "u_t = 7 kappa u_xx")
    assert after["added"] == "u = 0"


@pytest.fixture(params=["wheel", "editable"])
def installed(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The interpreter of an environment that has the package one way or the other."""
    if request.param == "wheel":
        wheel = request.getfixturevalue("wheel")
    else:
        wheel = build_wheel(request.getfixturevalue("unpacked"), tmp_path / "dist", "editable")
    return environment(tmp_path / "venv", wheel)


@pytest.fixture
def check_types(installed: Path, empty: Path) -> Callable[[str], tuple[int, list[str]]]:
    """Run mypy on both files of the user, in a folder of their own."""

    def check(configuration: str) -> tuple[int, list[str]]:
        (empty / "right.py").write_text(RIGHT)
        (empty / "wrong.py").write_text(WRONG)
        (empty / "mypy.ini").write_text(f"[mypy]\n{configuration}")
        done = run(
            Path(sys.executable), "-m", "mypy", "--strict", "--python-executable", str(installed),
            "--cache-dir", ".cache", "right.py", "wrong.py", cwd=empty,
        )  # fmt: skip
        return done.returncode, done.stdout.splitlines()[:-1]

    return check


@pytest.mark.parametrize(
    "configuration",
    [
        pytest.param(LIBRARIES, id="types of the package"),
        pytest.param("", id="types of all libraries", marks=pytest.mark.slow),
    ],
)
def test_a_type_checker_sees_the_types(
    configuration: str, check_types: Callable[[str], tuple[int, list[str]]]
) -> None:
    code, lines = check_types(configuration)
    assert code == 1
    assert [re.sub(r"  \[[\w-]+\]$", "", line) for line in lines] == MISTAKES
