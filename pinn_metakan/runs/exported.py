"""A trained field as a program of torch.export, which runs without this package."""

import json
import warnings
from pathlib import Path

import torch
from torch import Tensor, nn

from pinn_metakan.errors import UserError
from pinn_metakan.files import written_whole
from pinn_metakan.results.field import Field
from pinn_metakan.runs.trained import TrainedField

#: Points that the program is recorded with; any number does.
_RECORDED_POINTS = 7
#: The name of the text in the file that tells columns, unknowns and units.
FACTS = "field.json"


class _Program(nn.Module):
    """Points (M, d), float64, to the unknowns by name, (M,) each; slabs of time are joined."""

    ends: Tensor

    def __init__(self, field: TrainedField):
        super().__init__()
        self.parts = nn.ModuleList(field.slabs.ansaetze)
        self.register_buffer("ends", field.slabs.ends)
        self._names = field.variables.unknowns

    def forward(self, points: Tensor) -> dict[str, Tensor]:
        """Evaluate the field of the slab that each point belongs to."""
        like = next(self.parts.parameters())
        values = [part(points.to(like.dtype)).double() for part in self.parts]  # (M, m) each
        found = values[0]
        for number, later in enumerate(values[1:]):
            is_later = points[:, -1:] > self.ends[number]
            found = torch.where(is_later, later, found)
        return {name: found[:, k] for k, name in enumerate(self._names)}


def export_program(trained: TrainedField, field: Field, path: Path) -> None:
    """Write a program that ``torch.export.load(path).module()(points)`` evaluates.

    Args:
        trained: The field, on the CPU.
        field: Its units and names.
        path: The file, which ends in ``.pt2``.

    Raises:
        UserError: If torch cannot follow a function of the problem, or the file has another suffix.
    """
    if path.suffix != ".pt2":
        raise UserError(f"{path}: torch.export writes files that end in .pt2")
    if not path.parent.is_dir():
        raise UserError(f"there is no folder {path.parent}")
    program = _Program(trained).cpu().eval().requires_grad_(False)
    some = trained.domain.interior(
        torch.rand(
            _RECORDED_POINTS, trained.domain.unit_dimension, dtype=torch.float64,
            generator=torch.Generator().manual_seed(0),
        )
    )  # fmt: skip
    recorded = _recorded(program, some, trained.problem.origin.label)
    names = (*field.column_names, *trained.variables.unknowns)
    facts = {
        "columns": list(field.column_names),
        "unknowns": list(trained.variables.unknowns),
        "units": {name: field.units.get(name, "-") for name in names},
        "problem": field.attributes.get("problem", "?"),
        "bounds": [list(side) for side in trained.domain.bounds],
    }
    with written_whole(path) as temporary, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's own, of weights that share memory
        torch.export.save(recorded, temporary, extra_files={FACTS: json.dumps(facts)})


def _recorded(program: _Program, some: Tensor, label: str) -> torch.export.ExportedProgram:
    """Record what the program does with points, for any number of them."""
    program(some)  # what is made once is made now, of numbers
    shapes = {"points": {0: torch.export.Dim.DYNAMIC}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's own, of how it follows Python
        try:
            return torch.export.export(program, (some,), dynamic_shapes=shapes, strict=False)
        except Exception as error:
            raise UserError(f"torch.export cannot follow {label}: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    """One line of what torch says."""
    lines = str(error).strip().splitlines()
    if lines and "specialized it to be a constant" in str(error):
        return (
            "a function of it fixes the number of points; write x.shape[0] in place of len(x), and "
            "no loop over points"
        )
    return lines[0] if lines else type(error).__name__
