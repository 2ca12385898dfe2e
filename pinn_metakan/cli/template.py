"""The problem file that `pinn-metakan new` writes."""

import keyword

from pinn_metakan.errors import UserError

_TEMPLATE = '''"""{title}: say here what happens, in one line."""

import torch

from pinn_metakan import Dirichlet, Initial, Interval, Jet, Problem, SpaceTime


class {title}(Problem):
    r"""u_t + c u_x = D u_xx,  u(x, 0) = sin(pi x),  u(0, t) = u(1, t) = 0.

    Args:
        speed: c [-].
        diffusivity: D [-].
    """

    # Names of the coordinates (time last) and of the fields to solve for.
    coordinates, unknowns = ("x", "t"), ("u",)

    # Units and names for figures and HDF5; leave out what is dimensionless.
    units = {{"x": "-", "t": "-", "u": "-"}}
    long_names = {{"u": "concentration"}}

    # Settings that suit this problem; `pinn-metakan solve` writes all there are to settings.toml.
    settings = {{"points": {{"interior": 1000}}}}

    # Arguments are parameters: pinn-metakan solve {name}.py --param speed=2.0
    def __init__(self, speed: float = 1.0, diffusivity: float = 0.1):
        self.speed, self.diffusivity = speed, diffusivity
        # Also: Interval(a, b) or Box((a, b), (c, d)) without time, Disk(radius), Polygon(vertices),
        # Box(...) - Disk(...).named("hole") with where="hole", region_from_file("plate.geojson").
        self.domain = SpaceTime(Interval(0.0, 1.0), 0.0, 1.0)
        # Also: Dirichlet(u=..., where="x=0"), Neumann, Robin, Periodic("x"), Observed(points, u=v),
        # Boundary("u_xx", 0.0, where="x=0"), Interior(u=0.0, where="x=0.5"), Terminal(u=...).
        self.conditions = {{
            "initial": Initial(u=lambda x: torch.sin(torch.pi * x)),
            "walls": Dirichlet(u=0.0),
        }}

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """What is zero for the solution: one named tensor (N,) for each equation."""
        u_t, u_x, u_xx = jet("u_t", "u_x", "u_xx")  # also "x", "u", "u_xt", "laplacian_u"
        return {{"{name}": u_t + self.speed * u_x - self.diffusivity * u_xx}}

    # If you know the solution, compare with it: points are (N, 2), columns x and t.
    # def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
    #     x, t = points.unbind(1)
    #     return {{"u": ...}}
'''


def problem_template(name: str) -> str:
    """Write the text of a problem file.

    Args:
        name: A word of lower-case letters, digits and underscores.

    Returns:
        Python source that can be solved as it stands.

    Raises:
        UserError: If the name cannot be the name of a file, a class and a term.
    """
    return _TEMPLATE.format(name=name, title=class_name(name))


def class_name(name: str) -> str:
    """The name of the class of a problem: that of its file in capitalized words.

    Args:
        name: A word of lower-case letters, digits and underscores.

    Returns:
        Such as ``MyFlow`` for ``my_flow``.

    Raises:
        UserError: If the name cannot be the name of a file, a class and a term.
    """
    if not (name.isidentifier() and name.islower()) or keyword.iskeyword(name):
        raise UserError(f"a problem's name is a word of lower-case letters, got {name!r}")
    return "".join(part.capitalize() for part in name.split("_"))
