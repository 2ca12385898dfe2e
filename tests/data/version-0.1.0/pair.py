"""Two unknowns in a ball, of the runs that version 0.1.0 made."""

from pinn_metakan import Ball, Dirichlet, Neumann, Problem


class Pair(Problem):
    """laplacian u = 6, laplacian v = u - |x|^2 + 6,  u = v = 1 on the unit sphere."""

    coordinates, unknowns = ("x",), ("u", "v")
    domain = Ball(3)
    conditions = {"value": Dirichlet(u=1.0, v=1.0), "slope": Neumann(u=2.0)}

    def residual(self, jet):
        """Give both balances."""
        x, u, of_u, of_v = jet("x", "u", "laplacian_u", "laplacian_v")
        return {"first": of_u - 6, "second": of_v - u + (x**2).sum(dim=1) - 6}

    def reference(self, points):
        """Give the exact solution."""
        square = (points**2).sum(dim=1)
        return {"u": square, "v": square}
