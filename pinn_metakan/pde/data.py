"""Data of a condition: a number, or a function of the coordinates."""

import inspect
import math
from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pinn_metakan.derivatives.request import Variables
from pinn_metakan.errors import ProblemError
from pinn_metakan.pde.returned import fault_of
from pinn_metakan.pde.unknown import Unknown
from pinn_metakan.pde.user_code import call_user

#: A number, known or not, or a function of one (N,) tensor per coordinate that returns (N,) or a
#: number.
Data = float | Unknown | Callable[..., Tensor | NDArray[np.floating] | float]


def arguments_at(variables: Variables, points: Tensor) -> list[Tensor]:
    """Split points (N, d) into the arguments of user functions: one tensor per coordinate.

    Args:
        variables: What the columns are called.
        points: Shape (N, d).

    Returns:
        Copies: a function may change its arguments without changing the points.
    """
    arguments = []
    for name in variables.coordinates:
        columns = variables.columns(name)
        is_vector = variables.has_vector and columns == variables.space_axes
        argument = points[:, list(columns)] if is_vector else points[:, columns[0]].clone()
        arguments.append(argument)
    return arguments


def arguments_in_space(variables: Variables, points: Tensor) -> list[Tensor]:
    """Split points (N, d) into the arguments of functions at one time: the coordinates of space.

    Args:
        variables: What the columns are called.
        points: Shape (N, d).

    Returns:
        Copies; where time is the only coordinate, time.
    """
    arguments = arguments_at(variables, points)
    return arguments[:-1] or arguments


def check_data(what: str, data: object) -> None:
    """Refuse what is neither a finite real number nor a function.

    Args:
        what: Whose data they are, such as "Dirichlet: u".
        data: What the user gave.

    Raises:
        ValueError: If it is something else, an array or a number that is not finite.
    """
    if callable(data) or isinstance(data, Unknown):
        return
    try:
        if isinstance(data, np.complexfloating):  # float() would only warn, and drop a part of it
            data = complex(data)
        number = float(data)  # type: ignore[arg-type]
    except (TypeError, ValueError, RuntimeError, ArithmeticError):
        shown = " ".join(repr(data).split())[:60]
        hint = "; data at points are given by Observed(points, u=values)"
        raise ValueError(
            f"{what} must be a real number or a function of the coordinates, got {shown}"
            + (hint if isinstance(data, Tensor | np.ndarray | list | tuple) else "")
        ) from None
    if not math.isfinite(number):
        raise ValueError(f"{what} must be finite, got {number}")


def shown_data(data: object) -> str:
    """Short text for data: the number, or the arguments of the function."""
    if isinstance(data, Tensor | np.ndarray):
        return f"<{len(data)} values>"
    if not callable(data):
        return repr(data)
    try:
        names = ", ".join(inspect.signature(data).parameters)
    except (TypeError, ValueError):
        names = "..."
    return f"f({names})"


def evaluate_data(data: Data, arguments: Sequence[Tensor], label: str) -> Tensor:
    """Evaluate a number or a function at points.

    Args:
        data: A number or a function.
        arguments: What a function receives: (N,) for each coordinate, or (N, d) for a vector one.
        label: Whose data they are, for messages.

    Returns:
        Values, shape (N,), with the dtype and device of the arguments.

    Raises:
        ProblemError: If the function fails or returns another shape, or no real numbers.
    """
    like = arguments[0]
    count = like.shape[0]  # torch.export follows the shape, but not len()
    if isinstance(data, Unknown):
        values: object = data.tensor()
    else:
        values = call_user(data, arguments, label) if callable(data) else float(data)
    if isinstance(values, Unknown):  # of a function that returns it
        values = values.tensor()
    if isinstance(values, int | float):
        try:
            number = float(values)
        except OverflowError:
            raise ProblemError(f"{label} returned a number of too many digits") from None
        return torch.full((count,), number, dtype=like.dtype, device=like.device)
    if isinstance(values, np.ndarray | np.generic):
        if values.dtype.kind not in "biufc":
            raise ProblemError(f"{label} returned {values.dtype}, expected real numbers (N,)")
        kind = np.complex128 if values.dtype.kind == "c" else np.float64
        values = torch.from_numpy(np.array(values, dtype=kind))  # in the byte order of the machine
    if not isinstance(values, Tensor):
        raise ProblemError(f"{label} returned {type(values).__name__}, expected a torch tensor")
    if (fault := fault_of(values, like.device)) is not None:
        raise ProblemError(f"{label} returned {fault} numbers, expected real ones (N,)")
    if values.ndim == 0:
        values = values.expand(count)
    if values.shape != (count,):
        raise ProblemError(f"{label} returned shape {tuple(values.shape)}, expected ({count},)")
    return values.to(like)
