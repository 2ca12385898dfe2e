"""What a run that found no memory could be instead: fewer points, or narrower layers."""

import math
from collections.abc import Iterator
from contextlib import contextmanager

from pinn_metakan.errors import TrainingError, is_lack_of_memory
from pinn_metakan.optimizers.jacobian import LARGEST_GRAM
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.devices import memory_of
from pinn_metakan.runs.needed_memory import gib
from pinn_metakan.settings.stages import LMSettings

# All of these: docs/decisions/0015-bounded-memory.md.
#: Numbers that a step of second order holds for each one of J, and for each one of J^T J.
_PER_JACOBIAN, _PER_GRAM = 3.0, 2.0
#: Part of a memory that a run can have, and the largest part of what did not fit that is advised.
_USABLE, _SMALLER = 0.8, 0.5
_BYTES = 8
_NOTHING_FITS = "no fewer points help; take a machine with more memory, or a smaller network"


@contextmanager
def told_lack_of_memory(run: AssembledRun) -> Iterator[None]:
    """Tell what would fit where the block finds no memory.

    Args:
        run: The run that the block trains.

    Raises:
        TrainingError: If it finds none.
    """
    try:
        yield
    except Exception as error:
        if is_lack_of_memory(error):
            raise TrainingError(lack_of_memory_line(run)) from error
        raise


def lack_of_memory_line(run: AssembledRun) -> str:
    """Say what a run needs, what there is, and which points and widths would fit.

    Args:
        run: The run that found no memory.

    Returns:
        One line.
    """
    groups = run.objective.collocation.groups
    processes = run.communicator.count
    all_rows = sum(len(group.at.points) * len(group.terms) for group in groups)
    ahead = run.objective.collocation.points_ahead * len(run.equations.terms)
    rows, most = -(-all_rows // processes), -(-(all_rows + ahead) // processes)
    columns, device = run.network.n_parameters, run.choices.device
    memory = memory_of(device)
    need = f"{rows} residuals x {columns} parameters take about {gib(_needed(rows, columns))}"
    has = "" if memory is None else f", {device} has {gib(memory)}"
    advice = []
    interior = fitting_part(rows, columns, memory) * len(run.equations.at.points)
    if interior >= 1:
        advice.append(f"--set points.interior={_rounded_down(interior)}")
    if run.choices.network != "custom":
        narrower = fitting_width(rows, columns, memory)
        widths = [_rounded_down(narrower * width) for width in run.network.widths[1:-1]]
        advice.append(f"--set network.widths={widths}".replace(", ", ","))
    second_order = run.settings.stage("lm")
    assert isinstance(second_order, LMSettings)
    if most * columns <= second_order.max_numbers:
        fewer = _rounded_down(rows * columns / 10)
        then = "the Jacobian in blocks of rows"
        if columns > LARGEST_GRAM:
            then = "lm by the kernel of some points in each step"
        advice.append(f"--set lm.max_numbers={fewer} ({then})")
    try_these = f"try {', or '.join(advice)}" if advice else _NOTHING_FITS
    return f"out of memory: {need} in second order{has}; {try_these}"


def fitting_part(rows: int, columns: int, memory: int | None) -> float:
    """Part of the residuals that a step of second order has room for.

    Args:
        rows: Residuals.
        columns: Parameters.
        memory: Bytes that there are, None if that is not known.

    Returns:
        At most a half, as all did not fit.
    """
    if memory is None:
        return _SMALLER
    return min(_SMALLER, _fitting(columns, _USABLE * memory / _BYTES) / rows)


def fitting_width(rows: int, columns: int, memory: int | None) -> float:
    """Part of the widths that a step of second order has room for, all residuals kept.

    Args:
        rows: As for `fitting_part`.
        columns: As for `fitting_part`; they grow like the square of the widths.
        memory: As for `fitting_part`.

    Returns:
        At most the square root of a half.
    """
    if memory is None:
        return math.sqrt(_SMALLER)
    return math.sqrt(min(_SMALLER, _fitting(rows, _USABLE * memory / _BYTES) / columns))


def _fitting(one: int, numbers: float) -> float:
    """N for a P, or P for an N, where a step holds so many numbers: both count alike."""
    a, c = _PER_JACOBIAN * one, _PER_GRAM
    if (a + c * one) * one <= numbers:  # the other is the larger one: a x + c one^2 = numbers
        return (numbers - c * one**2) / a
    return 2 * numbers / (a + math.sqrt(a**2 + 4 * c * numbers))  # c x^2 + a x = numbers


def _needed(rows: int, columns: int) -> float:
    return _BYTES * (_PER_JACOBIAN * rows * columns + _PER_GRAM * min(rows, columns) ** 2)


def _rounded_down(number: float) -> int:
    """Two digits of a number, at least 1."""
    whole = max(1, int(number))
    unit = 10 ** max(0, len(str(whole)) - 2)
    return whole // unit * unit
