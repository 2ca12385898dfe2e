"""Euler-Bernoulli beam under a uniform load."""

from torch import Tensor

from pinn_metakan import Boundary, Dirichlet, Interval, Jet, Neumann, Problem


class Beam(Problem):
    r"""E I w_xxxx = q on [0, L],  w = w_x = 0 at both ends (clamped).

    The cantilever has w = w_x = 0 at x = 0 and w_xx = w_xxx = 0 at x = L. The solution is
    w = q x^2 (L - x)^2/(24 E I) of the clamped beam, of the cantilever
    w = q x^2 (6 L^2 - 4 L x + x^2)/(24 E I).

    Args:
        support: "clamped" or "cantilever".
        load: q [N/m].
        stiffness: E I [N m^2], by default of a steel beam IPE 80.
        length: L [m].

    Raises:
        ValueError: If there is no such support.

    Source: Gere, Timoshenko, Mechanics of Materials, 4th ed., PWS 1997, appendix G.
    """

    coordinates, unknowns = ("x",), ("w",)
    units = {"x": "m", "w": "m"}
    long_names = {"w": "deflection"}
    tags = ("ode", "solid", "linear", "1d", "steady", "high-order")

    def __init__(
        self,
        support: str = "clamped",
        load: float = 1000.0,
        stiffness: float = 1.68e5,
        length: float = 2.0,
    ):
        if support not in ("clamped", "cantilever"):
            raise ValueError(f"support must be 'clamped' or 'cantilever', got {support!r}")
        self.is_clamped = support == "clamped"
        self.load, self.stiffness, self.length = load, stiffness, length
        self.domain = Interval(0.0, length)
        fixed, free = ("x=0", f"x={length}")
        if self.is_clamped:
            self.conditions = {"ends": Dirichlet(w=0.0), "clamps": Neumann(w=0.0)}
        else:
            self.conditions = {
                "end": Dirichlet(w=0.0, where=fixed),
                "clamp": Neumann(w=0.0, where=fixed),
                "moment": Boundary("w_xx", 0.0, where=free),
                "force": Boundary("w_xxx", 0.0, where=free),
            }

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        """Balance of forces [N/m], (N,)."""
        return {"load": self.stiffness * jet("w_xxxx") - self.load}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        """Exact deflection [m], (N,)."""
        x, length = points[:, 0], self.length
        shape = (length - x) ** 2 if self.is_clamped else 6 * length**2 - 4 * length * x + x**2
        return {"w": self.load * x**2 * shape / (24 * self.stiffness)}
