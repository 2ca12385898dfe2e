"""What is known to be wrong with a solution that has been evaluated, or with its error."""

import numpy as np

from pinn_metakan.results.field import Field
from pinn_metakan.results.reference_errors import near_lines
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.estimates import estimate_notes
from pinn_metakan.runs.functions import function_notes

#: A loss below the one, whose terms are scaled to be of order one, that goes with an error above
#: the other is worth a word.
_SMALL_LOSS, _LARGE_ERROR = 1e-8, 0.1


def closing_notes(run: AssembledRun, field: Field) -> list[str]:
    """Say what is wrong with a solution that has been evaluated.

    Args:
        run: The run.
        field: What was evaluated.

    Returns:
        A line each; empty if nothing is known to be wrong.
    """
    notes = []
    for name, values in field.grid.values.items():
        inside = run.grid.inside if run.grid.axes else np.ones(values.shape, bool)
        missing = int((~np.isfinite(values[inside])).sum())
        if missing:
            notes.append(
                f"{name} is NaN or infinite at {missing} of {int(inside.sum())} points of the grid"
            )
    until = run.slab_fields.solved_until
    if until < run.formulation.domain.bounds[-1][1]:
        return [
            *notes,
            f"solved up to {run.problem.coordinates[-1]} = {until:.4g}: what follows continues the "
            "last slab and is no solution, so that errors over the whole time say nothing; the "
            "loss is that of the last slab, and residuals on fresh points are those up to there",
        ]
    loss = run.record.entries[-1]["loss"]
    for name, error in (field.relative_l2 | field.relative_to_variation).items():
        if loss >= _SMALL_LOSS or error < _LARGE_ERROR:
            continue
        notes.append(
            f"the loss is {loss:.0e}, but the error of {name} is {error:.1g}: equations and "
            "conditions are met by another solution than the reference. Is a condition missing, "
            "are the data less smooth than the equation needs, or is the reference of other "
            "parameters?"
        )
    return [*notes, *estimate_notes(run), *function_notes(run), *near_lines(field)]
