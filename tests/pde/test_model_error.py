"""Errors of equations, as a problem states them."""

import pytest
import torch
from torch import Tensor

from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.errors import ProblemError
from pinn_metakan.geometry.ball import Disk
from pinn_metakan.geometry.box import Interval
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.pde.boundary_conditions import Dirichlet
from pinn_metakan.pde.formulation import formulate
from pinn_metakan.pde.model_error import ModelError
from pinn_metakan.pde.observed import Observed
from pinn_metakan.pde.problem import Problem
from pinn_metakan.pde.unknown import Unknown


class Inexact(Problem):
    """u_xx = -s, up to an error."""

    coordinates, unknowns = ("x",), ("u",)
    domain: Domain = Interval(0.0, 2.0)

    def __init__(self, errors: object, sigma: float | str | None = 0.1) -> None:
        self.s = Unknown(1.0, low=0.0)
        self.model_errors = errors  # type: ignore[assignment]
        seen = Observed([[0.5], [1.0]], u=[0.4, 0.5], sigma=sigma)  # type: ignore[arg-type]
        self.conditions = {"ends": Dirichlet(u=0.0), "data": seen}

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        return {"rod": jet("u_xx") + self.s}


@pytest.mark.parametrize(
    ("error", "cells"),
    [(0.5, 1.0), (ModelError(0.5), 1.0), (ModelError(0.5, x=0.1), 20.0), (ModelError(1, x=5), 1.0)],
)
def test_a_length_makes_cells(error: object, cells: float) -> None:
    formulation = formulate(Inexact({"rod": error}))
    found = formulation.model_errors["rod"]
    assert found.cells(formulation.variables, formulation.domain) == pytest.approx(cells)


def test_cells_are_those_of_the_domain_within_its_bounds() -> None:
    class Plate(Inexact):
        coordinates, domain = ("x", "y"), Disk(1.0)

        def __init__(self) -> None:
            super().__init__({"rod": ModelError(0.5, x=0.1, y=0.2)})
            seen = Observed([[0.5, 0.0]], u=[0.4], sigma=0.1)
            self.conditions = {"edge": Dirichlet(u=0.0), "data": seen}

    formulation = formulate(Plate())
    found = formulation.model_errors["rod"].cells(formulation.variables, formulation.domain)
    assert found == pytest.approx(torch.pi / (0.1 * 0.2))


@pytest.mark.parametrize(
    ("errors", "message"),
    [
        (0.1, "model_errors must be a dict such as"),
        ({"heat": 0.1}, "'heat' is no equation; there are rod"),
        ({"rod": 0.0}, "'rod': ModelError: sigma must be positive, got 0"),
        ({"rod": float("nan")}, "'rod': ModelError: sigma must be finite, got nan"),
        ({"rod": "much"}, "'rod': ModelError: sigma must be a number, got 'much'"),
        ({"rod": ModelError(0.1, t=1.0)}, "'rod': a length over 't', which is no coordinate"),
    ],
)
def test_errors_that_fit_nothing_are_refused(errors: object, message: str) -> None:
    with pytest.raises(ProblemError, match=message):
        formulate(Inexact(errors))


@pytest.mark.parametrize("sigma", [None, "estimate"])
def test_an_error_needs_data_to_count_beside(sigma: str | None) -> None:
    with pytest.raises(ProblemError, match="count beside data whose sigma is known"):
        formulate(Inexact({"rod": 0.1}, sigma))


def test_another_error_is_another_problem() -> None:
    first, second = (formulate(Inexact({"rod": error})).fingerprint() for error in (0.1, 0.2))
    assert not torch.equal(first["model error of rod"], second["model error of rod"])
    assert "model error of rod" not in formulate(Inexact({})).fingerprint()


def test_a_length_is_shown() -> None:
    with pytest.raises(ProblemError, match="ModelError: x must be positive, got -1"):
        ModelError(0.1, x=-1.0)
    assert repr(ModelError(0.1, x=0.5)) == "ModelError(0.1, x=0.5)"
