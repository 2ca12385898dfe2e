"""What a run that found no memory could be instead: fewer points, or narrower layers."""

import math
from collections.abc import Iterator
from contextlib import contextmanager

from pinn_metakan.errors import TrainingError, is_lack_of_memory
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.devices import memory_of
from pinn_metakan.settings.stages import LMSettings

# All of these: docs/decisions/0015-bounded-memory.md.
#: Numbers that a step of second order holds for each one of J, and for each one of J^T J.
_PER_JACOBIAN, _PER_GRAM = 3.0, 2.0
#: Part of a memory that a run can have, and the largest part of what did not fit that is advised.
_USABLE, _SMALLER = 0.8, 0.5
_BYTES = 8


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
    rows = -(-sum(len(group.at.points) * len(group.terms) for group in groups) // processes)
    columns, device = run.network.n_parameters, run.choices.device
    memory = memory_of(device)
    need = f"{rows} residuals x {columns} parameters take about {_size(_needed(rows, columns))}"
    has = "" if memory is None else f", {device} has {_size(memory)}"
    advice = []
    part = fitting_part(rows, columns, memory)
    if part > 0:
        interior = _rounded_down(part * run.settings.points.interior)
        advice.append(f"--set points.interior={interior}")
    if run.choices.network != "custom":
        narrower = fitting_width(rows, columns, memory)
        widths = [_rounded_down(narrower * width) for width in run.network.widths[1:-1]]
        advice.append(f"--set network.widths={widths}".replace(", ", ","))
    second_order = run.settings.stage("lm")
    assert isinstance(second_order, LMSettings)
    if rows * columns <= second_order.max_numbers:
        blocks = _rounded_down(rows * columns / 10)
        advice.append(f"--set lm.max_numbers={blocks} (the Jacobian in blocks of rows)")
    return f"out of memory: {need} in second order{has}; try {', or '.join(advice)}"


def fitting_part(rows: int, columns: int, memory: int | None) -> float:
    """Part of the residuals that a step of second order has room for.

    Args:
        rows: Residuals.
        columns: Parameters.
        memory: Bytes that there are, None if that is not known.

    Returns:
        At most a half, as all did not fit; 0 if J^T J is too large by itself.
    """
    if memory is None:
        return _SMALLER
    left = _USABLE * memory - _BYTES * _PER_GRAM * columns**2
    return min(_SMALLER, max(0.0, left / (_BYTES * _PER_JACOBIAN * rows * columns)))


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
    # Per byte: c P^2 + a N P = memory, for P.
    a, c = _PER_JACOBIAN * rows, _PER_GRAM
    left = _USABLE * memory / _BYTES
    fitting = 2 * left / (a + math.sqrt(a**2 + 4 * c * left))
    return math.sqrt(min(_SMALLER, fitting / columns))


def _needed(rows: int, columns: int) -> float:
    return _BYTES * (_PER_JACOBIAN * rows * columns + _PER_GRAM * min(rows, columns) ** 2)


def _size(count: float) -> str:
    return f"{count / 2**30:.2g} GiB" if count < 100 * 2**30 else f"{count / 2**30:.0f} GiB"


def _rounded_down(number: float) -> int:
    """Two digits of a number, at least 1."""
    whole = max(1, int(number))
    unit = 10 ** max(0, len(str(whole)) - 2)
    return whole // unit * unit
