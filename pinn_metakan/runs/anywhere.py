"""What a solution answers anywhere in its domain, from the trained field or from a pickle of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike
from torch import Tensor

from pinn_metakan.errors import RunFolderError
from pinn_metakan.geometry.sampling import PointSet
from pinn_metakan.results.field import Field
from pinn_metakan.results.metrics import Array
from pinn_metakan.runs.exported import export_program
from pinn_metakan.runs.pickled import pickled, unpickled
from pinn_metakan.runs.places import Places, places
from pinn_metakan.runs.trained import TrainedField


class Anywhere:
    """A trained field, asked as users ask; where it is unpickled, its problem is loaded when asked.

    Args:
        trained: The field, None for a run that was only read.
    """

    def __init__(self, trained: TrainedField | None):
        self._trained = trained
        self._kept: dict[str, Any] | None = None

    @property
    def is_known(self) -> bool:
        """Whether there is a trained field."""
        return self._trained is not None or self._kept is not None

    @property
    def trained(self) -> TrainedField:
        """The trained field.

        Raises:
            RunFolderError: If there is none.
        """
        if self._trained is None and self._kept is not None:
            self._trained, self._kept = unpickled(self._kept), None
        if self._trained is None:
            raise RunFolderError(
                "this run was opened without its problem, whose code is needed to evaluate it "
                "anywhere: open_run(path, evaluate=True), or problem=load_problem(...)"
            )
        return self._trained

    def values(
        self,
        points: ArrayLike | Tensor | None,
        extrapolate: bool,
        coordinates: Mapping[str, ArrayLike | Tensor],
    ) -> dict[str, Array]:
        """Evaluate the unknowns; see `Solution.__call__`."""
        at = self._places(points, extrapolate, coordinates)
        values = self.trained.values(at.points[at.is_used])
        return {name: at.laid_out(column) for name, column in values.items()}

    def derivative(
        self,
        quantity: str,
        points: ArrayLike | Tensor | None,
        extrapolate: bool,
        coordinates: Mapping[str, ArrayLike | Tensor],
    ) -> Array:
        """Evaluate an expression; see `Solution.derivative`."""
        expression = self.trained.expression(quantity)
        at = self._places(points, extrapolate, coordinates)
        return at.laid_out(self.trained.evaluate(expression, PointSet(at.points[at.is_used])))

    def export(self, field: Field, path: Path) -> None:
        """Write a program; see `Solution.export`."""
        export_program(self.trained, field, path)

    def _places(
        self,
        points: ArrayLike | Tensor | None,
        extrapolate: bool,
        coordinates: Mapping[str, ArrayLike | Tensor],
    ) -> Places:
        variables, domain = self.trained.variables, self.trained.domain
        columns = variables.column_names()
        return places(points, coordinates, variables.coordinates, columns, domain, extrapolate)

    def __getstate__(self) -> dict[str, Any]:
        kept = self._kept if self._trained is None else pickled(self._trained)
        return {"_trained": None, "_kept": kept}
