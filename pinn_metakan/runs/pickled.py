"""What a pickle holds of a trained field: numbers, and how to load its problem again."""

import copy
import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from pinn_metakan.errors import ProblemError, RunFolderError
from pinn_metakan.pde.loading import read_origin
from pinn_metakan.pde.problem import Origin, Problem, is_lost
from pinn_metakan.runs.again import assembled_again
from pinn_metakan.runs.checkpoint_schema import CHECKPOINT
from pinn_metakan.runs.folder import RunFolder
from pinn_metakan.runs.own_parts import module_of
from pinn_metakan.runs.same_problem import Remembered, same_problem
from pinn_metakan.runs.trained import TrainedField

#: Stands for the run folder in messages.
_PLACE = "the pickled solution"


def pickled(field: TrainedField) -> dict[str, Any]:
    """Turn a trained field into plain values and tensors.

    Args:
        field: The field.

    Returns:
        What `unpickled` takes.

    Raises:
        ProblemError: If another process could not load the problem again.
    """
    problem = field.problem
    _refuse_unreachable(problem)
    is_object = field.run.choices.network == "custom"
    return {
        "state": _on_cpu(field.state()),
        "class": (type(problem).__module__, type(problem).__qualname__),
        "network": copy.deepcopy(field.network).cpu() if is_object else None,
    }


def unpickled(kept: Mapping[str, Any]) -> TrainedField:
    """Load the problem of a trained field again, and put its network in place.

    Args:
        kept: What `pickled` made.

    Returns:
        The field.

    Raises:
        ProblemError: If the file or the module of the problem is not there.
        RunFolderError: If it is another problem now, or the pickle is not of this version.
    """
    CHECKPOINT.check(kept["state"], _PLACE)
    remembered = Remembered.of(RunFolder(Path(_PLACE)), kept["state"])
    problem = _loaded(remembered, *kept["class"])
    parts = []
    for record in remembered.parts:
        origin = read_origin(Path(record["path"]))
        if origin.sha256 != record["sha256"]:
            raise RunFolderError(f"{_PLACE} was made with another version of {origin.label}")
        parts.append(Origin(module_of(record["name"]), origin.path, origin.source))
    run = assembled_again(remembered, problem, parts, "cpu", kept["network"])
    run.trainer.load_best()
    return TrainedField(run)


def _refuse_unreachable(problem: Problem) -> None:
    kind, name = type(problem), problem.origin.name
    if problem.origin.path is None:
        if kind.__module__ == "__main__" or "<locals>" in kind.__qualname__:
            raise ProblemError(
                f"a solution of {name} cannot be pickled: its class was typed into a notebook, a "
                "script or a function, where no other process finds it; write it to a file and "
                "solve load_problem('file.py')"
            )
    lost = [key for key, value in problem.parameters.items() if is_lost(value)]
    if lost:
        raise ProblemError(
            f"a solution of {name} cannot be pickled: its parameter {lost[0]!r} is neither a "
            "number nor text, so the problem cannot be made again"
        )


def _loaded(remembered: Remembered, module: str, name: str) -> Problem:
    if remembered.path is not None:
        return same_problem(remembered, remembered.path, [])
    try:
        kind = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise ProblemError(
            f"{_PLACE} is of {name} in the module {module}, which cannot be imported here: {error}"
        ) from None
    return same_problem(remembered, kind(**remembered.parameters), [])


def _on_cpu(part: Any) -> Any:
    """Copy all tensors of a tree of lists and dicts to the CPU."""
    if isinstance(part, torch.Tensor):
        return part.detach().cpu()
    if isinstance(part, Mapping):
        return {key: _on_cpu(value) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return type(part)(_on_cpu(value) for value in part)
    return part
