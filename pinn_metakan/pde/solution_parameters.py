"""Parameters of a problem that are coordinates of its solution: where they stand, what is refused.

Points have the columns of space, then of the parameters, then of time. The only coordinate of a
problem is time where a condition says so, `Initial` or `Terminal`, and space elsewhere.
"""

from collections.abc import Mapping

from pinn_metakan.errors import ProblemError
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.parameter import Parameter
from pinn_metakan.geometry.parametric import Parametric
from pinn_metakan.geometry.point import Point
from pinn_metakan.geometry.space_time import SpaceTime
from pinn_metakan.pde.condition import Condition
from pinn_metakan.pde.problem import Problem
from pinn_metakan.pde.user_code import told_failures


def check_solution_parameters(problem: Problem) -> None:
    """Refuse what is no parameter, and names that mean something else.

    Args:
        problem: The problem, whose coordinates and unknowns are tuples.

    Raises:
        ProblemError: With one line that says what does not fit.
    """
    given = problem.solution_parameters
    example = "such as {'D': Parameter(0.1, 1.0)}"
    if not isinstance(given, Mapping):
        raise ProblemError(
            f"solution_parameters must be a dict {example}, got {type(given).__name__}"
        )
    for name, parameter in given.items():
        if not isinstance(name, str) or not name.isidentifier():
            raise ProblemError(f"solution_parameters: {name!r} cannot be a name, take a word")
        if not isinstance(parameter, Parameter):
            kind = type(parameter).__name__
            raise ProblemError(f"solution_parameters: {name} must be {example}, got {kind}")
        if name in problem.coordinates:
            raise ProblemError(
                f"solution_parameters: {name!r} is among the coordinates; leave it out there, it "
                "becomes one by itself, or take another name"
            )
        if name in problem.unknowns:
            raise ProblemError(f"solution_parameters: {name!r} is an unknown; take another name")


def domain_of(problem: Problem) -> Domain:
    """Make the domain of a problem's solution.

    Args:
        problem: The problem.

    Returns:
        The problem's own domain, times its parameters if it has any.

    Raises:
        ProblemError: If a condition of the user's own fails.
    """
    domain, parameters = problem.domain, problem.solution_parameters
    if not parameters:
        return domain
    if domain.dimension == 1 and domain.is_bounded_by_faces and _is_in_time(problem):
        domain = SpaceTime(Point(), *domain.bounds[0])
    return Parametric(domain, parameters)


def coordinates_of(problem: Problem, domain: Domain) -> tuple[str, ...]:
    """Names of the coordinates of a problem's solution.

    Args:
        problem: The problem.
        domain: The domain of its solution.

    Returns:
        Those of space, of the parameters, and of time.
    """
    names, parameters = problem.coordinates, tuple(problem.solution_parameters)
    if domain.time_axis is None:
        return (*names, *parameters)
    return (*names[:-1], *parameters, *names[-1:])


def parameters_text(problem: Problem) -> str:
    """Tell for which values of parameters a problem is solved; empty without any."""
    return ", ".join(
        f"{name} in [{p.low:g}, {p.high:g}]{' on a logarithmic scale' if p.log else ''}"
        for name, p in problem.solution_parameters.items()
    )


def _is_in_time(problem: Problem) -> bool:
    """Whether a condition speaks of the first or the last time."""
    for name, condition in problem.conditions.items():
        with told_failures(f"condition {name!r} failed"):
            if isinstance(condition, Condition):  # what is none is refused later
                place = condition.place
                if place.is_first_time or place.is_last_time:
                    return True
    return False
