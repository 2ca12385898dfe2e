"""Exponential time differencing of fourth order for stiff equations that are diagonal."""

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Complex = NDArray[np.complex128]
Array = NDArray[np.float64]

#: Points on a circle that coefficients are means over (docs/decisions/0037-references.md).
_CONTOUR_POINTS = 32


class ExponentialRungeKutta:
    r"""ETDRK4 for u_t = L u + N(u) with a diagonal L, which is solved exactly.

    .. math::
        a &= e^{hL/2} u + Q N(u), \quad b = e^{hL/2} u + Q N(a), \quad
        c = e^{hL/2} a + Q (2 N(b) - N(u)) \\
        u' &= e^{hL} u + f_1 N(u) + 2 f_2 (N(a) + N(b)) + f_3 N(c)

    Q, f_1, f_2, f_3 are functions of hL that lose all digits near 0 when they are evaluated as they
    stand; they are means over a circle around each hL instead.

    Args:
        linear: L, complex, any shape.
        nonlinear: N, from and to arrays of the shape of L.

    Source: Cox, Matthews, J. Comput. Phys. 176 (2002) 430-455; Kassam, Trefethen, SIAM J. Sci.
    Comput. 26 (2005) 1214-1233.
    """

    def __init__(self, linear: Complex, nonlinear: Callable[[Complex], Complex]):
        self._linear, self._nonlinear = linear, nonlinear
        self._coefficients: dict[float, tuple[Complex, ...]] = {}

    def snapshots(self, start: Complex, gaps: Sequence[float], steps: int) -> Complex:
        """Solve from one time to the next, and on.

        Args:
            start: u at the first time, of the shape of L.
            gaps: Between the times.
            steps: Number of steps in each gap.

        Returns:
            u at each time, shape (1 + gaps, ...). NaN where it grew without bound.
        """
        found = np.full((len(gaps) + 1, *start.shape), math.nan, dtype=np.complex128)
        found[0] = u = start
        with np.errstate(over="ignore", invalid="ignore"):
            for number, gap in enumerate(gaps, start=1):
                coefficients = self._coefficients_of(gap / steps)
                for _ in range(steps):
                    u = self._step(u, coefficients)
                if not np.isfinite(u).all():
                    break
                found[number] = u
        return found

    def _step(self, u: Complex, coefficients: tuple[Complex, ...]) -> Complex:
        whole, half, q, f1, f2, f3 = coefficients  # f2 doubled
        of_u, carried = self._nonlinear(u), half * u
        a = carried + q * of_u
        of_a = self._nonlinear(a)
        of_b = self._nonlinear(carried + q * of_a)
        of_c = self._nonlinear(half * a + q * (2 * of_b - of_u))
        result: Complex = whole * u + f1 * of_u + f2 * (of_a + of_b) + f3 * of_c
        return result

    def _coefficients_of(self, step: float) -> tuple[Complex, ...]:
        key = float(f"{step:.10e}")  # equal gaps differ by rounding
        if key not in self._coefficients:
            z = step * self._linear
            angles = 2 * math.pi * (np.arange(_CONTOUR_POINTS) + 0.5) / _CONTOUR_POINTS
            sums = np.zeros((4, *z.shape), dtype=np.complex128)
            for r in z + np.exp(1j * angles).reshape(-1, *([1] * z.ndim)):
                e = np.exp(r)
                sums[0] += (np.exp(r / 2) - 1) / r
                sums[1] += (-4 - r + e * (4 - 3 * r + r**2)) / r**3
                sums[2] += (2 + r + e * (r - 2)) / r**3
                sums[3] += (-4 - 3 * r - r**2 + e * (4 - r)) / r**3
            means = step / _CONTOUR_POINTS * sums
            means[2] *= 2
            self._coefficients[key] = (np.exp(z), np.exp(z / 2), *means)
        return self._coefficients[key]
