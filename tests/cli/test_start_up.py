"""How fast commands start, and what importing the package hands on."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

import pinn_metakan
from pinn_metakan.cli.bench import BENCHMARKS


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["list"],
        ["--version"],
        ["solve", "--help"],
        ["bench", "--help"],
        ["bench", "step", "--help"],
        ["slove"],
    ],
)
def test_what_needs_no_torch_starts_at_once(arguments: list[str], tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    code = (
        "import resource, sys\n"
        "from pinn_metakan.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "finally: print('kB', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,"
        " 'torch' in sys.modules, file=sys.stderr)\n"
    )
    # Started by a small program: a child's peak memory begins with that of what starts it.
    starter = (
        f"import subprocess, sys; sys.exit(subprocess.run([{sys.executable!r}, '-c', {code!r}, "
        f"*{arguments!r}]).returncode)"
    )
    done = subprocess.run(
        [sys.executable, "-c", starter],
        cwd=tmp_path, text=True, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert done.returncode == (2 if arguments == ["slove"] else 0), done.stderr
    _, memory, has_torch = done.stderr.splitlines()[-1].split()
    assert has_torch == "False"
    assert int(memory) < 80_000
    assert seconds < 1.2  # two interpreters; 0.3 s on an idle machine


def test_the_help_of_a_benchmark_imports_nothing_that_measures() -> None:
    code = (
        "import sys\n"
        "from pinn_metakan.cli import main\n"
        "from pinn_metakan.cli.bench import BENCHMARKS\n"
        "for name in BENCHMARKS:\n"
        "    try: main(['bench', name, '--help'])\n"
        "    except SystemExit as stop: assert stop.code == 0, name\n"
        "heavy = {'torch', 'scipy', 'numpy', 'matplotlib'} & sys.modules.keys()\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], text=True, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Usage: pinn-metakan bench ") == len(BENCHMARKS)


def test_every_name_of_the_face_is_there_and_typed() -> None:
    import ast

    tree = ast.parse(Path(pinn_metakan.__file__).read_text())
    typed = {
        alias.name: (node.module or "").removeprefix("pinn_metakan.")
        for block in tree.body if isinstance(block, ast.If)
        for node in block.body if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }  # fmt: skip
    assert typed == pinn_metakan._PLACES
    assert set(pinn_metakan.__all__) == {*typed, "__version__"}
    for name in pinn_metakan.__all__:
        assert getattr(pinn_metakan, name) is not None
        assert name in dir(pinn_metakan)
    with pytest.raises(AttributeError, match="no attribute 'slove'"):
        pinn_metakan.slove  # noqa: B018


@pytest.mark.parametrize("name", ["kan", "metakan"])
def test_a_name_of_an_earlier_version_tells_what_it_is_called_now(name: str) -> None:
    with pytest.warns(DeprecationWarning, match=f"{name} is called make_{name} now"):
        assert getattr(pinn_metakan, name) is getattr(pinn_metakan, f"make_{name}")
    assert name not in pinn_metakan.__all__


def test_solve_is_a_function_whatever_was_imported_before() -> None:
    code = (
        "import pinn_metakan.runs.solve, pinn_metakan.networks.kan, pinn_metakan.runs.resume\n"
        "from pinn_metakan import make_kan, resume, solve\n"
        "assert callable(solve) and callable(resume) and callable(make_kan)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
