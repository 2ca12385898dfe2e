"""Linear elasticity: a long steel block, of which a cross section is deformed in its plane."""

import math

import torch

from pinn_metakan import Box, Dirichlet, Jet, Neumann, Problem

D = 1e-3  # size of the displacement [m]


class Elasticity(Problem):
    r"""(l + m) grad div u + m laplacian u + b = 0 on a square of side 1 m, in plane strain.

    The displacement is u = d cos(2 pi x) sin(pi y), v = d y^4 sin(pi x) with d = 1 mm; the body
    force b [N/m^3] follows from it. Lame's l = E n/((1 + n)(1 - 2 n)), m = E/(2 (1 + n)) [Pa].
    At the sides v = 0 and no force acts along x; below u = v = 0; above u = 0, and the traction
    along y is 4 (l + 2 m) d sin(pi x).

    Args:
        modulus: Young's E [Pa].
        ratio: Poisson's n [-].

    Source: Haghighat, Raissi, Moure, Gomez, Juanes, Comput. Methods Appl. Mech. Engrg. 379 (2021)
    113741; here in SI units.
    """

    coordinates, unknowns = ("x", "y"), ("u", "v")
    units = {"x": "m", "y": "m", "u": "m", "v": "m"}
    long_names = {"u": "displacement along x", "v": "displacement along y"}
    tags = ("elliptic", "solid", "linear", "2d", "steady", "system")

    def __init__(self, modulus: float = 2.1e11, ratio: float = 0.3):
        self.lame = modulus * ratio / ((1 + ratio) * (1 - 2 * ratio))
        self.shear = modulus / (2 * (1 + ratio))
        self.domain = Box((0.0, 1.0), (0.0, 1.0))
        self.conditions = {
            "left": Dirichlet(v=0.0, where="x=0"),
            "right": Dirichlet(v=0.0, where="x=1"),
            "below": Dirichlet(u=0.0, v=0.0, where="y=0"),
            "above": Dirichlet(u=0.0, where="y=1"),
            # Along these edges the other displacement is 0, so that tractions are (l + 2 m) du/dn.
            "left_traction": Neumann(u=0.0, where="x=0"),
            "right_traction": Neumann(u=0.0, where="x=1"),
            "traction": Neumann(v=lambda x, y: 4 * D * torch.sin(math.pi * x), where="y=1"),
        }

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of forces along x and y [N/m^3], (N,) each."""
        x, y = jet("x", "y")  # each (N,)
        u_xx, u_xy, u_yy, v_xx, v_xy, v_yy = jet("u_xx", "u_xy", "u_yy", "v_xx", "v_xy", "v_yy")
        pi, sin, cos = math.pi, torch.sin, torch.cos
        u = D * cos(2 * pi * x) * sin(pi * y)  # the exact displacement
        v = D * y**4 * sin(pi * x)
        mixed_u = -2 * pi**2 * D * sin(2 * pi * x) * cos(pi * y)
        mixed_v = 4 * pi * D * y**3 * cos(pi * x)
        force_x = self._forces(-4 * pi**2 * u, -(pi**2) * u, mixed_v)
        force_y = self._forces(12 * D * y**2 * sin(pi * x), -(pi**2) * v, mixed_u)
        return {
            "along": self._forces(u_xx, u_yy, v_xy) - force_x,
            "across": self._forces(v_yy, v_xx, u_xy) - force_y,
        }

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Exact displacement [m], (N,) each."""
        x, y = points.unbind(1)
        u = D * torch.cos(2 * math.pi * x) * torch.sin(math.pi * y)
        return {"u": u, "v": D * y**4 * torch.sin(math.pi * x)}

    def _forces(
        self, along: torch.Tensor, across: torch.Tensor, mixed: torch.Tensor
    ) -> torch.Tensor:
        """Divergence of the stress along a direction [N/m^3] by second derivatives [1/m]."""
        shared = (self.lame + self.shear) * (along + mixed)
        return shared + self.shear * (along + across)
