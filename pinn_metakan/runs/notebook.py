"""Runs and solutions in a notebook."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pinn_metakan.plotting.notebook import notebook_shell, png_of
from pinn_metakan.plotting.solution import solution_figure
from pinn_metakan.results.facts_html import facts_html
from pinn_metakan.results.field import Field
from pinn_metakan.results.residual_norms import residual_norms_of
from pinn_metakan.runs.progress_view import progress_view
from pinn_metakan.training.progress import ProgressEntry

#: Columns of the bar below a cell.
_WIDTH = 80


class NotebookProgress:
    """Shows where a run stands below the cell that runs it; the next entry replaces the last."""

    def __init__(self) -> None:
        self._handle: Any = None

    def __call__(self, entry: ProgressEntry) -> None:
        """Show where the run stands."""
        from IPython.display import display

        view = progress_view(entry, _WIDTH)
        if self._handle is None:
            self._handle = display(view, display_id=True)
        else:
            self._handle.update(view)


def notebook_progress() -> NotebookProgress | None:
    """What shows progress in a notebook; None outside of one."""
    return None if notebook_shell() is None else NotebookProgress()


def solution_html(field: Field, notes: Sequence[str], folder: Path | None) -> str:
    """What a notebook shows of a solution: facts, errors, and the picture.

    Args:
        field: The fields, and what the run was.
        notes: What the run says of itself.
        folder: The run folder, None without one.

    Returns:
        HTML.
    """
    told = field.attributes
    parameters = json.loads(str(told.get("problem_parameters", "{}")))
    facts = [("parameter", f"{name} = {value}") for name, value in parameters.items()]
    facts.append(("network", f"{told.get('network')}, {told.get('n_parameters')} parameters"))
    for unknown, error in field.relative_l2.items():
        largest = field.max_error[unknown]
        told_error = f"{error:.3e} (relative L2), largest {largest:.3e}"
        if unknown in field.relative_to_variation:
            told_error += f", {field.relative_to_variation[unknown]:.3e} relative to its variation"
        facts.append((f"error of {unknown}", told_error))
    if not field.relative_l2:
        facts.append(("error", "no reference"))
    for unknown, distance in field.disagreement.items():
        facts.append(("second opinion", f"{unknown} differs by {distance:.1e} (relative L2)"))
    facts += [("residual", line) for line in residual_norms_of(told).lines()]
    if "seconds" in told:
        facts.append(("training time", f"{float(told['seconds']):.1f} s"))
    facts += [(name, str(told[key])) for name, key in _ENDS if key in told]
    facts += [("note", note) for note in notes]
    facts += [] if folder is None else [("folder", str(folder))]
    picture = png_of(solution_figure(field))
    return facts_html(f"Solution of {told.get('problem')}", facts, picture)


#: What a solution says of its end.
_ENDS = (("ended by", "stop_reason"), ("verdict", "verdict"), ("advice", "advice"))
