"""The unknown functions of a run as they were found, over what the field visits."""

import torch

from pinn_metakan.derivatives.request import Coordinate
from pinn_metakan.losses.posterior import Posterior
from pinn_metakan.pde.true_function import true_values
from pinn_metakan.pde.unknown_function import UnknownFunction
from pinn_metakan.results.formula import find_formula
from pinn_metakan.results.found_function import FoundFunction
from pinn_metakan.runs.assembled import AssembledRun

#: Places along the argument, and along each of several.
_PLACES, _PLACES_OF_EACH = 101, 21
#: A field that leaves the range by more than this part of its length is worth a word; so is one
#: that visits less than the other part (docs/decisions/0045-unknown-functions.md).
_OUTSIDE, _VISITED = 0.02, 0.3


def found_functions(run: AssembledRun, posterior: Posterior | None) -> tuple[FoundFunction, ...]:
    """Evaluate the unknown functions and their bands.

    Args:
        run: The run, with its best parameters in place.
        posterior: Its distribution; None where there is none.

    Returns:
        One for each function, over the part of its range that the field visits on the grid.
    """
    found = []
    functions = run.ansatz.functions
    for name, function in run.formulation.functions.items():
        law = functions.laws[name]
        ends = [
            _within(visited, stated)
            for visited, stated in zip(visited_by(run, name), law.ranges, strict=True)
        ]
        count = _PLACES if len(ends) == 1 else _PLACES_OF_EACH
        axes = [torch.linspace(low, high, count, dtype=torch.float64) for low, high in ends]
        places = [axis.flatten() for axis in torch.meshgrid(*axes, indexing="ij")]
        values = functions.evaluator(name)(*places)
        unknown = torch.full_like(values, torch.nan)
        errors = unknown if posterior is None else posterior.function_errors(name, places)
        true = true_values(
            function, places, f"the true function of {name}({', '.join(function.of)})"
        )
        formula = None
        if len(places) == 1:
            numbers = (places[0].numpy(), values.numpy(), errors.cpu().numpy())
            formula = find_formula(function.of[0], *numbers)
        found.append(
            FoundFunction(
                name,
                function.of,
                function.unit,
                torch.stack(places, dim=1).numpy(),
                values.numpy(),
                errors.cpu().numpy(),
                (unknown if true is None else true).numpy(),
                formula,
            )
        )
    return tuple(found)


def function_notes(run: AssembledRun) -> list[str]:
    """Say where the field and the range of an unknown function do not belong together."""
    notes = []
    for name, function in run.formulation.functions.items():
        law = run.ansatz.functions.laws[name]
        for argument, visited, (low, high) in zip(
            function.of, visited_by(run, name), law.ranges, strict=True
        ):
            part, length = _within(visited, (low, high)), high - low
            beyond = max(low - visited[0], visited[1] - high) / length
            label = f"{name}({', '.join(function.of)})"
            if beyond > _OUTSIDE:
                notes.append(
                    f"{label}: {argument} goes from {visited[0]:.4g} to {visited[1]:.4g}, beyond "
                    f"the range {low:.4g} to {high:.4g}, where {_beyond(function)}; "
                    "give low= and high="
                )
            elif (part[1] - part[0]) / length < _VISITED:
                notes.append(
                    f"{label}: {argument} goes from {visited[0]:.4g} to {visited[1]:.4g} only, of "
                    f"the range {low:.4g} to {high:.4g}; elsewhere nothing is known of it"
                )
    return notes


def visited_by(run: AssembledRun, name: str) -> list[tuple[float, float]]:
    """Lowest and highest value of each argument of a function on the grid [its unit]."""
    variables, points = run.formulation.variables, run.grid.points
    found = []
    for argument in run.formulation.functions[name].of:
        quantity = variables.parse(argument)
        if isinstance(quantity, Coordinate):
            found.append(run.formulation.domain.bounds[quantity.columns[0]])
            continue
        values = run.slab_fields.quantities_on(points, [quantity])[quantity]
        values = values[torch.isfinite(values)]
        found.append((float(values.min()), float(values.max())))
    return found


def _within(visited: tuple[float, float], stated: tuple[float, float]) -> tuple[float, float]:
    low, high = max(visited[0], stated[0]), min(visited[1], stated[1])
    return (low, high) if low < high else stated


def _beyond(function: UnknownFunction) -> str:
    """What a function is beyond its range."""
    if not function.is_straight_beyond:
        return "nothing holds it"
    return "its logarithm is a straight line" if function.positive else "it is a straight line"
