"""A solution: fields, reference and errors, and the trained ansatz where there is one."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from pinn_metakan.networks.network import Network
from pinn_metakan.pde.problem import Problem
from pinn_metakan.results.dataset import dataframe_of, dataset_of
from pinn_metakan.results.estimates import Estimate, estimates_of
from pinn_metakan.results.field import Field
from pinn_metakan.results.hdf5 import write_solution
from pinn_metakan.results.residual_norms import ResidualNorms, residual_norms_of
from pinn_metakan.runs.anywhere import Anywhere
from pinn_metakan.runs.drawn import Drawn
from pinn_metakan.runs.pages import write_solution_page
from pinn_metakan.runs.start import Start
from pinn_metakan.runs.trained import Parts, TrainedField

if TYPE_CHECKING:
    import pandas
    import xarray

Array = NDArray[np.float64]


class Solution(Drawn):
    """What `solve` computed, or `open_run` read.

    ``solution["u"]`` is the field on the grid, ``solution(points)`` the field anywhere. It can be
    pickled; where it is unpickled, the file or the module of its problem is loaded again when it is
    first evaluated.

    Args:
        field: Fields on the grid and all that is known of the run.
        trained: The trained field, None for a run that was only read.
        earlier: What earlier legs ended with, by the name that it is kept as.
        notes: What the run says of itself.
        folder: The run folder, None without one.
        start: The network as another run begins with it, None for a run that was only read.
    """

    def __init__(
        self,
        field: Field,
        trained: TrainedField | None = None,
        earlier: "Mapping[str, Solution] | None" = None,
        *,
        notes: Sequence[str] = (),
        folder: Path | None = None,
        start: Start | None = None,
    ):
        super().__init__(field)
        self.notes = tuple(notes)
        self.folder = folder
        self.start = start
        self.earlier = dict(earlier or {})
        self._anywhere = Anywhere(trained)

    @property
    def trained(self) -> TrainedField:
        """The trained field; `RunFolderError` for a run that was only read."""
        return self._anywhere.trained

    @property
    def network(self) -> Network | None:
        """The trained network, None for a run that was only read."""
        return self._anywhere.trained.network if self._anywhere.is_known else None

    @property
    def problem(self) -> Problem | None:
        """The problem, None for a run that was only read."""
        return self._anywhere.trained.problem if self._anywhere.is_known else None

    @property
    def tied(self) -> "Solution | None":
        """The solution before the coefficients were untied, None if they never were."""
        return self.earlier.get("tied")

    def __repr__(self) -> str:
        problem, network = (self.attributes.get(name, "?") for name in ("problem", "network"))
        errors = ", ".join(f"{name}: {error:.2e}" for name, error in self.relative_l2.items())
        return f"<Solution of {problem} by {network}, relative L2 error {{{errors}}}>"

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
    def relative_to_variation(self) -> Mapping[str, float]:
        """L2 error over the variation of the reference, of unknowns whose offset dominates."""
        return dict(self.field.relative_to_variation)

    @property
    def max_error(self) -> Mapping[str, float]:
        """Largest absolute error over the grid by unknown [unit of the unknown]."""
        return dict(self.field.max_error)

    @property
    def verdict(self) -> str:
        """What limits the run, such as ``converged``; empty in runs of versions up to 0.2.0."""
        return str(self.attributes.get("verdict", ""))

    @property
    def disagreement(self) -> Mapping[str, float]:
        """Relative L2 distance of a second network's solution by unknown; empty without one."""
        return dict(self.field.disagreement)

    @property
    def estimates(self) -> Mapping[str, Estimate]:
        """Unknown numbers by name: ``value``, ``standard_error``, ``low``, ``high`` (95 %), ..."""
        return dict(estimates_of(self.field.attributes).numbers)

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
        self,
        points: ArrayLike | Tensor | None = None,
        *,
        extrapolate: bool = False,
        **coordinates: ArrayLike | Tensor,
    ) -> dict[str, Array]:
        """Evaluate the trained ansatz anywhere in the domain: ``solution(x=0.5, t=[0.1, 0.2])``.

        Args:
            points: Shape (M, d), columns in the order of the coordinates.
            extrapolate: Evaluate points outside the domain too, where nothing was trained.
            **coordinates: In place of points, numbers or arrays by name, which are broadcast
                against each other.

        Returns:
            For each unknown an array (M,), or of the shape of the coordinates; NaN outside the
            domain.

        Raises:
            UserError: If the run was opened without its problem, or the points have the wrong
                names or shape or are not finite.
        """
        return self._anywhere.values(points, extrapolate, coordinates)

    def derivative(
        self,
        quantity: str,
        points: ArrayLike | Tensor | None = None,
        *,
        extrapolate: bool = False,
        **coordinates: ArrayLike | Tensor,
    ) -> Array:
        """Evaluate a derivative of the trained ansatz, or an expression of several, anywhere.

        Args:
            quantity: A name as residuals have it, such as ``u_xx``, ``u_xt``, ``laplacian_u`` or
                ``gradient_u``, up to order 4; or arithmetic of such names, of coordinates, of the
                problem's parameters and unknown functions: ``"u_t + u * u_x"``, ``"k'(u) * u_x"``.
            points: As for a call of the solution.
            extrapolate: As for a call of the solution.
            **coordinates: As for a call of the solution.

        Returns:
            An array (M,), or of the shape of the coordinates, with the components of a gradient
            last; NaN outside the domain.

        Raises:
            UserError: As for a call of the solution, or if a name means nothing or a derivative is
                of too high an order.
        """
        return self._anywhere.derivative(quantity, points, extrapolate, coordinates)

    def integral(self, quantity: str, at: Mapping[str, float] | None = None) -> float:
        r"""Integrate over the domain, or the part of it where some coordinates have values.

        .. math:: \int q \, dx

        By composite Gauss-Legendre rules on boxes of up to four coordinates; elsewhere by 65,536
        points of a Sobol sequence, to about 1e-4.

        Args:
            quantity: q, as for `derivative`, such as ``u`` or ``u**2``.
            at: Values of coordinates by name; ``{"t": 1.0}`` integrates over space at that time.

        Returns:
            The integral [unit of q times those of the coordinates that are integrated over].

        Raises:
            UserError: If the run was opened without its problem, a name means nothing, or a
                coordinate has no such value.
        """
        return self._anywhere.trained.integral(quantity, at or {})

    def flux(
        self, quantity: str, face: Parts = None, at: Mapping[str, float] | None = None
    ) -> float:
        r"""Integrate over the boundary of space, or parts of it.

        .. math:: \int_{\partial \Omega} q \, dA

        Args:
            quantity: q, as for `derivative`, taken as it stands; ``u_n`` is the derivative along
                the outward normal, so that ``"-k * u_n"`` is what leaves by conduction.
            face: A part such as ``"x=1"`` or ``"hole"``, or several; None for all of the boundary.
            at: Values of coordinates by name, such as a time; without a time the integral is over
                time, too.

        Returns:
            The integral [unit of q times area]; at an end of an interval, q there.

        Raises:
            UserError: As for `integral`, or if there is no such face, or the domain does not say
                where its boundary is.
        """
        return self._anywhere.trained.flux(quantity, face, at or {})

    def told(self, field: Field, notes: Sequence[str] = ()) -> "Solution":
        """The same solution, of which more is known: a field, and notes besides."""
        told = Solution(field, None, self.earlier, folder=self.folder, start=self.start)
        told.notes = (*self.notes, *notes)
        told._anywhere = self._anywhere
        return told

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

    def export(self, path: str | Path) -> None:
        """Write the trained ansatz as a program that runs without this package.

        ``torch.export.load(path).module()(points)`` takes points (M, d), float64, for any M, and
        gives a dict of (M,) for each unknown. The file's extra file ``field.json`` tells columns,
        unknowns, units and bounds.

        Args:
            path: A file that ends in ``.pt2``.

        Raises:
            UserError: If the run was opened without its problem, torch cannot follow a function of
                the problem, or the file cannot be written.
        """
        self._anywhere.export(self.field, Path(path))

    def to_xarray(self) -> "xarray.Dataset":
        """Make what ``xarray.open_dataset`` reads from solution.h5; needs xarray."""
        return dataset_of(self.field)

    def to_dataframe(self) -> "pandas.DataFrame":
        """Make a table with one row for each point of the grid in the domain; needs pandas."""
        return dataframe_of(self.field)
