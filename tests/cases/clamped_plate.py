"""A plate that is clamped on its rim."""

from torch import Tensor

from pinn_metakan import Box, Dirichlet, Jet, Neumann, Problem


class ClampedPlate(Problem):
    """u_xxxx + 2 u_xxyy + u_yyyy = q,  u = u_n = 0 on the rim: u = (x (1-x) y (1-y))^2."""

    coordinates, unknowns = ("x", "y"), ("u",)
    domain = Box((0.0, 1.0), (0.0, 1.0))
    conditions = {"rim": Dirichlet(u=0.0), "clamp": Neumann(u=0.0)}

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        x, y, u_xxxx, u_xxyy, u_yyyy = jet("x", "y", "u_xxxx", "u_xxyy", "u_yyyy")
        bent = 2 - 12 * x + 12 * x**2, 2 - 12 * y + 12 * y**2
        load = 24 * (_square(x) + _square(y)) + 2 * bent[0] * bent[1]
        return {"load": u_xxxx + 2 * u_xxyy + u_yyyy - load}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        x, y = points.unbind(1)
        return {"u": _square(x) * _square(y)}


def _square(x: Tensor) -> Tensor:
    return (x * (1 - x)) ** 2
