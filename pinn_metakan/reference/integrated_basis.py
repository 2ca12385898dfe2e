"""Polynomials on an interval that satisfy conditions at its ends, by integration."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.polynomial import chebyshev, legendre
from numpy.typing import NDArray

from pinn_metakan.reference.chebyshev_nodes import lobatto_nodes, series_coefficients

Array = NDArray[np.float64]


class IntegratedBasis:
    r"""Integrals of m Legendre polynomials that vanish with p conditions at the ends.

    .. math:: \phi_k^{(s)} = P_{k + p - s} + \text{a polynomial}, \quad s = \lfloor p / 2 \rfloor,
        \quad k = 0 \dots m - 1, \qquad \phi_k^{(j)}(e) = 0 \text{ for each condition } (e, j)

    For as many conditions at both ends, on values and first derivatives, the s-th derivatives are
    orthogonal: coefficients stay as small as these derivatives of a function that is not smooth.
    As many nodes lie inside as there are polynomials, the roots of the Jacobi polynomial with the
    weight (1 - x^2)^(p/2).

    Args:
        bounds: Ends of the interval.
        conditions: Which derivatives vanish: ("low", 0) is the value at the lower end, ("high", 1)
            the slope at the upper one.
        count: m.

    Raises:
        ValueError: If there is no condition, or a polynomial of a degree below p satisfies all.

    Source: Shen, SIAM J. Sci. Comput. 15 (1994) 1489-1505; Driscoll, Hale, IMA J. Numer. Anal. 36
    (2016) 108-132.
    """

    def __init__(
        self, bounds: tuple[float, float], conditions: Sequence[tuple[str, int]], count: int
    ):
        self.bounds, self.count, self.order = bounds, count, len(conditions)
        self._half = (bounds[1] - bounds[0]) / 2
        self._rows = [(-1.0 if end == "low" else 1.0, order) for end, order in conditions]
        self._ends = self.conditioned(np.eye(max(self.order, 1))[:, : self.order])
        if not conditions or np.linalg.matrix_rank(self._ends) < self.order:
            raise ValueError(
                f"the conditions {tuple(conditions)} leave polynomials of a degree below "
                f"{max(self.order, 1)} free: add a condition on a value or a slope"
            )
        self._level = self.order // 2
        degrees = np.arange(count) + self.order - self._level
        last = int(degrees[-1])
        values = np.asarray(legendre.legvander(lobatto_nodes(last + 1), last), dtype=np.float64)
        self._legendre = series_coefficients(values)[:, degrees]  # (m + p - s, m)
        free = chebyshev.chebint(self._legendre, m=self._level, scl=self._half)
        right = self.conditioned(np.asarray(free, dtype=np.float64))
        self._low = np.linalg.solve(self._ends, right)

    @cached_property
    def nodes(self) -> Array:
        """Collocation points in the interval, (m,), in rising order."""
        from scipy.special import roots_jacobi

        places = roots_jacobi(self.count, self.order / 2, self.order / 2)[0]
        found: Array = sum(self.bounds) / 2 + self._half * places
        return found

    @cached_property
    def blends(self) -> Array:
        """Coefficients of polynomials below degree p, (p, p); 1 in one condition each."""
        return np.asarray(np.linalg.inv(self._ends), dtype=np.float64)

    def conditioned(self, coefficients: Array) -> Array:
        """Evaluate the conditions of Chebyshev series with coefficients (n, ...): (p, ...)."""
        found = []
        for end, order in self._rows:
            slopes = chebyshev.chebder(coefficients, order, scl=1 / self._half)
            found.append(chebyshev.chebval(end, slopes))
        return np.array(found, dtype=np.float64)

    def coefficients(self, derivative: int = 0) -> Array:
        """Chebyshev coefficients of a derivative of each polynomial.

        Args:
            derivative: Its order, at most p.

        Returns:
            Shape (m + p - derivative, m).
        """
        if derivative <= self._level:
            found = chebyshev.chebint(self._legendre, m=self._level - derivative, scl=self._half)
        else:
            found = chebyshev.chebder(self._legendre, derivative - self._level, scl=1 / self._half)
        if derivative < self.order:
            low = chebyshev.chebder(self._low, derivative, scl=1 / self._half)
            found[: len(low)] -= low
        return np.asarray(found, dtype=np.float64)

    def evaluated(self, derivative: int) -> Array:
        """Evaluate a derivative of the polynomials at the nodes, (m, m): a row for each node."""
        found = self.coefficients(derivative)
        place = (self.nodes - sum(self.bounds) / 2) / self._half
        values: Array = chebyshev.chebvander(place, len(found) - 1) @ found
        return values
