"""Accurate solutions of the problems with unknown functions, for any coefficients of these.

They are what SciPy's fits go through: each is written for its equation, with the conditions of the
problem, and gives the values where the data are.
"""

from collections.abc import Callable
from typing import cast

import numpy as np
import torch
from numpy.polynomial import Chebyshev, chebyshev, legendre
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from pinn_metakan.derivatives.law import Law
from pinn_metakan.pde.observed import Observed
from pinn_metakan.pde.problem import Problem

Array = NDArray[np.float64]
#: Takes coefficients (K,), gives the values at the points of the data, (M,).
Model = Callable[[Array], Array]

#: Modes or nodes along an axis; tolerances of the steps in time.
_MODES, _NODES, _SINES = 32, 48, 300
_RTOL, _ATOL = 1e-8, 1e-10
#: Polynomials of this degree stand for a law of one argument where it is evaluated at one value.
_DEGREE = 24


def data_of(problem: Problem) -> tuple[Array, Array, float]:
    """Points (M, d) of the data of a problem, their values (M,) and sigma, 1 if there is none."""
    data = cast(Observed, problem.conditions["data"])
    ((name, values),) = data.values.items()
    levels = data.noise_levels()
    return data.place.points.numpy(), values.numpy(), levels[name].sigma if levels else 1.0


def law_values(law: Law, coefficients: Array, *arguments: Array, order: int = 0) -> Array:
    """Evaluate a law, or a derivative in its first argument, (M,)."""
    tensors = [torch.from_numpy(np.ascontiguousarray(argument)) for argument in arguments]
    found = law.derivative(torch.from_numpy(coefficients), tensors, (0,) * order)
    return np.asarray(found.numpy())


def diffusion(problem: Problem, law: Law) -> Model:
    """`nonlinear_diffusion` by cosines in x and BDF in time."""
    points, _, _ = data_of(problem)
    m = np.arange(_MODES + 1)
    x = m / _MODES
    inverse = np.linalg.inv(np.cos(np.pi * np.outer(x, m)))
    slope = -np.pi * m * np.sin(np.pi * np.outer(x, m)) @ inverse
    # A flux is a sum of sines: its derivative, from its values inside.
    sines = np.linalg.inv(np.sin(np.pi * np.outer(x[1:-1], m[1:-1])))
    divergence = np.zeros((len(x), len(x)))
    divergence[:, 1:-1] = np.pi * m[1:-1] * np.cos(np.pi * np.outer(x, m[1:-1])) @ sines
    at_data = np.cos(np.pi * np.outer(points[:, 0], m)) @ inverse
    start = (1 + np.cos(np.pi * x)) / 2

    def model(c: Array) -> Array:
        def rate(t: float, u: Array) -> Array:
            return np.asarray(divergence @ (law_values(law, c, u) * (slope @ u)))

        def jacobian(t: float, u: Array) -> Array:
            flux = np.diag(law_values(law, c, u, order=1) * (slope @ u))
            return np.asarray(divergence @ (law_values(law, c, u)[:, None] * slope + flux))

        return _at_times(rate, jacobian, start, points[:, 1], at_data)

    return model


