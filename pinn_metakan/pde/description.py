"""What a problem is, as lines for people."""

import inspect

from pinn_metakan.pde.problem import Problem, has_features
from pinn_metakan.pde.solution_parameters import parameters_text
from pinn_metakan.pde.suggested import suggestions, suggestions_by_network
from pinn_metakan.pde.unknown import find_unknowns
from pinn_metakan.pde.unknown_function import find_functions


def description(problem: Problem) -> list[tuple[str, str]]:
    """Parameters, coordinates, unknowns, domain, conditions and suggested settings of a problem.

    Args:
        problem: The problem.

    Returns:
        Kind and text of each; a kind may be there several times.
    """
    coordinates = [*problem.coordinates, *problem.solution_parameters]
    facts = [("parameter", f"{name} = {value}") for name, value in problem.parameters.items()]
    for kind, names in (("coordinate", coordinates), ("unknown", problem.unknowns)):
        for name in names:
            called = problem.long_names.get(name, "")
            unit = problem.units.get(name, "-")
            facts.append((kind, f"{name} [{unit}]{f', {called}' if called else ''}"))
    for name, number in find_unknowns(problem).items():
        facts.append(("unknown number", f"{name} [{number.unit}], {number!r}"))
    for name, function in find_functions(problem).items():
        of = ", ".join(function.of)
        facts.append(("unknown function", f"{name}({of}) [{function.unit}], {function!r}"))
    facts.append(("domain", repr(problem.domain)))
    flat = {face.name for face in problem.domain.faces}
    if parts := [part for part in problem.domain.parts if part not in flat]:
        facts.append(("parts", ", ".join(parts)))
    if problem.solution_parameters:
        facts.append(("for all", parameters_text(problem)))
    facts += [("condition", f"{name}: {value!r}") for name, value in problem.conditions.items()]
    if has_features(problem):
        told = inspect.getdoc(type(problem).features) or "features of its own"
        facts.append(("inputs", told.splitlines()[0]))
    has_reference = type(problem).reference is not Problem.reference
    facts.append(("reference", "yes" if has_reference else "none"))
    if problem.tags:
        facts.append(("tags", ", ".join(problem.tags)))
    facts += [("suggests", f"{key}: {value}") for key, value in suggestions(problem).items()]
    for network, settings in suggestions_by_network(problem).items():
        facts.append(("suggests", f"with --network {network}: {settings}"))
    return facts


def stated_text(problem: Problem) -> str:
    """The docstring of a problem's class, without its indentation; empty without one."""
    return inspect.cleandoc(type(problem).__doc__ or "")
