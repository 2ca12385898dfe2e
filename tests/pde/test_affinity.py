"""Whether a residual is affine in the unknowns."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pinn_metakan.pde.formulation import formulate
from pinn_metakan.pde.loading import load_problem

Write = Callable[..., Path]

AFFINE = {
    "a source": "x, t, u_t = jet('x', 't', 'u_t')\n"
    "        return {'r': u_t - 1e3 * torch.exp(x * t)}",
    "coefficients that vary": "x, u, u_xx = jet('x', 'u', 'u_xx')\n"
    "        return {'r': torch.where(x > 0.5, x, 1.0) * u_xx + torch.sin(x) * u - 1}",
    "a gradient": "u_t, g = jet('u_t', 'gradient_u')\n        return {'r': u_t - g.sum(1)}",
    "large numbers": "u_t, u_xx = jet('u_t', 'u_xx')\n        return {'r': 1e12 * u_t - u_xx + 1}",
}
OTHERS = {
    "a square": "u, u_t = jet('u', 'u_t')\n        return {'r': u_t - u * u}",
    "transport by itself": "u, u_t, u_x = jet('u', 'u_t', 'u_x')\n"
    "        return {'r': u_t + u * u_x}",
    "a modulus": "u, u_t = jet('u', 'u_t')\n        return {'r': u_t - abs(u)}",
    "one of two terms": "u, u_t = jet('u', 'u_t')\n        return {'r': u_t, 's': torch.sin(u)}",
    "a root": "u, u_t = jet('u', 'u_t')\n        return {'r': u_t - torch.sqrt(u)}",
    "a limit that is far": "u, u_t = jet('u', 'u_t')\n        return {'r': u_t - u.clamp(-99, 99)}",
}


@pytest.mark.parametrize("residual", AFFINE.values(), ids=AFFINE)
def test_a_linear_equation_is_affine(residual: str, write_problem: Write) -> None:
    found = formulate(load_problem(str(write_problem(residual=residual))))
    assert found.is_affine
    assert found.equations.is_affine


@pytest.mark.parametrize("residual", OTHERS.values(), ids=OTHERS)
def test_a_nonlinear_equation_is_not(residual: str, write_problem: Write) -> None:
    found = formulate(load_problem(str(write_problem(residual=residual))))
    assert not found.equations.is_affine
    assert not found.is_affine


def test_a_residual_that_fails_elsewhere_is_not_affine(write_problem: Write) -> None:
    picky = (
        "u, u_t = jet('u', 'u_t')\n        if bool((u < 0).any()):\n"
        "            raise ValueError('u is a density')\n        return {'r': u_t - u}"
    )
    assert not formulate(load_problem(str(write_problem(residual=picky)))).is_affine


def test_shipped_problems_are_what_they_are_called() -> None:
    linear = {"poisson": True, "heat": True, "ball_poisson": True, "ball_allen_cahn": False}
    for name, expected in (linear | {"burgers": False}).items():
        assert formulate(load_problem(name)).is_affine is expected
