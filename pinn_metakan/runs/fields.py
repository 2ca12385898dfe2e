"""From a trained ansatz to fields on a grid."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pinn_metakan.ansatz.ansatz import Ansatz
from pinn_metakan.derivatives.request import Quantity
from pinn_metakan.errors import ProblemError
from pinn_metakan.geometry.grid import Grid
from pinn_metakan.geometry.sampling import PointSet
from pinn_metakan.losses.objective import Objective
from pinn_metakan.pde.formulation import Formulation
from pinn_metakan.pde.returned import fault_of
from pinn_metakan.pde.user_code import call_user
from pinn_metakan.results.field import FieldOnGrid, FieldOnMesh
from pinn_metakan.runs.grids import grid_over, mesh_of
from pinn_metakan.settings.sections import EvaluationSettings

#: Points that are evaluated at once; bounds the memory of the derivatives
#: (docs/decisions/0015-bounded-memory.md).
CHUNK = 4096


def reference_on(formulation: Formulation, points: Tensor) -> dict[str, Tensor]:
    """Evaluate a problem's reference.

    Args:
        formulation: The problem.
        points: Shape (M, d), float64, on the CPU.

    Returns:
        A tensor (M,) for each unknown that has a reference; empty without one.

    Raises:
        ProblemError: If the reference fails or has the wrong names, shapes or values.
    """
    label = f"{formulation.problem.origin.label}: reference"
    values = call_user(formulation.problem.reference, (points.clone(),), label)
    if values is None:
        return {}
    unknowns = formulation.variables.unknowns
    if not isinstance(values, dict) or not values or not set(values) <= set(unknowns):
        raise ProblemError(f"{label} must return a dict with the unknowns {', '.join(unknowns)}")
    result = {}
    for name, value in values.items():
        if isinstance(value, np.ndarray):
            value = _as_tensor(f"{label}: {name}", value)
        if isinstance(value, Tensor) and (fault := fault_of(value, points.device)) is not None:
            raise ProblemError(f"{label}: {name} is {fault}, expected real numbers")
        if not isinstance(value, Tensor) or value.shape != (len(points),):
            what = tuple(value.shape) if isinstance(value, Tensor) else type(value).__name__
            raise ProblemError(f"{label}: {name} is {what}, expected shape ({len(points)},)")
        if not bool(torch.isfinite(value).all()):
            raise ProblemError(f"{label}: {name} holds NaN or infinity inside the domain")
        result[name] = value.detach().to("cpu", torch.float64)
    return result


def _as_tensor(label: str, values: NDArray[Any]) -> Tensor:
    """The numbers of an array, whatever order its bytes have."""
    if values.dtype.kind not in "biufc":
        raise ProblemError(f"{label} is {values.dtype}, expected real numbers")
    return torch.from_numpy(values.astype(values.dtype.newbyteorder("=")))


class SlabFields:
    """The field of a run: that of its only network, or of one network for each slab of time.

    Args:
        ends: Last time of each slab; a point belongs to the first slab that has not ended.
        objectives: The field and the residual of each slab.
    """

    def __init__(self, ends: Sequence[float], objectives: Sequence[Objective]):
        self._ends = torch.tensor(ends[:-1], dtype=torch.float64)
        self._objectives = objectives
        #: Last time of the last of these slabs, which is that of the problem once all are there.
        self.solved_until = ends[-1]

    @property
    def ends(self) -> Tensor:
        """Last times of all slabs but the last, float64."""
        return self._ends

    @property
    def ansaetze(self) -> list[Ansatz]:
        """The field of each slab."""
        return [objective.ansatz for objective in self._objectives]

    @torch.no_grad()
    def values_on(self, points: Tensor) -> Tensor:
        """Evaluate the field at points (M, d): (M, m), float64, on the CPU."""
        found = self._by_slab(points, lambda objective, part: {"": _values_on(objective, part)})
        return found[""]

    def residuals_on(self, points: Tensor) -> dict[str, Tensor]:
        """Evaluate the residual of the equations at points (M, d), (M,) for each term."""
        return self._by_slab(points, _residuals_on)

    def quantities_on(
        self, points: Tensor, quantities: Sequence[Quantity]
    ) -> dict[Quantity, Tensor]:
        """Evaluate unknowns and derivatives at points (M, d): (M,), or (M, k) for a gradient."""

        def evaluate(objective: Objective, part: Tensor) -> dict[str, Tensor]:
            return _quantities_on(objective, part, quantities)

        found = self._by_slab(points, evaluate) if len(points) and quantities else {}
        empty = points.new_zeros(0)
        return {q: found.get(str(number), empty) for number, q in enumerate(quantities)}

    def coefficients(self) -> dict[Quantity, Tensor]:
        """Coefficients (K,) of the unknown functions, the same at all times."""
        found = self._objectives[-1].ansatz.functions.values()
        return {quantity: values.detach().double().cpu() for quantity, values in found.items()}

    def _by_slab(
        self, points: Tensor, evaluate: Callable[[Objective, Tensor], dict[str, Tensor]]
    ) -> dict[str, Tensor]:
        if len(self._objectives) == 1:
            return evaluate(self._objectives[0], points)
        slabs = torch.bucketize(points[:, -1].contiguous().double().cpu(), self._ends)
        found: dict[str, Tensor] = {}
        for number, objective in enumerate(self._objectives):
            rows = (slabs == number).nonzero()[:, 0]
            if len(rows) == 0:
                continue
            for name, values in evaluate(objective, points[rows]).items():
                whole = found.setdefault(name, values.new_zeros(len(points), *values.shape[1:]))
                whole[rows] = values
        return found


def _values_on(objective: Objective, points: Tensor) -> Tensor:
    like = next(objective.ansatz.parameters())
    field = objective.ansatz.with_weights()
    parts = [field(part.to(like)).double().cpu() for part in points.split(CHUNK)]
    return torch.cat(parts)


def _quantities_on(
    objective: Objective, points: Tensor, quantities: Sequence[Quantity]
) -> dict[str, Tensor]:
    """Evaluate quantities, by their places in the sequence."""
    like = next(objective.ansatz.parameters())
    derivatives = objective.derivatives()
    found: dict[str, list[Tensor]] = {}
    for part in points.split(CHUNK):
        values = derivatives(PointSet(part.to(like)), quantities)
        for number, quantity in enumerate(quantities):
            value = values[quantity].detach().double().cpu()
            value = value if value.ndim else value.expand(len(part))  # an unknown number
            found.setdefault(str(number), []).append(value)
    return {number: torch.cat(parts) for number, parts in found.items()}


def _residuals_on(objective: Objective, points: Tensor) -> dict[str, Tensor]:
    like = next(objective.ansatz.parameters())
    found: dict[str, list[Tensor]] = {}
    for part in points.split(CHUNK):
        at = PointSet(part.to(like))
        for term, value in objective.residuals_at(objective.collocation.equations, at).items():
            found.setdefault(term, []).append(value.detach().double().cpu())
    return {term: torch.cat(parts) for term, parts in found.items()}


def field_on(
    formulation: Formulation,
    slabs: SlabFields,
    grid: Grid,
    reference: Mapping[str, Tensor],
    beside: Tensor | None = None,
) -> FieldOnGrid:
    """Evaluate solution, reference and residual on a grid.

    Args:
        formulation: The problem.
        slabs: The trained field.
        grid: The grid.
        reference: The reference on it; empty without one.
        beside: Points (M, d) next to those of the grid, to evaluate the residual at.

    Returns:
        The fields.
    """
    values = slabs.values_on(grid.points)
    residuals = slabs.residuals_on(grid.points if beside is None else beside)
    unknowns = formulation.variables.unknowns
    return FieldOnGrid(
        axes=dict(grid.axes),
        values={name: grid.laid_out(values[:, k]) for k, name in enumerate(unknowns)},
        references={name: grid.laid_out(value) for name, value in reference.items()},
        residuals={term: grid.laid_out(value) for term, value in residuals.items()},
        points=None if grid.axes else grid.points.numpy(),
    )


def mesh_field(formulation: Formulation, slabs: SlabFields, grid: Grid) -> FieldOnMesh | None:
    """Evaluate solution, reference and residual on a mesh of a plane domain other than a box.

    Args:
        formulation: The problem.
        slabs: The trained field.
        grid: The main grid, which has the times.

    Returns:
        The fields; None where there is no mesh.
    """
    mesh = mesh_of(formulation, grid)
    if mesh is None:
        return None
    over = grid_over(mesh, grid)
    # On the rim itself data and factors of parts may have no second derivatives.
    beside = grid_over(mesh.just_inside(), grid).points
    fields = field_on(formulation, slabs, over, reference_on(formulation, over.points), beside)
    first, second, *_ = formulation.variables.column_names()
    return FieldOnMesh(mesh.points, mesh.cells, (first, second), fields)


def error_measure(
    evaluate: Callable[[Tensor], dict[str, Tensor]],
    grid: Grid,
    reference: Mapping[str, Tensor],
    settings: EvaluationSettings,
    until: float = math.inf,
) -> Callable[[], dict[str, float]]:
    """What measures errors on a part of the grid, cheap enough for each entry of the history.

    Args:
        evaluate: Evaluates the solution at points (M, d), (M,) for each unknown.
        grid: The main grid.
        reference: The reference on it; empty without one.
        settings: Says how many points are enough.
        until: Last time that is solved.

    Returns:
        A function that gives the relative L2 error of each unknown that has a reference.
    """
    stride = max(1, round(len(grid.points) / settings.history_points))
    stride += stride % 2 == 0  # an even stride may fall on every second line of the grid only
    rows = torch.arange(0, len(grid.points), stride)
    if until < math.inf:
        rows = rows[grid.points[rows, -1] <= until]
    some = grid.points[rows]
    expected = {name: value[rows] for name, value in reference.items()}

    def measure() -> dict[str, float]:
        if not expected:
            return {}
        values = evaluate(some)
        return {
            name: float((values[name] - r).norm() / (r.norm() if r.norm() > 0 else 1.0))
            for name, r in expected.items()
        }

    return measure
