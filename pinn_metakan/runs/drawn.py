"""What can be drawn: figures and animations of a field that somebody has."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pinn_metakan.plotting.animation import FrameProgress, write_animation
from pinn_metakan.plotting.estimates import estimates_figure, has_estimates
from pinn_metakan.plotting.figure_files import DEFAULT_DPI
from pinn_metakan.plotting.functions import functions_figure, has_functions
from pinn_metakan.plotting.history import draw_history, history_figure
from pinn_metakan.plotting.notebook import show_figures
from pinn_metakan.plotting.one_field import draw_field
from pinn_metakan.plotting.parameter_errors import parameter_errors_figure
from pinn_metakan.plotting.profiles import profiles_figure
from pinn_metakan.plotting.solution import solution_figure
from pinn_metakan.results.field import Field
from pinn_metakan.results.found_function import FoundFunction
from pinn_metakan.results.found_functions import functions_of


class Drawn(ABC):
    """Something with a field to draw; figures are shown below the cell in a notebook.

    Args:
        field: Solution, reference and errors on a grid.
    """

    @abstractmethod
    def __init__(self, field: Field):
        self.field = field

    def plot(
        self,
        name: str | None = None,
        *,
        at: Mapping[str, float] | None = None,
        ax: Axes | None = None,
    ) -> Figure:
        """Draw the solution with its reference and error, or one field.

        Args:
            name: An unknown, for its solution, reference, error and log10 |error| side by side; or
                one field: ``u_error``, ``u_log_error``, ``u_reference``, ``u_disagreement``,
                ``residual_<equation>``. All unknowns unless given.
            at: Values of coordinates to cut at, such as ``{"t": 0.5}``, in their units; the nearest
                nodes of the grid are drawn.
            ax: Axes of your own, for one field: that of the only unknown unless `name` says which.

        Returns:
            The figure; that of `ax` if it is given.

        Raises:
            ValueError: If there is no such field or coordinate, a value lies outside, or `ax` would
                have to show more than two coordinates.
        """
        show_figures()
        if ax is not None:
            return draw_field(ax, self.field, name, at)
        return solution_figure(self.field, [] if name is None else [name], at)

    def plot_history(self, *, ax: Axes | None = None) -> Figure:
        """Draw loss and errors against training time, with stages, legs and slabs.

        Args:
            ax: Axes of your own.

        Returns:
            The figure; that of `ax` if it is given.
        """
        show_figures()
        return history_figure(self.field) if ax is None else draw_history(ax, self.field)

    def plot_estimates(self) -> Figure:
        """Draw the unknown numbers against steps, with their intervals.

        Returns:
            The figure.

        Raises:
            ValueError: If the problem has none.
        """
        if not has_estimates(self.field):
            raise ValueError("this problem has no unknown numbers to draw")
        show_figures()
        return estimates_figure(self.field)

    @property
    def functions(self) -> Mapping[str, FoundFunction]:
        """Unknown functions by name: called with values of their arguments; with their bands."""
        return functions_of(self.field.attributes)

    def plot_functions(self) -> Figure:
        """Draw the unknown functions with their bands.

        Returns:
            The figure.

        Raises:
            ValueError: If the problem has none.
        """
        if not has_functions(self.field):
            raise ValueError("this problem has no unknown functions to draw")
        show_figures()
        return functions_figure(self.field)

    def plot_profiles(self, *, at: Mapping[str, float] | None = None) -> Figure:
        """Draw the solution and its reference along one coordinate at several times.

        Args:
            at: Values of the other coordinates by name; the nearest nodes of the grid are drawn.

        Returns:
            The figure.

        Raises:
            ValueError: If there is no time, or not one other coordinate that is left free.
        """
        show_figures()
        return profiles_figure(self.field, at)

    def plot_parameter_errors(self) -> Figure:
        """Draw the relative L2 error of each unknown against each parameter.

        Returns:
            The figure.

        Raises:
            ValueError: If there is no parameter, no reference, or no product grid.
        """
        show_figures()
        return parameter_errors_figure(self.field)

    def animate(
        self,
        path: str | Path,
        name: str | None = None,
        *,
        at: Mapping[str, float] | None = None,
        dpi: int = DEFAULT_DPI,
        progress: FrameProgress | None = None,
    ) -> Path:
        """Draw how solution, reference and error change with time.

        Args:
            path: A file that ends in .gif, or in .mp4 where ffmpeg is installed.
            name: As for `plot`.
            at: As for `plot`.
            dpi: Resolution [dots per inch].
            progress: Told the number of frames that are drawn, and of all.

        Returns:
            The file.

        Raises:
            ValueError: If there is no time, no such field or coordinate, or no such format.
        """
        write_animation(self.field, Path(path), [] if name is None else [name], at, dpi, progress)
        return Path(path)
