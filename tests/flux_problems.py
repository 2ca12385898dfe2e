"""Problems with slopes on flat faces, shared by tests."""

from collections.abc import Mapping

from torch import Tensor

from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.geometry.box import Box, Interval
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.space_time import SpaceTime
from pinn_metakan.pde.condition import Condition
from pinn_metakan.pde.formulation import Formulation, formulate
from pinn_metakan.pde.problem import Problem

LINE = Interval(-1.0, 2.0)
SQUARE = Box((0.0, 2.0), (-1.0, 1.0))
ROD = SpaceTime(Interval(0.0, 2.0), 0.5, 1.5)
HEAT = ("u_t", "u_xx")
WAVE = ("u_tt", "u_xx")
PLATE = SpaceTime(SQUARE, 0.0, 1.0)
NAMES = {1: ("x",), 2: ("x", "y"), 3: ("x", "y", "t")}


def stated(
    domain: Domain,
    conditions: Mapping[str, Condition],
    quantities: tuple[str, ...] = ("laplacian_u",),
    unknowns: tuple[str, ...] = ("u",),
) -> Formulation:
    class Given(Problem):
        def residual(self, jet: Jet) -> dict[str, Tensor]:
            return {name: jet(name) + jet("u") ** 2 for name in quantities}

    problem = Given()
    names = NAMES[domain.dimension]
    problem.coordinates = (*names[:-1], "t") if domain.time_axis is not None else names
    problem.domain, problem.unknowns, problem.conditions = domain, unknowns, conditions
    return formulate(problem)
