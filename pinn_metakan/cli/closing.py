"""What a run prints in the end."""

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pinn_metakan.optimizers.verdict import Outcome

if TYPE_CHECKING:
    from pinn_metakan.runs.solution import Solution


def closing_lines(solution: "Solution", problem_file: Path | None) -> Iterator[str]:
    """Tell how good a solution is, what it took and where it is.

    Args:
        solution: What was computed.
        problem_file: The file of its problem; None if it is in a folder of problems.

    Yields:
        Lines for people.
    """
    from pinn_metakan.results.estimates import estimates_of
    from pinn_metakan.results.found_functions import functions_of
    from pinn_metakan.results.parameter_errors import parameter_errors
    from pinn_metakan.runs.summary import second_opinion_of

    field, attributes, folder = solution.field, solution.attributes, solution.folder
    assert folder is not None
    second = second_opinion_of(attributes) or {}
    yield from estimates_of(attributes).lines()
    yield from (found.line() for found in functions_of(attributes).values())
    for unknown, error in solution.relative_l2.items():
        yield f"relative L2 error of {unknown}: {error:.3e}"
        if unknown in field.relative_to_variation:
            of_variation = field.relative_to_variation[unknown]
            yield f"error of {unknown} relative to its variation: {of_variation:.3e}"
        yield f"largest error of {unknown}: {field.max_error[unknown]:.3e}"
    for errors in parameter_errors(field):
        yield from errors.lines()
    if not solution.relative_l2:
        yield "no reference, so no error" + ("" if second else "; --check asks a second network")
    for unknown, distance in field.disagreement.items():
        largest = field.max_disagreement[unknown]
        yield (
            f"second opinion: {unknown} differs by {distance:.1e} (relative L2), at most "
            f"{largest:.1e}"
        )
    if field.disagreement:
        words = ("network", "seed", "n_parameters", "steps")
        network, seed, n_parameters, steps = (second[word] for word in words)
        yield f"second opinion by: {network}, seed {seed}, {n_parameters} parameters, {steps} steps"
    yield from _lines_of_links(attributes)
    yield from solution.residual_norms.lines()
    yield from (f"note: {note}" for note in solution.notes)
    yield f"parameters: {attributes['n_parameters']}"
    if solution.tied is not None:
        for unknown, error in solution.tied.relative_l2.items():
            yield f"before untying, relative L2 error of {unknown}: {error:.3e}"
        yield f"before untying, parameters: {solution.tied.attributes['n_parameters']}"
    yield f"training time: {attributes['seconds']:.1f} s"
    yield f"ended by: {attributes['stop_reason']}"
    if "verdict" in attributes:  # not in files up to version 0.2.0
        yield f"verdict: {attributes['verdict']}: {attributes['advice']}"
    if Outcome.OUT_OF_TIME.value in (attributes.get("outcome"), second.get("outcome")):
        yield f"go on with: {resume_line(folder, problem_file)}"
    yield f"folder: {folder}"


def _lines_of_links(attributes: Mapping[str, str | int | float]) -> Iterator[str]:
    """How far each run before the last one of a chain came."""
    from pinn_metakan.runs.summary import links_of

    for link in links_of(attributes):
        named = ", ".join(f"{name} = {_short(v)}" for name, v in link["parameters"].items())
        errors = [f"relative L2 error of {n} {e:.3e}" for n, e in link["relative_l2"].items()]
        took = f"{link['steps']} steps, {link['seconds']:.1f} s"
        yield f"link {link['link']}: {', '.join([named, *errors, took])}"


def _short(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def resume_line(folder: Path, problem_file: Path | None) -> str:
    """Write the command that goes on with a run.

    Args:
        folder: The run folder.
        problem_file: The file of its problem; named unless it is in a folder of problems.

    Returns:
        A line for a shell.
    """
    from pinn_metakan.pde.catalogue import problem_files
    from pinn_metakan.runs.folder import RunFolder
    from pinn_metakan.runs.same_problem import Remembered, part_options

    words = ["pinn-metakan", "resume", str(folder)]
    if problem_file is not None:
        known = [path.resolve() for path in problem_files(problem_file.stem, outside=folder)]
        if problem_file.resolve() not in known:
            words.append(str(problem_file))
    return shlex.join([*words, *part_options(Remembered.read(RunFolder(folder)))])
