"""Heat through a wall with a duct and a pipe in it, from a drawing."""

from pathlib import Path

from pinn_metakan import Dirichlet, Neumann, Problem, region_from_file


class Wall(Problem):
    """T_xx + T_yy = 0,  T = 10 at the ground, 40 in the duct, 80 at the pipe, faces insulated."""

    coordinates, unknowns = ("x", "y"), ("T",)

    def __init__(self, drawing: str = str(Path(__file__).with_name("wall.geojson"))):
        self.domain = region_from_file(drawing)
        self.conditions = {
            "ground": Dirichlet(T=10.0, where="ground"),
            "duct": Dirichlet(T=40.0, where="duct"),
            "pipe": Dirichlet(T=80.0, where="pipe"),
            "faces": Neumann(T=0.0, where="faces"),
        }

    def residual(self, jet):
        return {"conduction": jet("laplacian_T")}
