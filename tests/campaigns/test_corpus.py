"""All that campaigns draw from, each row once: every refusal is one short printable line."""

import inspect
import io
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from random import Random

import pytest
from any_settings import fields_of
from campaigns import mistakes
from campaigns.answers import ANSWERS, LONGEST, judged
from campaigns.child import Ended, in_child
from campaigns.in_turn import InTurn
from campaigns.odd_trees import ODD
from campaigns.odd_values import TEXTS
from small_runs import FAST

from pinn_metakan import errors
from pinn_metakan.benchmarks.measure.assembled import run_of
from pinn_metakan.cli.exit_status import run
from pinn_metakan.errors import Interrupted, TrainingError, UserError, is_lack_of_memory
from pinn_metakan.pde import overtime
from pinn_metakan.pde.formulation import formulate
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.overtime import ended_in_time
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.choices import choose, suggested_settings
from pinn_metakan.settings.layers import build_settings, layers_of, parse_pair
from pinn_metakan.settings.networks import NETWORK_SETTINGS
from pinn_metakan.settings.sections import settings_class

#: How a message of the command line begins.
_BEGINNING = "pinn-metakan: "
#: Each draws a mistake of a problem file from one table, which has so many rows.
MISTAKES: dict[str, tuple[Callable[[Random], tuple[dict[str, str], bool]], int]] = {
    "endings": (mistakes._ending, len(mistakes.ENDINGS)),
    "changes": (mistakes._change, len(mistakes.CHANGES)),
    "returned": (mistakes._returned, len(mistakes.RETURNED)),
    "names": (mistakes._name, len(mistakes.NAMES)),
    "texts": (mistakes._text, len(mistakes.TEXTS)),
    "things": (mistakes._thing, len(mistakes.THINGS)),
    "domains": (mistakes._domain, len(mistakes.DOMAINS)),
}
#: The tables that take half of the time.
_LONG = ("changes", "returned", "names")
#: Settings that each text is a value of.
_VALUES = 5
#: Each row is put into so many places, one after the other, with -m campaign.
_PLACES = 13


def fault_of_line(message: str) -> str | None:
    """What a message is instead of one short printable line."""
    whole = _BEGINNING + message
    return None if whole.isprintable() and len(whole) <= LONGEST else f"{len(whole)}: {whole!r}"


def fault_of(function: Callable[[], object]) -> str | None:
    """What a call does instead of returning, or refusing in one line."""
    try:
        function()
    except UserError as refusal:
        return fault_of_line(str(refusal))
    except TrainingError as failure:
        return fault_of_line(str(failure))
    except Exception as error:
        return None if is_lack_of_memory(error) else f"{type(error).__name__}: {error!s:.200}"
    return None


@pytest.mark.parametrize(
    "kind",
    [
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, Exception) and kind is not Interrupted
    ],
)
def test_every_exception_tells_any_text_in_one_line(kind: type[Exception]) -> None:
    for value in [*TEXTS, *ODD]:
        assert fault_of_line(str(kind(value))) is None


def fault_of_setting(network: str, pair: str) -> str | None:
    return fault_of(lambda: build_settings(network, [parse_pair(pair)]))


def keys_of(network: str) -> list[str]:
    every = [*fields_of(settings_class()), *fields_of(NETWORK_SETTINGS[network], "network.")]
    return [key for key, _ in every]


def test_any_text_as_a_setting_and_as_the_value_of_one_is_taken_or_refused() -> None:
    in_turn, keys = InTurn(), keys_of("metakan")
    pairs = [f"{in_turn.choice(keys)}={text}" for text in TEXTS * _VALUES]
    pairs += [*TEXTS, *(f"{text}=1" for text in TEXTS), *(f"adam.{text}=1" for text in TEXTS)]
    assert not [fault for pair in pairs if (fault := fault_of_setting("metakan", pair))]


@pytest.mark.campaign
@pytest.mark.parametrize("network", NETWORK_SETTINGS)
def test_any_text_as_the_value_of_any_setting_is_taken_or_refused(network: str) -> None:
    pairs = [f"{key}={text}" for key in keys_of(network) for text in TEXTS]
    assert not [fault for pair in pairs if (fault := fault_of_setting(network, pair))]


def test_any_value_of_any_setting_and_choice_is_taken_or_refused() -> None:
    faults = []
    settings = build_settings("kan", [])
    for value in ODD:
        for key, _ in fields_of(settings_class()):
            layers = fault_of(lambda: build_settings("kan", layers_of("given", {key: value})))  # noqa: B023
            faults.append((key, value, layers))
        for given in ((value, "cpu", "float64"), (0, value, "float64"), (0, "cpu", value)):
            fault = fault_of(lambda: choose("kan", settings, *given))  # noqa: B023
            faults.append(("choice", given, fault))
        parameters = {"diffusivity": value}
        faults.append(("k", value, fault_of(lambda: load_problem("heat", parameters=parameters))))  # noqa: B023
    assert not [fault for fault in faults if fault[2] is not None]


