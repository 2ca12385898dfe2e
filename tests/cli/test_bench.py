"""The table of benchmarks: each name has a module with the command and the help that it shows."""

import inspect
from collections.abc import Callable
from importlib import import_module
from types import ModuleType

import pytest

from pinn_metakan.cli.bench import BENCHMARKS

Run = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_owns_its_command(name: str, run: Run) -> None:
    module, line = BENCHMARKS[name]
    command = import_module(f"pinn_metakan.benchmarks.{module}").command
    assert inspect.getdoc(command).splitlines()[0] == line
    status, out, err = run("bench", name, "--help")
    assert (status, err) == (0, "")
    assert f"Usage: pinn-metakan bench {name} [OPTIONS]" in out
    assert " ".join(out.split()).count(line) == 1


def test_all_benchmarks_are_listed_in_their_order(run: Run) -> None:
    status, out, _ = run("bench", "--help")
    commands = out.split("Commands:\n")[1].splitlines()
    assert status == 0
    assert [line.split()[0] for line in commands] == list(BENCHMARKS)


def test_only_the_benchmark_that_is_asked_for_is_imported(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported: list[str] = []

    def record(name: str) -> ModuleType:
        imported.append(name)
        return import_module(name)

    monkeypatch.setattr("pinn_metakan.cli.bench.import_module", record)
    run("bench", "compression", "--help")
    assert imported == ["pinn_metakan.benchmarks.compression"]
    run("bench", "--help")
    run("bench", "nothing")
    assert len(imported) == 1


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
