"""Every code block of the README runs, the own equation in five steps included."""

import re
import runpy
import shlex
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from documents import blocks, commands, shell_lines
from small_runs import FAST, FAST_FLAGS, SHIPPED

from pinn_metakan.benchmarks import ball, compression, profile, step
from pinn_metakan.benchmarks.feynman import comparison as feynman
from pinn_metakan.cli import main
from pinn_metakan.pde.catalogue import list_problems

ROOT = SHIPPED.parent
README = (ROOT / "README.md").read_text()
PYTHON = blocks(README, "python")
SHELL = shell_lines(README)
LINES = commands(README)

#: What makes a benchmark of the README small.
SMALL = {
    "step": ["--points=20", "--rounds=1"],
    "jacobian": ["--points=20", "--rounds=1"],
    "memory": [],
    "compression": ["--steps=1", "--more-steps=1"],
    "images": ["--seeds=1", "--epochs=1", "--network=mlp", "--network=metakanconv"],
    "ablation": ["--seeds=1", "--steps=1", "--part=meta_learners"],
    "feynman": ["--seeds=1", "--grid=1", "--function=I.6.20a"],
    "ball": ["--steps=1", "--problem=ball_poisson", "--dimension=2", "--row=metakan"],
    "numbers": ["--case=poisson, mlp"],
    "accuracy": ["--seeds=1", "--seconds=0.1", "--problem=poisson", "--network=mlp"],
    "cases": ["--seconds=0.1", "--problem=clamped_beam", "--network=mlp"],
    "opinion": ["--problem=heat", "--network=mlp", "--set=points.interior=20", "--set=lm.steps=1"],
    "defaults": ["--seeds=1", "--budget=0.1", "--problem=heat", "--variant=mlp (default)"],
}


def block_with(text: str) -> str:
    (block,) = [block for block in PYTHON if text in block]
    return block


def own_equation() -> str:
    return block_with("class Fisher")


def test_the_two_install_commands_are_single_lines_that_use_the_constraints() -> None:
    commands = [line for line in SHELL if line.startswith("python3.11 -m venv .venv && ")]
    assert len(commands) == 2
    assert all("-c constraints.txt" in command for command in commands)
    assert commands[0].endswith("pinn-metakan solve burgers")
    assert commands[1].endswith(".venv/bin/python -m pytest")
    assert "README.md" in (ROOT / ".ci" / "run").read_text()


@pytest.fixture
def small_heat(tmp_path: Path) -> None:
    """Write ./problems/heat.py, which comes before the shipped one and suggests less work."""
    settings = {key: FAST[key] for key in ("points", "adam", "lm", "evaluation")}
    networks = {name: {"network": {"widths": [8, 8]}} for name in ("kan", "metakan")}
    begin = '    coordinates, unknowns = ("x", "t"), ("u",)\n'
    text = (SHIPPED / "heat.py").read_text()
    assert begin in text
    suggested = f"{begin}    settings, network_settings = {settings}, {networks}\n"
    (tmp_path / "problems").mkdir()
    (tmp_path / "problems" / "heat.py").write_text(text.replace(begin, suggested))


@pytest.fixture
def small_benchmarks(small_heat: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make benchmarks smaller than their options can: less to solve and to fit."""
    shutil.copytree(ROOT / "tests" / "cases", tmp_path / "tests" / "cases")
    short = {name: replace(method, steps=2) for name, method in feynman.METHODS.items()}
    monkeypatch.setattr(feynman, "METHODS", short)
    of_each_kind = ("baked", "codebooks of 16", "50% of the edges cut")
    ways = {name: compression._WAYS[name] for name in of_each_kind}
    monkeypatch.setattr(compression, "_WAYS", ways)
    monkeypatch.setattr(profile, "WIDTHS", (4, 8))
    monkeypatch.setattr(step, "_WIDTHS", (8,))
    monkeypatch.setattr(ball, "_TEST_POINTS", 100)


def test_the_command_lines_are_found() -> None:
    assert len(LINES) >= 20
    assert {shlex.split(line)[2] for line in LINES if " bench " in line} == SMALL.keys()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # torch.func compiles its own rules
@pytest.mark.parametrize("line", LINES)
def test_every_command_line_runs(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fisher.py").write_text(own_equation())
    (tmp_path / "sines.py").write_text(block_with("class Sines"))
    command, *arguments = shlex.split(line)[1:]
    if command in ("compare", "export", "plot", "probe", "report", "rerun", "resume"):
        made = {other.rpartition(" --out ")[2]: other for other in LINES if " --out " in other}
        for argument in arguments:
            if argument in made:
                succeeds(made[argument])
    if command == "bench" or "--profile" in arguments:
        request.getfixturevalue("small_benchmarks")
    succeeds(line)


def succeeds(line: str) -> None:
    """Run a line, made small."""
    command, *arguments = shlex.split(line)[1:]
    if command == "solve":
        arguments += FAST_FLAGS
    if command == "bench":
        arguments += SMALL[arguments[0]]
    if "--profile" in arguments:
        arguments += ["--points=20", "--rounds=1"]
    with pytest.raises(SystemExit) as stop:
        main([command, *arguments])
    assert not stop.value.code, line


@pytest.mark.usefixtures("small_heat")
def test_the_first_python_block_runs_in_a_process_of_its_own(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-W", "error", "-c", PYTHON[0]],
        cwd=tmp_path, check=True, timeout=200, capture_output=True,
    )  # fmt: skip
    assert 'out="heat-run"' in PYTHON[0]
    assert (tmp_path / "heat-run" / "solution.png").exists()


@pytest.mark.usefixtures("small_heat")
@pytest.mark.parametrize("block", PYTHON[1:], ids=range(1, len(PYTHON)))
def test_every_other_python_block_runs(
    block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "block.py").write_text(block)
    runpy.run_path("block.py", run_name="block")
    assert (tmp_path / "heat-run" / "solution.h5").exists() == ('out="heat-run"' in block)


def test_the_own_equation_is_short_not_shipped_and_solved(tmp_path: Path) -> None:
    assert len([line for line in own_equation().splitlines() if line]) <= 22
    assert "fisher" not in {entry.name for entry in list_problems()}
    (tmp_path / "fisher.py").write_text(own_equation())
    flags = ["--set=network.widths=[6]", "--set=points.interior=400", "--set=lm.steps=15"]
    done = subprocess.run(
        [sys.executable, "-m", "pinn_metakan", "solve", "fisher.py", "--network", "kan", *flags],
        cwd=tmp_path, check=True, timeout=200, capture_output=True, text=True,
    )  # fmt: skip
    error = re.search(r"relative L2 error of u: (\S+)", done.stdout)
    assert error is not None
    assert float(error[1]) < 1e-3


def test_the_gallery_has_a_row_for_every_shipped_problem() -> None:
    assert "](docs/gallery/index.md)" in README
    gallery = (ROOT / "docs" / "gallery" / "index.md").read_text()
    for path in SHIPPED.glob("[!_]*.py"):
        assert f"| [{path.stem}](#{path.stem}) |" in gallery


def test_linked_files_exist() -> None:
    for target in re.findall(r"\]\(([\w./]+)\)", README):
        assert (ROOT / target).is_file(), target
