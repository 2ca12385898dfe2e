"""The figures of a run, drawn from its stored field alone."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.figure import Figure

from pinn_metakan.plotting.activations import activations_figure, prompts_figure
from pinn_metakan.plotting.estimates import estimates_figure, has_estimates
from pinn_metakan.plotting.figure_files import (
    DEFAULT_DPI,
    FORMATS,
    figure_bytes,
    write_figures,
)
from pinn_metakan.plotting.functions import functions_figure, has_functions
from pinn_metakan.plotting.history import history_figure
from pinn_metakan.plotting.parameter_errors import parameter_errors_figure
from pinn_metakan.plotting.profiles import has_profiles, profiles_figure
from pinn_metakan.plotting.solution import solution_figure
from pinn_metakan.results.field import Field
from pinn_metakan.results.parameter_errors import parameter_errors

_NAMES = (
    "solution",
    "history",
    "profiles",
    "estimates",
    "functions",
    "parameter_errors",
    "activations",
    "prompts",
)
#: Files that `draw_all` and `draw_activations` may write.
FIGURES = tuple(f"{name}.{format}" for name in _NAMES for format in FORMATS)


def draw_all(field: Field, folder: Path, format: str = "png", dpi: int = DEFAULT_DPI) -> list[Path]:
    """Draw every figure of a field into a folder.

    Args:
        field: What was computed.
        folder: Where the figures go; it exists.
        format: As for `write_figures`.
        dpi: As for `write_figures`.

    Returns:
        The files: ``solution.png``, ``history.png``, for one space coordinate and time
        ``profiles.png``, for unknown numbers ``estimates.png``, for unknown functions
        ``functions.png``, and for parameters and a reference ``parameter_errors.png``.

    Raises:
        UserError: If format or resolution is none that there is.
    """
    return write_figures(_all_figures(field), folder, format, dpi)


def all_figures(field: Field) -> dict[str, bytes]:
    """Draw every figure of a field in memory: PNG files by their names, as `draw_all` has them."""
    return figure_bytes(_all_figures(field))


def _all_figures(field: Field) -> dict[str, Figure]:
    figures = {"solution": solution_figure(field), "history": history_figure(field)}
    if has_profiles(field):
        figures["profiles"] = profiles_figure(field)
    if has_estimates(field):
        figures["estimates"] = estimates_figure(field)
    if parameter_errors(field):
        figures["parameter_errors"] = parameter_errors_figure(field)
    if has_functions(field):
        figures["functions"] = functions_figure(field)
    return figures


def draw_chosen(
    field: Field,
    folder: Path,
    names: Sequence[str],
    at: Mapping[str, float],
    format: str = "png",
    dpi: int = DEFAULT_DPI,
) -> Path:
    """Draw what is asked for of a field into a folder.

    Args:
        field: What was computed.
        folder: Where the figure goes; it exists.
        names: As for `solution_figure`.
        at: As for `solution_figure`.
        format: As for `write_figures`.
        dpi: As for `write_figures`.

    Returns:
        The file, such as ``solution-u_error-t=0.5.png``.

    Raises:
        UserError: If there is no such field or coordinate, a value lies outside, or format or
            resolution is none that there is.
    """
    figure = solution_figure(field, names, at)
    (path,) = write_figures({file_name("solution", names, at): figure}, folder, format, dpi)
    return path


def file_name(kind: str, names: Sequence[str], at: Mapping[str, float]) -> str:
    """Name of the file of what is asked for, without the ending.

    Args:
        kind: What it is.
        names: Fields that are shown.
        at: Where the others are cut.

    Returns:
        The name.

    >>> file_name("solution", ["u_error"], {"t": 0.5})
    'solution-u_error-t=0.5'
    """
    return "-".join([kind, *names, *(f"{name}={value:g}" for name, value in at.items())])


def draw_activations(
    field: Field, folder: Path, format: str = "png", dpi: int = DEFAULT_DPI
) -> list[Path]:
    """Draw the edges of the trained network into a folder.

    Args:
        field: What was computed.
        folder: Where the figures go; it exists.
        format: As for `write_figures`.
        dpi: As for `write_figures`.

    Returns:
        The files: ``activations.png`` and, for a MetaKAN, ``prompts.png``; none for a network
        without edge functions.

    Raises:
        UserError: If format or resolution is none that there is.
    """
    figures: dict[str, Figure] = {}
    if field.activations:
        figures["activations"] = activations_figure(field)
    if any(layer.sweep is not None for layer in field.activations):
        figures["prompts"] = prompts_figure(field)
    return write_figures(figures, folder, format, dpi)
