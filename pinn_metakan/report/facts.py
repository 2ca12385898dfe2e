"""What a report tells of a run, and what it reads it from."""

import ast
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pinn_metakan.errors import RunFolderError
from pinn_metakan.results.field import Field


@dataclass(frozen=True)
class RunFacts:
    """A run that is reported.

    Args:
        field: Its solution, with what is known of the run.
        notes: What the run says of itself.
        command: How it was started, None if that is not known.
        folder: Where it is, as the reader of the report would type it; None for nowhere.
        figures: Figures in it by the names of their files, PNG.
    """

    field: Field
    notes: Sequence[str] = ()
    command: str | None = None
    folder: str | None = None
    figures: Mapping[str, bytes] | None = None

    def text(self, name: str) -> str:
        """A fact as text, empty where it is not known."""
        return str(self.field.attributes.get(name, ""))

    def mapping(self, name: str) -> dict[str, object]:
        """A fact that is stored as a table in JSON, empty where it is not known.

        Args:
            name: Name of the attribute.

        Returns:
            The table.

        Raises:
            RunFolderError: If it is something else.
        """
        try:
            found = json.loads(self.text(name) or "{}")
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise RunFolderError(f"the attribute {name!r} of the solution is not as it was written")
        return found

    @property
    def description(self) -> dict[str, object]:
        """Equation, docstring, domain, conditions and choices; from the source in older files."""
        known = self.mapping("description")
        if "text" not in known:
            known["text"] = docstring_in(self.text("problem_source"))
        return known

    @property
    def equation(self) -> str:
        """First line of the problem's docstring."""
        return str(self.description["text"]).strip().partition("\n")[0]

    @property
    def steps(self) -> int:
        """Steps that were trained."""
        steps = self.field.history.get("step", np.zeros(0))
        return int(steps[-1]) if len(steps) else 0

    @property
    def loss(self) -> float | None:
        """The last loss, of scaled residuals [-]; None if none was noted."""
        return _last(self.field.history.get("loss", np.zeros(0)))

    @property
    def fresh_ratio(self) -> float | None:
        """Loss on points that were not trained on over that on the others [-].

        Returns:
            The last one that was measured, None if none was.
        """
        history = self.field.history
        if "loss_fresh" not in history:
            return None
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = history["loss_fresh"] / history["loss"]
        return _last(ratios[np.isfinite(ratios)])


def docstring_in(source: str) -> str:
    """Find the docstring of the first class that has one, or of the file, executing nothing.

    Args:
        source: Text of a Python file.

    Returns:
        The docstring; empty where there is none, or the text is no Python.

    >>> docstring_in('class Heat: "u_t = u_xx"')
    'u_t = u_xx'
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    texts = [*(ast.get_docstring(node) for node in classes), ast.get_docstring(tree)]
    return next((text for text in texts if text), "")


def _last(values: np.ndarray) -> float | None:
    return float(values[-1]) if len(values) and math.isfinite(values[-1]) else None
