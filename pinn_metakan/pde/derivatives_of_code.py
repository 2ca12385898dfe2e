"""Code of the user's that torch can evaluate, but not differentiate: told with its line.

Such an error is raised long after the code has returned, by torch and in none of its lines. All is
done once more then while torch notes where each of its operations was asked for.
"""

import re
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from pinn_metakan.errors import ProblemError, TrainingError, is_lack_of_memory, one_line
from pinn_metakan.pde.user_code import TORCH, is_of_library, is_of_torch

#: What all backward passes go through.
_BACKWARD = TORCH / "autograd"
#: A line of a stack, as torch writes it.
_LINE = re.compile(r'^ *File "(.+)", line (\d+)', re.MULTILINE)
#: Characters of what torch says, and of what it is of.
_LONGEST = 70

#: A file and a line.
Place = tuple[str, int]


@contextmanager
def told_derivatives(label: str, again: Callable[[], object]) -> Iterator[None]:
    """Tell code of the user's that torch cannot differentiate.

    Args:
        label: What it is of, such as "mine.py: the term 'heat'".
        again: Does the same differentiation once more.

    Raises:
        ProblemError: If the block differentiates what a line of the user's computes, and torch or
            a backward pass of the user's own fails there.
        TrainingError: If the block raises one.
    """
    try:
        yield
    except (ProblemError, TrainingError):
        raise
    except Exception as error:
        place = None if is_lack_of_memory(error) else _place_of(error, again)
        if place is None:
            raise
        file, line = place
        said = one_line(f"{type(error).__name__}: {one_line(error)}", _LONGEST)
        raise ProblemError(
            f"{one_line(label, _LONGEST)} has no derivative in torch: {said} "
            f"({one_line(Path(file).name, _LONGEST // 2)}, line {line}); take functions that it "
            "differentiates, in batches too, and change no tensor in place"
        ) from error


def _place_of(error: Exception, again: Callable[[], object]) -> Place | None:
    """The line of the user's of which a backward pass failed; None if there is none."""
    stack = [(f.filename, f.lineno or 0) for f in traceback.extract_tb(error.__traceback__)]
    inside = [n for n, (file, _) in enumerate(stack) if Path(file).is_relative_to(_BACKWARD)]
    if not inside:
        return None
    place = _of_the_user(stack[inside[0] :])  # of a backward pass of the user's own
    return place or next(filter(None, map(_of_the_user, _stacks(again))), None)


def _stacks(again: Callable[[], object]) -> list[list[Place]]:
    """Where the operations were asked for whose derivatives fail, the failing one first."""
    with warnings.catch_warnings(record=True) as noted:
        warnings.simplefilter("always")
        try:
            with torch.autograd.detect_anomaly(check_nan=False):
                again()
        except Exception:  # the same one
            pass
    return [[(f, int(n)) for f, n in _LINE.findall(str(one.message))] for one in noted]


def _of_the_user(stack: list[Place]) -> Place | None:
    """The innermost line outside of torch, if it is the user's."""
    outside = [(file, line) for file, line in stack if not is_of_torch(file)]
    return outside[-1] if outside and not is_of_library(outside[-1][0]) else None
