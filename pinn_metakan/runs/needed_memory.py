"""Memory that settings need at least, refused before it is asked for where there is not so much.

Counted is what is held at once whatever else is done: points, values on the grid, parameters and
their gradient, the kernel of a step; for the Jacobian see `lack_of_memory`. A run needs more.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch

from pinn_metakan.errors import SettingsError
from pinn_metakan.pde.formulation import Formulation
from pinn_metakan.runs.devices import memory_of
from pinn_metakan.settings.networks import FeaturesSettings
from pinn_metakan.settings.sections import Settings

#: Bytes of a number.
BYTES = 8
#: Part of a memory that is advised to be used (docs/decisions/0015-bounded-memory.md).
USABLE = 0.8
#: Numbers for each unknown at a point of the grid: the value, the reference and their difference.
_PER_UNKNOWN = 3
#: Numbers for each parameter: its value and its gradient.
_PER_PARAMETER = 2


@dataclass(frozen=True)
class Need:
    """What a setting needs.

    Args:
        setting: Its name.
        value: What it is.
        size: Bytes that it needs at least.
        smaller: Makes a value of it that needs a part of that.
    """

    setting: str
    value: object
    size: float
    smaller: Callable[[float], object]


def refuse_what_never_fits(
    settings: Settings, formulation: Formulation, device: torch.device
) -> None:
    """Refuse settings that need more memory than there is.

    Args:
        settings: The settings.
        formulation: The problem.
        device: Where it is trained.

    Raises:
        SettingsError: If one needs more; says what would fit.
    """
    cpu = torch.device("cpu")
    for need, place in [
        *((need, cpu) for need in _of_grid(settings, formulation)),
        *((need, device) for need in _of_points(settings, formulation)),
        *((need, device) for need in _of_networks(settings)),
    ]:
        memory = memory_of(place)
        if memory is not None and need.size > memory:
            fitting = need.smaller(USABLE * memory / need.size)
            raise SettingsError(
                f"{need.setting} = {_short(need.value)} takes at least {gib(need.size)}, {place} "
                f"has {gib(memory)}; at most --set {need.setting}={_short(fitting)} fits"
            )


def gib(size: float) -> str:
    """A number of bytes, in GiB."""
    count = size / 2**30
    return f"{count:.2g} GiB" if count < 100 else f"{count:.0f} GiB"


def _of_grid(settings: Settings, formulation: Formulation) -> Iterator[Need]:
    unknowns = len(formulation.variables.unknowns)
    numbers = formulation.domain.dimension + _PER_UNKNOWN * unknowns
    section, shape = settings.evaluation, settings.evaluation.shape
    if shape:
        size = BYTES * numbers * math.prod(shape)
        root = 1 / len(shape)
        yield Need("evaluation.shape", shape, size, lambda part: _scaled(shape, part**root))
    yield _of_count("evaluation.points", section.points, numbers)
    yield _of_count("evaluation.history_points", section.history_points, numbers)


def _of_points(settings: Settings, formulation: Formulation) -> Iterator[Need]:
    dimension, points = formulation.domain.dimension, settings.points
    terms = len(formulation.equations.terms)
    yield _of_count("points.interior", points.interior, dimension + terms)
    yield _of_count("points.boundary", points.boundary, 2 * dimension)
    yield _of_count("points.initial", points.initial, dimension)
    kernel = settings.stage("kernel")
    sample = int(kernel.model_dump()["sample"])
    if "kernel" in settings.stages and kernel.steps > 0:
        size = 2.0 * BYTES * (terms * sample) ** 2  # the kernel and its factor
        yield Need(
            "kernel.sample", sample, size, lambda part: rounded_down(sample * math.sqrt(part))
        )


def _of_networks(settings: Settings) -> Iterator[Need]:
    widths = settings.network.model_dump().get("widths", [])
    if isinstance(settings.network, FeaturesSettings):  # all of them stand side by side
        size = float(BYTES * _PER_PARAMETER * sum(widths))
        yield Need("network.widths", widths, size, lambda part: _scaled(widths, part))
    else:
        yield _of_widths("network.widths", widths)
    widen = settings.stage("widen")
    if "widen" in settings.stages and widen.steps > 0:
        yield _of_widths("widen.widths", widen.model_dump()["widths"])


def _of_widths(setting: str, widths: Sequence[int]) -> Need:
    edges = sum(a * b for a, b in pairwise(widths)) + sum(widths)
    size = float(BYTES * _PER_PARAMETER * edges)
    return Need(setting, list(widths), size, lambda part: _scaled(widths, math.sqrt(part)))


def _of_count(setting: str, count: int, numbers: int) -> Need:
    size = float(BYTES * numbers * count)
    return Need(setting, count, size, lambda part: rounded_down(count * part))


def _scaled(values: Sequence[int], part: float) -> list[int]:
    return [rounded_down(part * value) for value in values]


def rounded_down(number: float) -> int:
    """Two digits of a number, rounded down; at least 1."""
    whole = max(1, int(number))
    unit = 10 ** max(0, len(str(whole)) - 2)
    return whole // unit * unit


def _short(value: object) -> str:
    """A value as --set takes it, cut where it is long."""
    text = str(value).replace(", ", ",")
    return text if len(text) <= 60 else f"{text[:57]}..."
