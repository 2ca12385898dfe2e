"""Every message is one printable line of fewer than 300 characters, whatever it is made of."""

import ast
import inspect
from collections.abc import Iterator
from copy import copy
from pathlib import Path

import pytest

from pinn_metakan import errors
from pinn_metakan.cli.exit_status import run
from pinn_metakan.errors import (
    LONGEST,
    Interrupted,
    RunFolderError,
    TrainingError,
    UserError,
    one_line,
)
from pinn_metakan.runs.begun import failures_of
from pinn_metakan.runs.folder import RunFolder

PACKAGE = Path(errors.__file__).parent
KINDS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, Exception) and kind is not Interrupted
]
NAMES = {kind.__name__ for kind in KINDS}
TEXTS = ["", "\x1b[2J", "a\nb", "\ud83d", "\u202e" * 400, "a" * 5000, "a /" * 900, "\x00" * 279]
#: Characters that a message leaves for the file, values and names that it is made of.
_ROOM = 40


def written(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """What messages in a file are made of, besides values: their lines and texts."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Raise) or not isinstance(node.exc, ast.Call):
            continue
        kind = node.exc.func
        if isinstance(kind, ast.Name) and kind.id in NAMES:
            for part in node.exc.args:
                texts = [n.value for n in ast.walk(part) if isinstance(n, ast.Constant)]
                yield node.lineno, "".join(text for text in texts if isinstance(text, str))


def test_messages_leave_room_for_what_they_name() -> None:
    long = []
    for path in PACKAGE.rglob("*.py"):
        for line, text in written(ast.parse(path.read_text())):
            if len(text) > LONGEST - _ROOM:
                long.append(f"{path.name}, line {line}: {len(text)}")
    assert long == []


def test_there_are_exceptions_to_look_at() -> None:
    assert {UserError, TrainingError} < set(KINDS)
    assert len(list(written(ast.parse("raise UserError(f'a {b} c', 'd')")))) == 2


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", TEXTS)
def test_every_kind_of_exception_has_one_short_printable_line(
    kind: type[Exception], text: str
) -> None:
    told = str(kind(text))
    assert told.isprintable()
    assert len(told) <= LONGEST
    assert one_line(told) == told


@pytest.mark.parametrize("kind", KINDS)
def test_a_command_that_a_message_ends_with_is_whole(kind: type[UserError]) -> None:
    command = f"pinn-metakan resume {'/a folder' * 40}"
    told = kind("go on with", command)
    assert str(told) == f"go on with: {command}"
    assert str(copy(told)) == str(told)


def test_a_run_in_a_deep_folder_is_gone_on_with_by_the_line_that_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path.joinpath(*["deep" * 10] * 6)
    folder.mkdir(parents=True)
    (folder / "checkpoint.safetensors").touch()
    with pytest.raises(RunFolderError, match=r"no solution\.h5") as failed:
        RunFolder(folder).read_field()
    assert str(failed.value).endswith(f"; go on with: pinn-metakan resume {folder}")
    with pytest.raises(TrainingError, match=f"resume {folder}$"), failures_of(RunFolder(folder)):
        raise failed.value
    assert run(["profile", str(folder), "k"]) == 2
    assert capsys.readouterr().err.endswith(f"go on with: pinn-metakan resume {folder}\n")


def test_a_short_message_stays_as_it_is() -> None:
    assert str(UserError("no setting 'a'; there are b, c")) == "no setting 'a'; there are b, c"


@pytest.mark.parametrize(
    "arguments",
    [
        ["show", "\x1b[2J"],
        ["show", "a" * 5000],
        ["show", "a\nb.py"],
        ["settings", "--network", "\u202e" * 400],
        ["nothing\x07"],
        ["solve", "heat", "--set", f"x={'9' * 4400}"],
        ["solve", "heat", "--set", f"{'a.' * 500}=1"],
        ["solve", "heat", "--param", f"{'k' * 3000}=1"],
    ],
)
def test_the_command_line_answers_in_one_short_printable_line(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    line = capsys.readouterr().err
    assert line.startswith("pinn-metakan: ")
    assert line.endswith("\n")
    assert line[:-1].isprintable()
    assert len(line) <= 300
