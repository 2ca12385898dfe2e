"""What is kept and told of a run: its facts, its field, its report."""

import json
import math
import platform
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

import numpy as np
import torch
from torch import Generator

from pinn_metakan.losses.data_weight import noise_levels
from pinn_metakan.results.estimates import ATTRIBUTE, estimates_of
from pinn_metakan.results.failure import MISSING, UNIMPROVED
from pinn_metakan.results.field import Field, FieldOnGrid
from pinn_metakan.results.found_functions import ATTRIBUTE as FUNCTIONS
from pinn_metakan.results.found_functions import functions_as_json, functions_of
from pinn_metakan.results.json_numbers import without_nan
from pinn_metakan.results.parameter_errors import parameter_errors
from pinn_metakan.results.reference_errors import PREFIX, reference_errors
from pinn_metakan.results.residual_norms import residual_norms_of
from pinn_metakan.runs.activations import activations_of
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.description import description, machine
from pinn_metakan.runs.drift import drift_verdict
from pinn_metakan.runs.estimates import estimates_of_run, posterior_of, with_bands
from pinn_metakan.runs.facts import facts
from pinn_metakan.runs.fields import CHUNK, field_on, mesh_field
from pinn_metakan.runs.functions import found_functions
from pinn_metakan.runs.grids import mesh_points, plane_grid, plane_place
from pinn_metakan.runs.slabs import slabs_to_try
from pinn_metakan.training.limit import Diagnosis, Limit, diagnose
from pinn_metakan.version import __version__

#: What columns of the history that not every run has begin with.
_SOMETIMES = ("loss_fresh", "points", "weight_", "violation_", "estimate_")
_VERSIONED = ("torch", "numpy", "scipy", "h5py")
#: Fresh points that residuals are measured on, and what their seed is above that of the run
#: (docs/decisions/0022-second-opinion.md).
_FRESH_POINTS, _FRESH_SEED = 4096, 1


def evaluate_field(
    run: AssembledRun, earlier: Mapping[str, Field], has_folder: bool = True
) -> Field:
    """Evaluate solution, reference and residual on the grid, and add what the run was.

    Args:
        run: The run.
        earlier: What earlier legs ended with, by the name that it is kept as.
        has_folder: Whether a run folder keeps it.

    Returns:
        The field.
    """
    parts = (run.formulation, run.slab_fields)
    posterior = posterior_of(run)
    estimates = estimates_of_run(run, posterior)
    functions = found_functions(run, posterior)
    plane = None
    if not run.grid.axes:
        plane_points = plane_grid(run.formulation)
        plane = field_on(*parts, plane_points, run.plane_reference)
    coordinates = run.formulation.variables.coordinates
    names = (*coordinates, *run.problem.unknowns)
    history = {
        key: np.array([row.get(key, math.nan) for row in run.record.entries], dtype=np.float64)
        for key in _history_keys(run)
    }
    grid = field_on(*parts, run.grid, run.reference)
    missing = points_without_solution(run, grid)
    return Field(
        grid=with_bands(grid, run.grid, run, posterior),
        coordinates=coordinates,
        units={name: run.problem.units.get(name, "-") for name in names},
        long_names={name: run.problem.long_names.get(name, name) for name in names},
        history=history,
        attributes={
            **_attributes(run, has_folder),
            **machine(),
            "description": json.dumps(description(run.problem, facts(run))),
            **_attributes_of_earlier(earlier),
            **_residual_norms(run),
            **({MISSING: missing} if missing else {}),
            **{f"{PREFIX}{name}": error for name, error in run.reference_errors.items()},
            "stage_begins": json.dumps(run.record.begins),
            **({} if estimates.is_empty else {ATTRIBUTE: estimates.as_json()}),
            **({FUNCTIONS: functions_as_json(functions)} if functions else {}),
            **({} if plane is None else {"slice_at": json.dumps(plane_place(run.formulation))}),
        },
        slice=plane,
        has_time=run.formulation.variables.time_axis is not None,
        activations=activations_of(run.network),
        solution_parameters=tuple(run.problem.solution_parameters),
        mesh=mesh_field(*parts, run.grid),
    )


