"""What a run that found no memory could be instead: fewer points, or narrower layers."""

import math
from collections.abc import Iterator
from contextlib import contextmanager

from pinn_metakan.errors import SettingsError, TrainingError, is_lack_of_memory
from pinn_metakan.optimizers.jacobian import LARGEST_GRAM
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.devices import memory_of
from pinn_metakan.runs.needed_memory import BYTES, USABLE, gib, rounded_down
from pinn_metakan.runs.threads import thread_advice
from pinn_metakan.settings.stages import LMSettings

# All of these: docs/decisions/0015-bounded-memory.md.
#: Numbers that a step of second order holds for each one of J, and for each one of J^T J.
_PER_JACOBIAN, _PER_GRAM = 3.0, 2.0
#: The largest part of what did not fit that is advised.
_SMALLER = 0.5
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
    rows, columns = _shape(run)
    threads = thread_advice() if run.choices.device.type == "cpu" else None
    advice = _advice(run)
    if threads is not None:  # by far the easiest; not all have room in a line
        advice = [threads, *advice[:2]]
    try_these = f"try {', or '.join(advice)}" if advice else _NOTHING_FITS
    return f"out of memory: {_need(run, 'take about', _needed(rows, columns))}; {try_these}"


def refuse_jacobian_that_never_fits(run: AssembledRun) -> None:
    """Refuse a run whose Jacobian alone needs more memory than there is.

    Args:
        run: The run, of which nothing has been trained.

    Raises:
        SettingsError: If it does; says what would fit.
    """
    rows, columns = _shape(run)
    least = BYTES * (rows * columns + min(rows, columns) ** 2)  # J and J^T J themselves
    memory = memory_of(run.choices.device)
    if memory is not None and least > memory and _keeps_jacobian(run):
        try_these = f"try {', or '.join(_advice(run))}"
        raise SettingsError(f"{_need(run, 'take at least', least)}; {try_these}")


def scarce_memory_note(run: AssembledRun) -> str | None:
    """Say that a step of second order may find no memory; None where there is enough.

    Args:
        run: The run, of which nothing has been trained.

    Returns:
        One line, with what would fit.
    """
    needed, memory = _needed(*_shape(run)), memory_of(run.choices.device)
    if memory is None or needed <= USABLE * memory or not _keeps_jacobian(run):
        return None
    return (
        f"{_need(run, 'take about', needed)}; if that is too little: {', or '.join(_advice(run))}"
    )


def _keeps_jacobian(run: AssembledRun) -> bool:
    """Whether a stage of the run keeps its whole Jacobian."""
    numbers = _most_rows(run) * run.network.n_parameters
    stages = [run.settings.stage(name) for name in run.settings.stages]
    return any(
        isinstance(stage, LMSettings) and stage.steps > 0 and numbers <= stage.max_numbers
        for stage in stages
    )


def _shape(run: AssembledRun) -> tuple[int, int]:
    """Residuals that this process has, and parameters."""
    return _all_rows(run), run.network.n_parameters


def _all_rows(run: AssembledRun, ahead: int = 0) -> int:
    """Rows of the share of this process of all residuals, and some that are to come."""
    groups = run.objective.collocation.groups
    rows = sum(len(group.at.points) * len(group.terms) for group in groups)
    return -(-(rows + ahead) // run.communicator.count)


def _most_rows(run: AssembledRun) -> int:
    """Residuals that this process may come to have, as points are added."""
    ahead = run.objective.collocation.points_ahead * len(run.equations.terms)
    return _all_rows(run, ahead)


def _need(run: AssembledRun, take: str, size: float) -> str:
    rows, columns = _shape(run)
    device = run.choices.device
    memory = memory_of(device)
    has = "" if memory is None else f", {device} has {gib(memory)}"
    return f"{rows} residuals x {columns} parameters {take} {gib(size)} in second order{has}"


def _advice(run: AssembledRun) -> list[str]:
    """Settings that would fit, as --set takes them."""
    (rows, columns), memory = _shape(run), memory_of(run.choices.device)
    advice = []
    interior = fitting_part(rows, columns, memory) * len(run.equations.at.points)
    if interior >= 1:
        advice.append(f"--set points.interior={rounded_down(interior)}")
    if run.choices.network != "custom":
        narrower = fitting_width(rows, columns, memory)
        widths = [rounded_down(narrower * width) for width in run.network.widths[1:-1]]
        advice.append(f"--set network.widths={widths}".replace(", ", ","))
    second_order = run.settings.stage("lm")
    assert isinstance(second_order, LMSettings)
    if _most_rows(run) * columns <= second_order.max_numbers:
        fewer = rounded_down(rows * columns / 10)
        then = "the Jacobian in blocks of rows"
        if columns > LARGEST_GRAM:
            then = "lm by the kernel of some points in each step"
        advice.append(f"--set lm.max_numbers={fewer} ({then})")
    return advice


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
    return min(_SMALLER, _fitting(columns, USABLE * memory / BYTES) / rows)


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
    return math.sqrt(min(_SMALLER, _fitting(rows, USABLE * memory / BYTES) / columns))


def _fitting(one: int, numbers: float) -> float:
    """N for a P, or P for an N, where a step holds so many numbers: both count alike."""
    a, c = _PER_JACOBIAN * one, _PER_GRAM
    if (a + c * one) * one <= numbers:  # the other is the larger one: a x + c one^2 = numbers
        return (numbers - c * one**2) / a
    return 2 * numbers / (a + math.sqrt(a**2 + 4 * c * numbers))  # c x^2 + a x = numbers


def _needed(rows: int, columns: int) -> float:
    return BYTES * (_PER_JACOBIAN * rows * columns + _PER_GRAM * min(rows, columns) ** 2)
