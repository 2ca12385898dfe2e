"""The table of benchmarks: each name has a module with its command."""

import inspect
from collections.abc import Callable
from importlib import import_module

import pytest

from pinn_metakan.cli.bench import BENCHMARKS

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


def test_rows_are_printed_and_progress_goes_to_standard_error(run: Run) -> None:
    status, out, err = run("bench", "memory")
    assert status == 0
    assert err.splitlines() == [line.split(" | ")[0].lstrip("| ") for line in out.splitlines()[2:]]
