"""A beam that is clamped at both ends."""

from torch import Tensor

from pinn_metakan import Dirichlet, Interval, Jet, Neumann, Problem


class ClampedBeam(Problem):
    """u_xxxx = 1,  u = u_x = 0 at 0 and 1: u = x^2 (1 - x)^2 / 24."""

    coordinates, unknowns = ("x",), ("u",)
    domain = Interval(0.0, 1.0)
    conditions = {"ends": Dirichlet(u=0.0), "clamps": Neumann(u=0.0)}

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        return {"load": jet("u_xxxx") - 1}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        x = points[:, 0]
        return {"u": x**2 * (1 - x) ** 2 / 24}
