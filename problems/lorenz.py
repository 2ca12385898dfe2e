"""Lorenz equations: convection in three numbers, chaotic; nearby starts part exponentially."""

import torch

from pinn_metakan import Initial, InitialValue, Interval, Jet, Problem


class Lorenz(Problem):
    r"""x_t = s (y - x),  y_t = x (r - z) - y,  z_t = x y - b z,  from (0, 1, 0),  0 <= t <= 5.

    Args:
        prandtl: s [-], of viscosity to conductivity.
        rayleigh: r [-], over the number at which convection begins.
        aspect: b [-], of the shape of a convection cell.

    Source: Lorenz, J. Atmos. Sci. 20 (1963) 130-141.
    """

    coordinates, unknowns = ("t",), ("x", "y", "z")
    long_names = {"x": "convection", "y": "temperature difference", "z": "distortion of profile"}
    tags = ("ode", "nonlinear", "0d", "unsteady", "system", "chaotic")
    scales = {"z": 7.2}  # it begins at 0, as its slope does

    def __init__(self, prandtl: float = 10.0, rayleigh: float = 28.0, aspect: float = 8 / 3):
        self.prandtl, self.rayleigh, self.aspect = prandtl, rayleigh, aspect
        self.domain = Interval(0.0, 5.0)
        self.conditions = {"start": Initial(x=0.0, y=1.0, z=0.0)}
        # 43 slabs of time: with the default 100 steps and 800 points in each, two minutes of a core
        # do not come to the end (docs/decisions/0039-steady-references.md).
        self.settings = {"points": {"first": 0, "interior": 200}, "lm": {"steps": 20}}
        self._path = InitialValue(self._slopes, {"x": 0.0, "y": 1.0, "z": 0.0}, (0.0, 5.0))

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Slopes less what they are to be, (N,) each."""
        found = self._slopes(*jet("t", "x", "y", "z"))
        slopes = zip("xyz", jet("x_t", "y_t", "z_t"), found, strict=True)
        return {name: slope - expected for name, slope, expected in slopes}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Computed solution, (N,) each."""
        return self._path(points)

    def reference_error(self) -> dict[str, float]:
        """Estimated relative L2 error of the reference."""
        return self._path.error

    def _slopes(
        self, t: torch.Tensor, x: torch.Tensor, y: torch.Tensor, z: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        return self.prandtl * (y - x), x * (self.rayleigh - z) - y, x * y - self.aspect * z
