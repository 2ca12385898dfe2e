"""What is kept and told of an experiment: its facts, its field, its report."""

import json
import math
import platform
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version

import numpy as np
import torch

from pinn_metakan.results.field import Field
from pinn_metakan.runs.activations import activations_of
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.fields import (
    CHUNK,
    field_on,
    plane_grid,
    reference_on,
    residuals_on,
    values_on,
)
from pinn_metakan.version import __version__

_VERSIONED = ("torch", "numpy", "scipy", "h5py")
#: A loss below the one that goes with an error above the other is worth a word.
_SMALL_LOSS, _LARGE_ERROR = 1e-8, 0.1


def facts(experiment: AssembledRun) -> list[tuple[str, str]]:
    """Tell what the run uses and why, as (name, text)."""
    blocks = experiment.objective.blocks
    soft = [term for block in blocks[1:] for term in block.terms]
    hard = sorted(experiment.satisfied)
    conditions = f"hard: {', '.join(hard) or 'none'}; soft: {', '.join(soft) or 'none'}"
    counts = [f"{len(block.at.points)} for {block.residual.label}" for block in blocks]
    widths = list(experiment.network.widths)
    threads = (
        f", {torch.get_num_threads()} threads" if experiment.choices.device.type == "cpu" else ""
    )
    return [
        ("problem", f"{experiment.problem.origin.name} ({experiment.problem.origin.label})"),
        ("network", f"{experiment.choices.network} {widths}, {experiment.network.describe()}"),
        ("parameters", str(experiment.network.n_parameters)),
        ("conditions", conditions),
        *(("note", note) for note in experiment.notes),
        ("points", f"{', '.join(counts)} ({experiment.settings.points.sequence})"),
        ("engine", experiment.engine_reason),
        ("device", f"{experiment.choices.device} ({experiment.choices.device_reason}){threads}"),
        ("dtype", experiment.choices.dtype),
    ]


def evaluate_field(experiment: AssembledRun, tied: Field | None = None) -> Field:
    """Evaluate solution, reference and residual on the grid, and add what the run was.

    Args:
        experiment: The experiment.
        tied: The field before the coefficients were untied.

    Returns:
        The field.
    """
    parts = (experiment.formulation, experiment.objective, experiment.equations)
    plane = None
    if not experiment.grid.axes:
        plane_points = plane_grid(experiment.formulation)
        reference = reference_on(experiment.formulation, plane_points.points)
        plane = field_on(*parts, plane_points, reference)
    names = (*experiment.problem.coordinates, *experiment.problem.unknowns)
    history = {
        key: torch.tensor(
            [row[key] for row in experiment.trainer.history], dtype=torch.float64
        ).numpy()
        for key in _history_keys(experiment)
    }
    return Field(
        grid=field_on(*parts, experiment.grid, experiment.reference),
        coordinates=experiment.problem.coordinates,
        units={name: experiment.problem.units.get(name, "-") for name in names},
        long_names={name: experiment.problem.long_names.get(name, name) for name in names},
        history=history,
        attributes=_attributes(experiment) | _tied_attributes(tied),
        slice=plane,
        has_time=experiment.formulation.variables.time_axis is not None,
        activations=activations_of(experiment.network),
    )


def closing_notes(experiment: AssembledRun, field: Field) -> list[str]:
    """Say what is wrong with a solution that has been evaluated.

    Args:
        experiment: The experiment.
        field: What was evaluated.

    Returns:
        A line each; empty if nothing is known to be wrong.
    """
    notes = []
    for name, values in field.grid.values.items():
        inside = experiment.grid.inside if experiment.grid.axes else np.ones(values.shape, bool)
        missing = int((~np.isfinite(values[inside])).sum())
        if missing:
            notes.append(
                f"{name} is NaN or infinite at {missing} of {int(inside.sum())} points of the grid"
            )
    loss = experiment.trainer.history[-1]["loss"]
    for name, error in field.relative_l2.items():
        if loss >= _SMALL_LOSS or error < _LARGE_ERROR:
            continue
        at_zero = experiment.loss_of_zero()
        text = f"the loss is {loss:.0e}, but the error of {name} is {error:.1g}"
        if 0 < at_zero < loss / _SMALL_LOSS:
            notes.append(
                f"{text}: a network that is zero has a loss of {at_zero:.0e}, so this one is not "
                "small. State the problem in units in which its numbers are about 1"
            )
        else:
            notes.append(
                f"{text}: equations and conditions are met by another solution than the "
                "reference. Is a condition missing, are the data less smooth than the equation "
                "needs, or is the reference of other parameters?"
            )
    return notes


