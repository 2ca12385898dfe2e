"""What users give as values of a condition: a number, or a function of the coordinates."""

import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor

from pinn_metakan.derivatives.request import Variables
from pinn_metakan.errors import ProblemError

#: A number, or a function of one (N,) tensor a coordinate that returns (N,) or a number.
Data = float | Callable[..., Tensor | float]

#: Files of this package and of Python itself, which are not where a user's mistake is.
_LIBRARIES = (str(Path(__file__).parents[1]), str(Path(traceback.__file__).parent))


def arguments_at(variables: Variables, points: Tensor) -> list[Tensor]:
    """Split points (N, d) into what user functions receive: one tensor a coordinate."""
    arguments = []
    for name in variables.coordinates:
        columns = variables.columns(name)
        is_vector = variables.has_vector and columns == variables.space_axes
        arguments.append(points[:, list(columns)] if is_vector else points[:, columns[0]])
    return arguments


def evaluate_data(data: Data, arguments: Sequence[Tensor], label: str) -> Tensor:
    """Evaluate a number or a function at points.

    Args:
        data: A number or a function.
        arguments: What a function receives: (N,) a coordinate, or (N, d) for a vector coordinate.
        label: Whose data they are, for messages.

    Returns:
        Values, shape (N,), with the dtype and device of the arguments.

    Raises:
        ProblemError: If the function fails or returns another shape.
    """
    like = arguments[0]
    count = len(like)
    if not callable(data):
        return torch.full((count,), float(data), dtype=like.dtype, device=like.device)
    values = call_user(data, arguments, label)
    if isinstance(values, int | float):
        return torch.full((count,), float(values), dtype=like.dtype, device=like.device)
    if not isinstance(values, Tensor):
        raise ProblemError(f"{label} returned {type(values).__name__}, expected a torch tensor")
    if values.ndim == 0:
        values = values.expand(count)
    if values.shape != (count,):
        raise ProblemError(f"{label} returned shape {tuple(values.shape)}, expected ({count},)")
    return values.to(like)


def call_user(function: Callable[..., object], arguments: Sequence[Tensor], label: str) -> object:
    """Call a function that the user wrote.

    Args:
        function: The function.
        arguments: Its arguments.
        label: What it is, for messages.

    Returns:
        What it returned.

    Raises:
        ProblemError: If it raised anything; the message names the error and where it happened.
    """
    try:
        return function(*arguments)
    except Exception as error:
        if isinstance(error, torch.OutOfMemoryError):
            raise
        raise ProblemError(f"{label} failed: {describe_error(error)}") from error


def describe_error(error: BaseException) -> str:
    """Say in one line what was raised, and where: at the innermost line outside of libraries."""
    places = [
        f"{Path(frame.filename).name}, line {frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith(_LIBRARIES) and "site-packages" not in frame.filename
    ]
    text = " ".join(str(error).split()) or "no message"
    return f"{type(error).__name__}: {text}" + (f" ({places[-1]})" if places else "")