def commands_with(text: str) -> Iterator[list[str]]:
    """Commands that train nothing, as there is no such setting, with a text in each place."""
    yield from ([command, "--", text] for command in ("show", "resume", "plot", "report"))
    yield ["settings", f"--network={text}"]
    yield ["list", f"--tag={text}"]
    yield ["networks", f"--widths={text}"]
    yield ["export", "nowhere", f"--to={text}"]
    yield ["compare", "--", text, "b"]
    options = ("param", "conditions", "device", "dtype", "seed", "settings", "budget")
    yield from (["solve", "heat", f"--{name}={text}", "--set=no=1"] for name in options)
    yield ["bench", "--", text]
    yield ["--", text]


def walked_in_child(walk: Callable[[], Iterator[str]], folder: Path, seconds: float) -> str:
    """What a walk finds in a forked child, as nothing that it does to Python may stay."""

    def found() -> None:
        sys.stdin = io.StringIO()
        warnings.simplefilter("ignore")
        told = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="backslashreplace")
        with redirect_stdout(io.StringIO()):
            for fault in walk():
                told.write(f"{fault}\n")
                told.flush()
        told.write("walked\n")
        told.flush()

    ended = in_child(found, folder, seconds)
    assert ended.status == 0, ended.error[-2000:]
    return ended.out


def walk_commands(commands: Iterable[list[str]]) -> Iterator[str]:
    """Answers to commands that are not as they should be; a line for each."""
    for arguments in commands:
        with redirect_stderr(io.StringIO()) as told:
            status = run(arguments)
        name, why = judged(Ended(status, "", told.getvalue(), 0.0), [])
        if name not in ANSWERS:
            yield f"{arguments!r:.100}: {name}: {why}"


def test_any_text_in_a_command_is_answered_in_one_line(tmp_path: Path) -> None:
    every = ([*commands_with(text)] for text in TEXTS)
    commands = [given[number % len(given)] for number, given in enumerate(every)]
    (tmp_path / "case").mkdir()
    found = walked_in_child(lambda: walk_commands(commands), tmp_path / "case", 120.0)
    assert found == "walked\n"


@pytest.mark.campaign
@pytest.mark.timeout(3600)
def test_any_text_in_any_place_of_a_command_is_answered_in_one_line(tmp_path: Path) -> None:
    commands = (arguments for text in TEXTS for arguments in commands_with(text))
    (tmp_path / "case").mkdir()
    found = walked_in_child(lambda: walk_commands(commands), tmp_path / "case", 1200.0)
    assert found == "walked\n"


def walk_mistakes(
    table: str, first: int, folder: Path, use: Callable[[Problem], object]
) -> Iterator[str]:
    """Answers to problem files, each with a row of a table, that are not as they should be.

    Args:
        table: A key of `MISTAKES`.
        first: Where the first row is put.
        folder: Where the files are.
        use: What is done with each problem.

    Yields:
        A line for each.
    """
    draw, count = MISTAKES[table]
    random = InTurn(first)
    overtime.GRACE, overtime._EVERY = 1.0, 0.05
    for number in range(count):
        parts, _ = draw(random)
        path = folder / f"mine{number}.py"
        path.write_text(mistakes.text_of(parts), encoding="utf-8")
        with ended_in_time(time.time()):
            fault = fault_of(lambda: use(load_problem(str(path))))  # noqa: B023
        if fault is not None:
            yield f"{parts!r:.200}: {fault}"


def stated(problem: Problem) -> None:
    """Read all that a problem states."""
    formulate(problem)
    suggested_settings(problem, "metakan")


@pytest.mark.parametrize(
    "table",
    [pytest.param(table, marks=[pytest.mark.slow] if table in _LONG else []) for table in MISTAKES],
)
def test_any_mistake_in_a_problem_file_is_refused_in_one_line(table: str, tmp_path: Path) -> None:
    (tmp_path / "case").mkdir()
    found = walked_in_child(
        lambda: walk_mistakes(table, 0, tmp_path / "case", stated), tmp_path / "case", 120.0
    )
    assert found == "walked\n"


def assembled(problem: Problem) -> None:
    """Do all that a run does before its first step."""
    run_of(problem, "mlp", FAST, "cpu", "float64")


@pytest.mark.campaign
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("table", MISTAKES)
def test_any_mistake_in_any_place_is_refused_before_a_run_begins(
    table: str, tmp_path: Path
) -> None:
    (tmp_path / "case").mkdir()
    for first in range(_PLACES):
        found = walked_in_child(
            lambda: walk_mistakes(table, first, tmp_path / "case", assembled),  # noqa: B023
            tmp_path / "case",
            1200.0,
        )
        assert found == "walked\n"


def test_what_is_chosen_in_turn_is_chosen_once() -> None:
    random, rows = InTurn(), list("abc")
    assert [random.choice(rows) for _ in range(4)] == list("abca")
    assert [random.randrange(3) for _ in range(4)] == [0, 1, 2, 0]
    assert InTurn(1).choice(rows) == "b"
