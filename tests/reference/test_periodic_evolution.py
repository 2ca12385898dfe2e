"""Evolution equations on a periodic interval against closed forms and SciPy's solver."""

import itertools
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp
from torch import Tensor

from pinn_metakan.errors import UserError
from pinn_metakan.reference import periodic_evolution
from pinn_metakan.reference.cole_hopf import cole_hopf
from pinn_metakan.reference.periodic_evolution import PeriodicEvolution
from pinn_metakan.reference.pseudospectral import PeriodicEquation, Resolution

VISCOSITY = 0.05


def advection(at: dict[str, Any], dx: Callable[[Any], Any]) -> dict[str, Any]:
    return {"u": -dx(at["u"] ** 2) / 2}


BURGERS = PeriodicEquation(
    (-1.0, 1.0),
    (0.0, 1.0),
    {"u": lambda x: -torch.sin(math.pi * x)},
    {"u": lambda d: VISCOSITY * d**2},
    advection,
    {},
)


def burgers(
    initial: float = 1.0, viscosity: float = VISCOSITY, **options: Any
) -> PeriodicEvolution:
    return PeriodicEvolution(
        BURGERS.interval,
        BURGERS.times,
        {"u": lambda x: -initial * torch.sin(math.pi * x)},
        linear={"u": lambda d: viscosity * d**2},
        nonlinear=advection,
        **options,
    )


def some_points(low: float, high: float, end: float, count: int = 200) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    at = torch.rand(count, 2, generator=generator, dtype=torch.float64)
    return at * torch.tensor([high - low, end]) + torch.tensor([low, 0.0])


def burgers_error(resolution: Resolution) -> float:
    points = some_points(-1, 1, 1)
    exact = cole_hopf(points, VISCOSITY)
    return float((BURGERS.solved(resolution)(points)["u"] - exact).norm() / exact.norm())


def test_steps_are_of_fourth_order() -> None:
    errors = [burgers_error(Resolution(256, 4, steps)) for steps in (1, 2, 4)]
    orders = [math.log2(a / b) for a, b in itertools.pairwise(errors)]
    assert orders[0] > 3.7
    assert orders[1] > 3.7
    assert errors[-1] < 1e-7


def test_errors_fall_exponentially_with_nodes() -> None:
    errors = [burgers_error(Resolution(nodes, 8, 3)) for nodes in (32, 64, 128)]
    assert errors[1] < errors[0] / 20
    assert errors[2] < errors[1] / 400