def summary(
    experiment: AssembledRun, field: Field, notes: Sequence[str], tied: Field | None = None
) -> dict[str, object]:
    """Give the contents of report.json.

    Args:
        experiment: The experiment.
        field: What was evaluated.
        notes: Lines for the user.
        tied: The field before the coefficients were untied.

    Returns:
        What JSON can hold; numbers that are not finite are None.
    """
    attributes = _attributes(experiment)
    trainer = experiment.trainer
    names = ("problem", "network", "n_parameters", "seed", "dtype", "device", "seconds")
    return {
        **{name: attributes[name] for name in names},
        "steps": trainer.step,
        "relative_l2": _finite(field.relative_l2),
        "max_error": _finite(field.max_error),
        "loss": trainer.history[-1]["loss"],
        "converged": trainer.verdict.is_converged,
        "stop_reason": trainer.verdict.sentence,
        "notes": list(notes),
        "versions": json.loads(str(attributes["versions"])),
    } | ({} if tied is None else {"tied": _tied_report(tied)})


def _finite(numbers: Mapping[str, float]) -> dict[str, float | None]:
    """JSON has no NaN."""
    return {name: value if math.isfinite(value) else None for name, value in numbers.items()}


def evaluation_seconds(experiment: AssembledRun) -> float:
    """Estimate how long `field` takes, from one chunk of the grid."""
    points = experiment.grid.points[:CHUNK]
    seconds = []
    for _ in range(2):  # the first call warms up
        begin = time.perf_counter()
        residuals_on(experiment.objective, experiment.equations, points)
        values_on(experiment.objective, points)
        seconds.append(time.perf_counter() - begin)
    return min(seconds) * len(experiment.grid.points) / len(points)


def _history_keys(experiment: AssembledRun) -> list[str]:
    return ["step", "seconds", "loss", *(f"relative_l2_{name}" for name in experiment.reference)]


def _attributes(experiment: AssembledRun) -> dict[str, str | int | float]:
    origin = experiment.problem.origin
    device = str(experiment.choices.device)
    if experiment.choices.device.type == "cuda":
        device += f" {torch.cuda.get_device_name(experiment.choices.device)}"
    versions = {"pinn_metakan": __version__, "python": platform.python_version()}
    versions |= {name: version(name) for name in _VERSIONED}
    return {
        "problem": origin.name,
        "problem_source": origin.source,
        "problem_sha256": origin.sha256,
        "problem_parameters": json.dumps(dict(experiment.problem.parameters)),
        "network": experiment.choices.network,
        "n_parameters": experiment.network.n_parameters,
        "settings": json.dumps(experiment.settings.as_dict()),
        "seed": experiment.choices.seed,
        "dtype": experiment.choices.dtype,
        "device": device,
        "seconds": experiment.trainer.seconds,
        "outcome": experiment.trainer.verdict.outcome.value,
        "stop_reason": experiment.trainer.verdict.sentence,
        "versions": json.dumps(versions),
    }


def _tied_report(tied: Field) -> dict[str, object]:
    names = ("n_parameters", "seconds", "stop_reason")
    kept: dict[str, object] = {name: tied.attributes[name] for name in names}
    errors = {"relative_l2": _finite(tied.relative_l2), "max_error": _finite(tied.max_error)}
    return kept | errors


def _tied_attributes(tied: Field | None) -> dict[str, str | int | float]:
    if tied is None:
        return {}
    errors = {f"tied_relative_l2_{name}": error for name, error in tied.relative_l2.items()}
    return {"tied_n_parameters": tied.attributes["n_parameters"], **errors}