def summary(
    run: AssembledRun, field: Field, notes: Sequence[str], earlier: Mapping[str, Field]
) -> dict[str, object]:
    """The contents of report.json.

    Args:
        run: The run.
        field: What was evaluated.
        notes: Lines for the user.
        earlier: What earlier legs ended with, by the name that it is kept as.

    Returns:
        What JSON can hold; numbers that are not finite are None.
    """
    attributes = field.attributes
    trainer = run.trainer
    functions = {name: found.report() for name, found in functions_of(attributes).items()}
    names = ("problem", "network", "n_parameters", "seed", "dtype", "device", "seconds")
    machine_names = ("date", "threads", "platform")
    return {
        **{name: attributes[name] for name in (*names, *machine_names)},
        "parameters": dict(run.problem.parameters),
        "steps": run.record.step,
        "relative_l2": without_nan(field.relative_l2),
        "max_error": without_nan(field.max_error),
        "relative_to_variation": without_nan(field.relative_to_variation),
        "reference_error": reference_errors(field),
        **_errors_over_parameters(field),
        **estimates_of(attributes).report(),
        **({"functions": functions} if functions else {}),
        "loss": run.record.entries[-1]["loss"],
        "converged": trainer.verdict.is_converged,
        "stop_reason": trainer.verdict.sentence,
        "verdict": attributes["verdict"],
        "advice": attributes["advice"],
        "notes": list(notes),
        "scales": run.objective.scales.as_dict(),
        "disagreement": without_nan(field.disagreement),
        "second_opinion": second_opinion_of(field.attributes),
        "residuals": residual_norms_of(field.attributes).as_dict(),
        "start": None if run.start is None else _as_json(run.start.told),
        "links": [_as_json(link) for link in links_of(field.attributes)],
        "versions": json.loads(str(attributes["versions"])),
    } | {name: _summary_of_earlier(field) for name, field in earlier.items()}


def points_without_solution(run: AssembledRun, grid: FieldOnGrid) -> int:
    """Count the points of the domain at which an unknown is NaN or infinite."""
    inside = run.grid.inside if run.grid.axes else np.ones(len(run.grid.points), bool)
    is_missing = np.zeros(inside.shape, bool)
    for values in grid.values.values():
        is_missing |= ~np.isfinite(values)
    return int((is_missing & inside).sum())


def _errors_over_parameters(field: Field) -> dict[str, object]:
    found = {errors.parameter: errors.as_dict() for errors in parameter_errors(field)}
    return {"errors_over": found} if found else {}


def _as_json(told: Mapping[str, Any]) -> dict[str, object]:
    """What is told of another run, as JSON can hold it."""
    return {**told, "relative_l2": without_nan(told["relative_l2"])}


def second_opinion_of(
    attributes: Mapping[str, str | int | float],
) -> dict[str, object] | None:
    """Read what a solution's second network was and how it ended; None if none was asked."""
    recorded = attributes.get("second_opinion")
    return None if recorded is None else dict(json.loads(str(recorded)))


def links_of(attributes: Mapping[str, str | int | float]) -> list[dict[str, Any]]:
    """Read what each run before the last one of a chain was and how it ended; empty for no chain.

    Args:
        attributes: Those of a solution.

    Returns:
        Of each ``link`` (its number), ``run``, ``problem``, ``parameters``, ``relative_l2``,
        ``steps`` and ``seconds``.
    """
    return list(json.loads(str(attributes.get("links", "[]"))))


def evaluation_seconds(run: AssembledRun) -> float:
    """Estimate how long `evaluate_field` takes, from one chunk of the grid."""
    points = run.grid.points[:CHUNK]
    seconds = []
    for _ in range(2):  # the first call warms up
        begin = time.perf_counter()
        run.slab_fields.residuals_on(points)
        run.slab_fields.values_on(points)
        seconds.append(time.perf_counter() - begin)
    count = len(run.grid.points) + mesh_points(run.formulation, run.grid)
    return min(seconds) * count / len(points)