def reaction(problem: Problem, law: Law) -> Model:
    """`reaction_law` by Chebyshev polynomials in x and BDF in time."""
    points, _, _ = data_of(problem)
    diffusivity = float(vars(problem)["diffusivity"])
    x, second, at_data = _collocated(_NODES, points[:, 0])
    inside = slice(1, -1)

    def known(x: Array, t: float) -> Array:
        at = torch.from_numpy(np.stack([x, np.full_like(x, t)], axis=1))
        found = problem.reference(at)
        assert found is not None
        return found["u"].numpy()

    times = np.linspace(0.0, 1.0, 257)
    ends = [Chebyshev.fit(times, [known(x[[e]], t)[0] for t in times], 32) for e in (0, -1)]

    def whole(t: float, u: Array) -> Array:
        return np.concatenate([[ends[0](t)], u, [ends[1](t)]])

    def model(c: Array) -> Array:
        def rate(t: float, u: Array) -> Array:
            spread = diffusivity * (second @ whole(t, u))[inside]
            return np.asarray(spread + law_values(law, c, u))

        def jacobian(t: float, u: Array) -> Array:
            slope = np.diag(law_values(law, c, u, order=1))
            return np.asarray(diffusivity * second[inside, inside] + slope)

        start = known(x, 0.0)[inside]
        found = _at_times(rate, jacobian, start, points[:, 1], at_data[:, inside])
        given = np.stack([end(points[:, 1]) for end in ends], axis=1)  # (M, 2)
        return np.asarray(found + (at_data[:, [0, -1]] * given).sum(axis=1))

    return model


def friction(problem: Problem, law: Law) -> Model:
    """`pendulum_friction` by Runge-Kutta steps of order 8."""
    points, _, _ = data_of(problem)
    times, places = np.unique(points[:, 0], return_inverse=True)
    amplitude, stiffness = 3 * np.pi / 4, 9.81

    def model(c: Array) -> Array:
        curve = Chebyshev.interpolate(lambda s: law_values(law, c, s), _DEGREE, law.ranges[0])

        def rate(t: float, y: Array) -> Array:
            return np.array([y[1], -curve(y[1]) - stiffness * np.sin(y[0])])

        solved = solve_ivp(
            rate, (0.0, 5.0), [amplitude, 0.0], "DOP853", times, rtol=1e-10, atol=1e-12
        )
        return np.asarray(solved.y[0][places])

    return model


def source(problem: Problem, law: Law) -> Model:
    """`inverse_source` by sines in x, exact in time: one matrix for all sources."""
    points, _, _ = data_of(problem)
    nodes, weights = legendre.leggauss(2 * _SINES)
    x, k = (nodes + 1) / 2, np.arange(1, _SINES + 1)
    coefficients = np.sin(np.pi * np.outer(k, x)) * weights  # of sines, from values of f
    rates = (np.pi * k) ** 2
    grown = (1 - np.exp(-np.outer(points[:, 1], rates))) / rates
    matrix = (grown * np.sin(np.pi * np.outer(points[:, 0], k))) @ coefficients
    return lambda c: np.asarray(matrix @ law_values(law, c, x))


def _collocated(count: int, places: Array) -> tuple[Array, Array, Array]:
    """Nodes on [0, 1], the second derivative there, and the values at places (M,) from them."""
    s = -np.cos(np.pi * np.arange(count + 1) / count)
    inverse = np.linalg.inv(chebyshev.chebvander(s, count))
    second = [Chebyshev.basis(k).deriv(2)(s) for k in range(count + 1)]
    at_places = chebyshev.chebvander(2 * places - 1, count) @ inverse
    return (s + 1) / 2, 4 * np.stack(second, axis=1) @ inverse, at_places


def _at_times(
    rate: Callable[[float, Array], Array],
    jacobian: Callable[[float, Array], Array],
    start: Array,
    times: Array,
    at_data: Array,
) -> Array:
    """Values of u at data, each at its time, (M,), from the nodes, by (M, nodes)."""
    order = np.argsort(times)
    solved = solve_ivp(
        rate, (0.0, 1.0), start, "BDF", times[order], jac=jacobian, rtol=_RTOL, atol=_ATOL
    )
    if not solved.success:
        return np.full(len(times), 1e3)  # far from all data: the step is refused
    found = np.empty(len(times))
    found[order] = np.einsum("mi,im->m", at_data[order], solved.y)
    return found


MODELS: dict[str, Callable[[Problem, Law], Model]] = {
    "nonlinear_diffusion": diffusion,
    "reaction_law": reaction,
    "pendulum_friction": friction,
    "inverse_source": source,
}
