"""From what a command raises to one line on standard error and an exit status."""

import os
import shlex
import traceback
from pathlib import Path

import typer

from pinn_metakan.cli.app import app
from pinn_metakan.cli.output import silence, tell
from pinn_metakan.cli.warning_lines import told_warnings
from pinn_metakan.errors import (
    LONGEST,
    Interrupted,
    ProcessesLost,
    StorageError,
    TrainingError,
    UserError,
    is_lack_of_memory,
    one_line,
)
from pinn_metakan.files import NotWrittenError
from pinn_metakan.runs.interrupts import interrupted_status

#: By this variable a shell asks for completions, as typer's --install-completion sets it up.
_COMPLETION = "_PINN_METAKAN_COMPLETE"
#: With this variable a fault of this program shows where it is.
_TRACEBACK = "PINN_METAKAN_TRACEBACK"
_REPORT = f"this is a fault of the program; please report what it says with {_TRACEBACK}=1"
_SEE_HELP = " Try 'pinn-metakan --help'."
#: A command that goes on with a run is printed whole.
_WITH_COMMAND = 10_000
#: Characters of a path that a message shows.
_SHOWN = 150


def run(arguments: list[str]) -> int:
    """Run a command.

    Args:
        arguments: What stands behind ``pinn-metakan``; its help if there is nothing.

    Returns:
        0 done, 1 failed, 2 wrong input, 130 interrupted, 143 by SIGTERM.
    """
    command = typer.main.get_command(app)
    if _COMPLETION in os.environ:  # a shell asks what may follow
        command.main([], prog_name="pinn-metakan", complete_var=_COMPLETION)
    try:
        # Not command.main(), which has handlers of its own for Ctrl-C and closed pipes.
        try:
            made = command.make_context("pinn-metakan", arguments or ["--help"])
        except SystemExit as stop:  # --install-completion and --show-completion end so
            return int(stop.code or 0)
        with made as context, told_warnings():
            command.invoke(context)
            return 0
    except typer.Exit as stop:
        return stop.exit_code
    except UserError as error:
        return _failed(str(error), 2)
    except (ProcessesLost, StorageError) as lost:
        return _failed(f"{lost}{_how_to_go_on(lost)}", 1)
    except TrainingError as error:
        return _failed(str(error), 1)
    except Interrupted as stop:
        return _failed(f"interrupted{_how_to_go_on(stop)}", interrupted_status())
    except (KeyboardInterrupt, typer.Abort):
        return _failed("interrupted", interrupted_status())
    except SystemExit as stop:  # code of the user's own, in the middle of a run
        return _failed(f"a problem or a part of it ended the program: SystemExit({stop.code})", 1)
    except BrokenPipeError as error:  # the reader of a pipe went away
        silence(error)
        return 0
    except NotWrittenError as error:
        from pinn_metakan.runs.lack_of_room import lack_of_room_line

        return _failed(lack_of_room_line(error), 1)
    except Exception as error:
        # Errors of usage are classes of the command line library that can format themselves.
        if hasattr(error, "format_message") and hasattr(error, "exit_code"):
            told = one_line(error.format_message(), LONGEST - len(_SEE_HELP))
            return _failed(f"{told}{_SEE_HELP}", 2)
        if isinstance(error, OSError) and error.filename is not None:
            # A name that is too long, a folder that has gone.
            return _failed(f"cannot use {str(error.filename)[:_SHOWN]}: {error.strerror}", 2)
        if is_lack_of_memory(error):
            from pinn_metakan.runs.threads import thread_advice

            hint = "fewer points (--set points.interior=...) or narrower widths"
            threads = thread_advice()
            hint = hint if threads is None else f"{threads}, {hint}"
            return _failed(f"out of memory; try {hint}", 1)
        if _TRACEBACK in os.environ:
            raise
        return _failed(_fault(error), 1)


def _fault(error: Exception) -> str:
    """What went wrong, at which line, and whose it is: the last of a file that is not installed."""
    from pinn_metakan.pde.user_code import is_of_library, is_of_torch

    *_, last = (
        (Path(frame.f_code.co_filename), line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if not is_of_torch(frame.f_code.co_filename)
    )
    file, line = last
    place = f"{type(error).__name__} ({file.name}, line {line})"
    said = one_line(error, LONGEST // 3)
    if is_of_library(str(file)):
        return f"unforeseen {place}: {said}; {_REPORT}"
    return f"code of yours failed, {place}: {said}; mend {one_line(file, LONGEST // 4)}"


def _failed(message: str, status: int) -> int:
    if "WORLD_SIZE" not in os.environ or _is_first_to_tell():
        tell(f"pinn-metakan: {one_line(message, _WITH_COMMAND)}")
    return status


def _is_first_to_tell() -> bool:
    from pinn_metakan.runs.processes import is_first_to_tell

    return is_first_to_tell()


def _how_to_go_on(stop: Interrupted | ProcessesLost | StorageError) -> str:
    if stop.folder is None:
        return ""
    from pinn_metakan.cli.closing import resume_line

    try:
        line = resume_line(stop.folder, stop.problem_file)
    except (UserError, OSError):  # the folder cannot be read
        line = shlex.join(["pinn-metakan", "resume", str(stop.folder)])
    return f"; go on with: {line}"