def _history_keys(run: AssembledRun) -> list[str]:
    found = {key for row in run.record.entries for key in row}
    sometimes = {key for key in found if key.startswith(_SOMETIMES)}
    errors = (f"relative_l2_{name}" for name in run.reference)
    return ["step", "seconds", "loss", *sorted(sometimes), *errors]


def _attributes(run: AssembledRun, has_folder: bool) -> dict[str, str | int | float]:
    origin = run.problem.origin
    device = str(run.choices.device)
    if run.choices.device.type == "cuda":
        device += f" {torch.cuda.get_device_name(run.choices.device)}"
    versions = {"pinn_metakan": __version__, "python": platform.python_version()}
    versions |= {name: version(name) for name in _VERSIONED}
    parts = [
        {"name": part.spelled, "sha256": part.origin.sha256, "source": part.origin.source}
        for part in run.choices.parts
    ]
    attributes: dict[str, str | int | float] = {
        "problem": origin.name,
        "problem_source": origin.source,
        "problem_sha256": origin.sha256,
        "problem_parameters": json.dumps(dict(run.problem.parameters)),
        "network": run.choices.network,
        "n_parameters": run.network.n_parameters,
        "settings": json.dumps(run.settings.as_dict()),
        "scales": json.dumps(run.objective.scales.as_dict()),
        "seed": run.choices.seed,
        "dtype": run.choices.dtype,
        "device": device,
        "seconds": run.record.seconds,
        "outcome": run.trainer.verdict.outcome.value,
        "stop_reason": run.trainer.verdict.sentence,
        "versions": json.dumps(versions),
    }
    if run.start is not None:
        attributes["start"] = json.dumps(run.start.told)
        attributes |= {"links": json.dumps(run.start.links)} if run.start.links else {}
    diagnosis = _diagnosis(run, has_folder)
    attributes |= {"verdict": diagnosis.limit.value, "advice": diagnosis.sentence}
    if diagnosis.limit is Limit.BETTER_STEPS:
        attributes[UNIMPROVED] = 1
    return attributes | ({"parts": json.dumps(parts)} if parts else {})


def _residual_norms(run: AssembledRun) -> dict[str, str]:
    """Measure the residuals on points of their own, so that the run goes on as without it."""
    generator = Generator().manual_seed((run.choices.seed + _FRESH_SEED) % 2**63)
    norms = run.residual_norms(_FRESH_POINTS, generator)
    return {"residual_norms": json.dumps(norms.as_dict())}


def _diagnosis(run: AssembledRun, has_folder: bool) -> Diagnosis:
    drifted = drift_verdict(run)
    if drifted is not None:
        return Diagnosis(Limit.ANOTHER_START, drifted.sentence)
    trainer, ratio = run.trainer, run.settings.points.fresh_ratio
    loss = run.record.entries[-1]["loss"] if run.record.entries else math.nan
    parts = run.objective.parts()
    noisy = noise_levels(run.formulation)
    others = {*run.equations.terms, *noisy}
    conditions = {term: part for term, part in parts.items() if term not in others}
    return diagnose(
        trainer.verdict,
        loss,
        trainer.guard.ratio,
        ratio,
        conditions=conditions,
        carried=run.carried,
        slabs=run.record.losses_of_slabs,
        has_folder=has_folder,
        slabs_to_try=lambda: slabs_to_try(run.settings, run.formulation, run.objective),
        last_weight=run.objective.last_weight(),
        has_improved=run.start is not None or run.record.has_improved,
        noise=sum(part for term, part in parts.items() if term in noisy),
    )


def _summary_of_earlier(field: Field) -> dict[str, object]:
    names = ("n_parameters", "seconds", "stop_reason")
    kept: dict[str, object] = {name: field.attributes[name] for name in names}
    errors = {
        "relative_l2": without_nan(field.relative_l2),
        "max_error": without_nan(field.max_error),
    }
    return kept | errors


def _attributes_of_earlier(earlier: Mapping[str, Field]) -> dict[str, str | int | float]:
    found: dict[str, str | int | float] = {}
    for kept_as, field in earlier.items():
        found[f"{kept_as}_n_parameters"] = field.attributes["n_parameters"]
        for name, error in field.relative_l2.items():
            found[f"{kept_as}_relative_l2_{name}"] = error
    return found
