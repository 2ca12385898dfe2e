"""A solution: fields, reference and errors, and the trained ansatz where there is one."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from pinn_metakan.errors import RunFolderError
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.networks.network import Network
from pinn_metakan.plotting.animation import FrameProgress, write_animation
from pinn_metakan.plotting.figure_files import DEFAULT_DPI
from pinn_metakan.plotting.history import draw_history, history_figure
from pinn_metakan.plotting.notebook import show_figures
from pinn_metakan.plotting.one_field import draw_field
from pinn_metakan.plotting.profiles import profiles_figure
from pinn_metakan.plotting.solution import solution_figure
from pinn_metakan.results.field import Field
from pinn_metakan.results.hdf5 import write_solution
from pinn_metakan.results.residual_norms import ResidualNorms, residual_norms_of
from pinn_metakan.runs.pages import write_solution_page
from pinn_metakan.runs.start import Start

Array = NDArray[np.float64]


class Solution:
    """What `solve` computed, or `open_run` read.

    ``solution["u"]`` is the field on the grid, ``solution(points)`` the field anywhere.

    Args:
        field: Fields on the grid and all that is known of the run.
        evaluate: The trained ansatz: takes points (M, d), gives (M,) for each unknown. None for a
            run that was only read.
        earlier: What earlier legs ended with, by the name that it is kept as.
        network: The trained network, None for a run that was only read.
        domain: Where the solution can be evaluated, None for a run that was only read.
        notes: What the run says of itself.
        folder: The run folder, None without one.
        start: The network as another run begins with it, None for a run that was only read.
    """

    def __init__(
        self,
        field: Field,
        evaluate: Callable[[torch.Tensor], dict[str, torch.Tensor]] | None = None,
        earlier: "Mapping[str, Solution] | None" = None,
        network: Network | None = None,
        *,
        domain: Domain | None = None,
        notes: Sequence[str] = (),
        folder: Path | None = None,
        start: Start | None = None,
    ):
        self.field = field
        self.notes = tuple(notes)
        self.folder = folder
        self.start = start
        self._domain = domain
        self.network = network
        self.earlier = dict(earlier or {})
        self._evaluate = evaluate

    @property
    def tied(self) -> "Solution | None":
        """The solution before the coefficients were untied, None if they never were."""
        return self.earlier.get("tied")

    def __repr__(self) -> str:
        a = self.attributes
        errors = ", ".join(f"{name}: {error:.2e}" for name, error in self.relative_l2.items())
        return f"<Solution of {a['problem']} by {a['network']}, relative L2 error {{{errors}}}>"

    def _repr_html_(self) -> str:
        """What a notebook shows: facts, errors, and the picture."""
        from pinn_metakan.runs.notebook import solution_html

        return solution_html(self.field, self.notes, self.folder)

    def __getitem__(self, name: str) -> Array:
        """A field: ``u``, ``u_reference``, ``u_error``, ``u_disagreement``, ``residual_<term>``."""
        fields = self.field.grid.named
        if name not in fields:
            raise KeyError(f"no field {name!r}; there are {', '.join(fields)}")
        return fields[name].copy()  # so that what is done with it leaves the solution as it is

    @property
    def coordinates(self) -> Mapping[str, Array]:
        """The 1-D coordinates of the grid; ``points`` (N, d) where there is no product grid."""
        grid = self.field.grid
        found = grid.axes if grid.points is None else {"points": grid.points}
        return {name: values.copy() for name, values in found.items()}

    @property
    def relative_l2(self) -> Mapping[str, float]:
        """Relative L2 error over the grid by unknown."""
        return dict(self.field.relative_l2)

    @property
    def max_error(self) -> Mapping[str, float]:
        """Largest absolute error over the grid by unknown [unit of the unknown]."""
        return dict(self.field.max_error)

    @property
    def verdict(self) -> str:
        """What limits the run, such as ``converged``; `attributes` has what to try as ``advice``.

        Empty in runs of versions up to 0.2.0.
        """
        return str(self.attributes.get("verdict", ""))

    @property
    def disagreement(self) -> Mapping[str, float]:
        """Relative L2 distance of a second network's solution by unknown; empty without one."""
        return dict(self.field.disagreement)

    @property
    def residual_norms(self) -> ResidualNorms:
        """How far equations and conditions are from being met, on points not trained on."""
        return residual_norms_of(self.field.attributes)

    @property
    def history(self) -> Mapping[str, Array]:
        """Columns ``step``, ``seconds``, ``loss`` and ``relative_l2_<unknown>``."""
        return {name: values.copy() for name, values in self.field.history.items()}

    @property
    def attributes(self) -> Mapping[str, str | int | float]:
        """What the run was: problem, network, n_parameters, settings, seed, versions, ..."""
        return dict(self.field.attributes)

    def __call__(
        self, points: ArrayLike | torch.Tensor, *, extrapolate: bool = False
    ) -> dict[str, Array]:
        """Evaluate the trained ansatz anywhere in the domain.

        Args:
            points: Shape (M, d), columns in the order of the coordinates.
            extrapolate: Evaluate points outside the domain too, where nothing was trained.

        Returns:
            An array (M,) for each unknown.

        Raises:
            RunFolderError: If the run was opened without its problem.
            ValueError: If the points have the wrong shape, are not finite or lie outside.
        """
        if self._evaluate is None or self._domain is None:
            raise RunFolderError(
                "this run was opened without its problem, whose code is needed to evaluate it "
                "anywhere: open_run(path, evaluate=True), or problem=load_problem(...)"
            )
        if isinstance(points, torch.Tensor):
            points = points.detach().cpu().numpy()
        try:
            array = np.array(points, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise ValueError(f"points must be numbers of shape (M, d): {error}") from error
        names = ", ".join(self.field.coordinates)
        d = self._domain.dimension
        if array.ndim != 2 or array.shape[1] != d:
            raise ValueError(f"points must have shape (M, {d}), columns {names}, got {array.shape}")
        tensor = torch.from_numpy(array)
        is_finite = torch.isfinite(tensor).all(dim=1)
        is_usable = is_finite if extrapolate else is_finite & self._domain.contains(tensor)
        if not bool(is_usable.all()):
            row = int((~is_usable).nonzero()[0])
            place = ", ".join(f"{value:g}" for value in array[row])
            raise ValueError(
                f"point {row} at ({place}) lies outside {self._domain!r}; "
                "extrapolate=True evaluates there, where nothing was trained"
                if bool(is_finite[row])
                else f"point {row} at ({place}) is not finite"
            )
        return {name: value.numpy() for name, value in self._evaluate(tensor).items()}

    def told(self, field: Field, notes: Sequence[str] = ()) -> "Solution":
        """The same solution, of which more is known.

        Args:
            field: What was computed, with what was found out since.
            notes: What the run says of itself besides.

        Returns:
            The solution.
        """
        return Solution(
            field,
            self._evaluate,
            self.earlier,
            self.network,
            domain=self._domain,
            notes=[*self.notes, *notes],
            folder=self.folder,
            start=self.start,
        )

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

    def report(self, path: str | Path) -> None:
        """Write one HTML page: what was solved, how, how well, with figures and a map to explore.

        The page loads nothing from anywhere, so that it can be sent to others.

        Args:
            path: The file.

        Raises:
            RunFolderError: If it cannot be written.
        """
        write_solution_page(Path(path), self.field, self.notes, self.folder)

    def save(self, path: str | Path) -> None:
        """Write the fields to an HDF5 file."""
        write_solution(Path(path), self.field)