def test_errors_fall_exponentially_with_the_degree_in_time() -> None:
    errors = [burgers_error(Resolution(256, windows, 32 // windows)) for windows in (1, 2)]
    assert errors[1] < errors[0] / 10
    assert errors[1] < 2e-9


def test_the_estimated_error_is_about_the_true_one() -> None:
    computed = burgers()
    points = torch.cartesian_prod(
        torch.linspace(-1, 1, 101, dtype=torch.float64),
        torch.linspace(0, 1, 51, dtype=torch.float64),
    )
    exact = cole_hopf(points, VISCOSITY)
    error = float((computed(points)["u"] - exact).norm() / exact.norm())
    assert computed.error["u"] < 1e-7
    assert error < 2 * computed.error["u"] + 1e-12


def test_a_mode_of_heat_decays_to_rounding() -> None:
    computed = PeriodicEvolution(
        (0.0, 2.0),
        (1.0, 2.0),
        {"u": lambda x: 1 + torch.cos(3 * math.pi * x)},
        linear={"u": lambda d: 0.1 * d**2},
    )
    points = some_points(0, 2, 1) + torch.tensor([0.0, 1.0])
    x, t = points.unbind(1)
    exact = 1 + torch.cos(3 * math.pi * x) * torch.exp(-0.1 * (3 * math.pi) ** 2 * (t - 1))
    assert (computed(points)["u"] - exact).abs().max() < 1e-9


def test_a_soliton_of_kdv_keeps_its_shape() -> None:
    """The period is so long that the tails of the soliton are rounding where it ends."""

    def soliton(x: Tensor, t: Tensor) -> Tensor:
        return 6 / torch.cosh(math.sqrt(0.5) * (x - 2 * t)) ** 2

    computed = PeriodicEvolution(
        (-26.0, 26.0),
        (0.0, 1.0),
        {"u": lambda x: soliton(x, torch.zeros_like(x))},
        linear={"u": lambda d: -(d**3)},
        nonlinear=advection,
    )
    points = some_points(-26, 26, 1)
    assert (computed(points)["u"] - soliton(*points.unbind(1))).abs().max() < 1e-5
    assert computed.error["u"] < 2e-7


def test_a_complex_unknown_is_told_by_its_parts() -> None:
    """A soliton of the nonlinear Schroedinger equation that moves to the right."""

    def soliton(x: Tensor, t: Tensor) -> Tensor:
        return torch.exp(1j * (x - 0.0 * t)) / torch.cosh(x - t)

    low = -10 * math.pi
    computed = PeriodicEvolution(
        (low, -low),
        (0.0, 1.0),
        {"h": lambda x: soliton(x, torch.zeros_like(x))},
        linear={"h": lambda d: 0.5j * d**2},
        nonlinear=lambda at, dx: {"h": 1j * abs(at["h"]) ** 2 * at["h"]},
        complex_unknowns={"h": ("v", "w")},
    )
    points = some_points(-10, 10, 1)
    found, exact = computed(points), soliton(*points.unbind(1))
    assert list(found) == ["v", "w"] == list(computed.error)
    assert (found["v"] - exact.real).abs().max() < 1e-6
    assert (found["w"] - exact.imag).abs().max() < 1e-6


def test_a_system_agrees_with_scipy() -> None:
    """A reaction of two substances that diffuse, by the method of lines on the same nodes."""
    start = {"u": lambda x: 1 + 0.3 * torch.cos(x), "v": lambda x: 0.5 + 0.2 * torch.sin(x)}
    computed = PeriodicEvolution(
        (0.0, 2 * math.pi),
        (0.0, 1.0),
        start,
        linear={"u": lambda d: 0.1 * d**2 - 1, "v": lambda d: 0.2 * d**2},
        nonlinear=lambda at, dx: {
            "u": -at["u"] * at["v"] ** 2,
            "v": at["u"] * at["v"] ** 2 - 0.1 * dx(at["u"]),
        },
    )
    count = 32
    x = torch.arange(count, dtype=torch.float64) * (2 * math.pi / count)
    d = 1j * np.fft.rfftfreq(count, 1 / count)

    def slopes(t: float, both: np.ndarray) -> np.ndarray:
        u, v = both.reshape(2, count)

        def differentiate(factor: np.ndarray, each: np.ndarray) -> np.ndarray:
            return np.fft.irfft(factor * np.fft.rfft(each), count)

        product = u * v**2
        first = differentiate(0.1 * d**2, u) - u - product
        second = differentiate(0.2 * d**2, v) + product - 0.1 * differentiate(d, u)
        return np.concatenate([first, second])

    begin = np.concatenate([each(x).numpy() for each in start.values()])
    expected = solve_ivp(slopes, (0, 1), begin, "DOP853", [0.7], rtol=1e-11, atol=1e-12).y[:, 0]
    found = computed(torch.stack([x, torch.full_like(x, 0.7)], dim=1))
    assert np.abs(found["u"].numpy() - expected[:count]).max() < 1e-7
    assert np.abs(found["v"].numpy() - expected[count:]).max() < 1e-7


def test_a_kink_is_told_by_the_error() -> None:
    """Data |x| on [-1, 1]: so many waves leave an error of order nodes ** -1.5 at the start."""
    computed = PeriodicEvolution(
        (-1.0, 1.0),
        (0.0, 0.1),
        {"u": lambda x: x.abs()},
        linear={"u": lambda d: 1e-5 * d**2},
        most_nodes=256,
    )
    x = torch.linspace(-1, 1, 1001, dtype=torch.float64)
    true = computed(torch.stack([x, torch.zeros_like(x)], dim=1))["u"] - x.abs()
    error = float(true.norm() / x.norm())
    assert 1e-5 < error < computed.error["u"] < 30 * error


def test_values_can_be_differentiated_as_the_equation_says() -> None:
    points = some_points(-1, 1, 1, 50).requires_grad_()
    u = burgers()(points)["u"]
    u_x, u_t = torch.autograd.grad(u.sum(), points, create_graph=True)[0].unbind(1)
    u_xx = torch.autograd.grad(u_x.sum(), points)[0][:, 0]
    assert (u_t + u * u_x - VISCOSITY * u_xx).abs().max() < 1e-4


def test_a_grid_and_scattered_points_have_the_same_values() -> None:
    computed = burgers()
    x, t = torch.linspace(-1, 1, 30), torch.linspace(0, 1, 20)
    points = torch.cartesian_prod(x, t).double()
    on_grid = computed(points)["u"]
    for part in (points[:7], points[::13]):
        rows = [int((points == row).all(dim=1).nonzero()) for row in part]
        scattered = computed(part.clone().requires_grad_())["u"].detach()
        assert (scattered - on_grid[rows]).abs().max() < 1e-12


@pytest.mark.parametrize("change", [{"initial": 1.1}, {"viscosity": 0.051}, {"tolerance": 2e-7}])
def test_whatever_changes_the_numbers_is_computed_anew(
    change: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    keys: list[str] = []
    arrays = BURGERS.solved(Resolution(32, 1, 1)).arrays | {"error u": np.array(0.0)}

    def seen(key: str, compute: object) -> dict[str, Any]:
        keys.append(key)
        return dict(arrays)

    monkeypatch.setattr(periodic_evolution, "cached", seen)
    for computed in (burgers(), burgers(), burgers(**change)):
        assert computed.error == {"u": 0.0}
    assert keys[0] == keys[1] != keys[2]


def test_an_edited_nonlinear_term_is_another_equation() -> None:
    edited = replace(BURGERS, nonlinear=lambda at, dx: {"u": -dx(at["u"] ** 2) / 2 + 1e-9})
    first, second = BURGERS.samples(), edited.samples()
    assert any(not np.array_equal(first[name], second[name]) for name in first)


def test_nothing_is_computed_before_it_is_asked_for() -> None:
    def refuse(x: Tensor) -> Tensor:
        raise AssertionError

    PeriodicEvolution((0.0, 1.0), (0.0, 1.0), {"u": refuse}, linear={})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"interval": (1.0, 1.0)}, "interval must be two increasing numbers, got 1.0 and 1.0"),
        ({"times": (0.0, math.inf)}, "times must be two increasing numbers"),
        ({"linear": {"v": abs}}, "linear names v, but initial data are given for u"),
        ({"complex_unknowns": {"h": ("a", "b")}}, "complex_unknowns names h, but initial data"),
        ({"initial": {"u": 1j}}, "initial data of u are complex; name its parts"),
        ({"initial": {"u": lambda x: 1 / x}}, "initial data of u are not finite everywhere"),
        ({"nonlinear": lambda at, dx: {"w": at["u"]}}, "the nonlinear term names w, but"),
        ({"linear": {"u": lambda d: 1e4 * d**4}}, "no reference found: the solution grows"),
    ],
)
def test_a_mistake_is_one_line(
    arguments: dict[str, Any], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(periodic_evolution, "_MOST_STEPS", 2**8)
    given = {"interval": (-1.0, 1.0), "times": (0.0, 1.0), "initial": {"u": torch.cos}} | arguments
    linear = given.pop("linear", {})
    with pytest.raises(UserError, match=message):
        PeriodicEvolution(
            given.pop("interval"), given.pop("times"), given.pop("initial"), linear=linear, **given
        )(torch.zeros(1, 2, dtype=torch.float64))
