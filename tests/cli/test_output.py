"""What is printed may come from anyone's file: nothing of it moves the cursor of a terminal."""

from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from pinn_metakan.cli import exit_status, start, table
from pinn_metakan.cli.display import Display
from pinn_metakan.cli.exit_status import run
from pinn_metakan.cli.output import print_lines, print_texts, tell
from pinn_metakan.cli.table import print_table

ODD = "red\x1b[31m\rover\nverdict: converged"
SHOWN = r"red\x1b[31m\rover\nverdict: converged"


def test_lines_show_what_is_not_printable_as_python_does(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_lines([ODD, "größer 😀"])
    tell(ODD)
    assert tuple(capsys.readouterr()) == (f"{SHOWN}\ngrößer 😀\n", f"{SHOWN}\n")


def test_texts_have_their_lines(capsys: pytest.CaptureFixture[str]) -> None:
    print_texts(["\na", "b\x07\n"])
    assert capsys.readouterr().out == "\na\nb\\x07\n\n"


@pytest.mark.parametrize(
    ("status", "expected", "told"), [(0, 130, "pinn-metakan: interrupted\n"), (2, 2, "")]
)
def test_an_interrupt_after_a_failure_adds_no_line_to_it(
    status: int,
    expected: int,
    told: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(status: int) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(exit_status, "run", lambda arguments: status)
    monkeypatch.setattr(start, "close_output", interrupted)
    with pytest.raises(SystemExit) as stop:
        start.main(["list"])
    assert (stop.value.code, capsys.readouterr().err) == (expected, told)


@pytest.mark.parametrize("is_terminal", [True, False])
def test_tables_show_it_too(
    is_terminal: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table.sys.stdout, "isatty", lambda: is_terminal)
    monkeypatch.setenv("COLUMNS", "200")
    print_table(["name", "text"], [(ODD, ODD)])
    shown = capsys.readouterr().out
    assert shown.count(SHOWN) == 2
    assert ODD not in shown


@pytest.mark.parametrize("is_terminal", [True, False])
def test_what_a_run_uses_shows_it_too(
    is_terminal: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    display = Display(shows_each=True)
    display._console = Console(force_terminal=is_terminal, width=200)
    display.announce([(ODD, ODD)])
    assert "\x1b[31m\r" not in capsys.readouterr().out.replace("\\x1b", "")


def test_show_escapes_what_a_problem_says(
    write_problem: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_problem()
    text = path.read_text()
    path.write_text(text.replace('"""', '"""Clear: \\x1b[2J. ', 1))
    assert run(["show", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
