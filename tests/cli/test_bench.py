"""The table of benchmarks: each name has a module with its command."""

import inspect
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

from pinn_metakan.cli.bench import BENCHMARKS

CASES = Path(__file__).parents[1] / "cases"
Run = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_owns_its_command(name: str, run: Run) -> None:
    command = import_module(f"pinn_metakan.benchmarks.commands.{name}").command
    line = inspect.getdoc(command)
    assert line is not None
    status, out, err = run("bench", name, "--help")
    assert (status, err) == (0, "")
    assert f"Usage: pinn-metakan bench {name} [OPTIONS]" in out
    assert " ".join(out.split()).count(line) == 1


def test_all_benchmarks_are_listed_in_their_order(run: Run) -> None:
    status, out, _ = run("bench", "--help")
    commands = out.split("Commands:\n")[1].splitlines()
    assert status == 0
    assert [line.split()[0] for line in commands] == list(BENCHMARKS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing"], "No such command 'nothing'"),
        (["step", "--fast"], "No such option"),
        (["step", "--points", "0"], "Invalid value for '--points'"),
    ],
)
def test_a_mistake_is_one_line(arguments: list[str], message: str, run: Run) -> None:
    status, out, err = run("bench", *arguments)
    assert (status, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


OPTIONS = {
    "device": ("--device=abacus", "device 'abacus' cannot be used here"),
    "dtype": ("--dtype=half", "no dtype 'half'; choose one of float64, float32"),
    "network": ("--network=cnn", "no network 'cnn'"),
    "set_": ("--set=adam.stps=1", "--set adam.stps=1: no setting 'adam.stps'; there are"),
}


@pytest.mark.parametrize("name", BENCHMARKS)
def test_what_no_run_can_have_is_refused_before_anything_is_told_or_written(
    name: str, run: Run, tmp_path: Path
) -> None:
    command = import_module(f"pinn_metakan.benchmarks.commands.{name}").command
    (tmp_path / "tests" / "cases").mkdir(parents=True)
    (tmp_path / "tests" / "cases" / "kinked_heat.py").symlink_to(CASES / "kinked_heat.py")
    before = sorted(tmp_path.rglob("*"))
    for option in OPTIONS.keys() & inspect.signature(command).parameters.keys():
        flag, message = OPTIONS[option]
        status, out, err = run("bench", name, flag)
        assert (status, out, err.count("\n")) == (2, "", 1), err
        assert err.startswith(f"pinn-metakan: {message}")
        assert sorted(tmp_path.rglob("*")) == before


def test_rows_are_printed_and_progress_goes_to_standard_error(run: Run) -> None:
    status, out, err = run("bench", "memory")
    assert status == 0
    assert err.splitlines() == [line.split(" | ")[0].lstrip("| ") for line in out.splitlines()[2:]]
