"""Names, units and values of problems that are texts of a kind of their own."""

from collections.abc import Callable
from pathlib import Path

from small_runs import FAST

from pinn_metakan.pde.loading import load_problem
from pinn_metakan.results.hdf5 import read_solution
from pinn_metakan.runs.solve import solve

KINDS = "Name = enum.StrEnum('Name', {'X': 'x', 'T': 't', 'U': 'u', 'K': 'K'})"


def test_names_and_units_may_be_texts_of_a_kind_of_their_own(
    tmp_path: Path, write_problem: Callable[..., Path]
) -> None:
    plain = write_problem("plain", extra="units = {'x': 'm', 'u': 'K'}")
    own = write_problem(
        coordinates="(np.str_('x'), Name.T)",
        unknowns="(Name.U,)",
        residual="return {np.str_('heat'): jet('u_t') - jet('u_xx')}",
        extra="units, long_names = {Name.X: np.str_('m'), 'u': Name.K}, {np.str_('u'): Name.U}",
    )
    imports = f"import enum, torch\nimport numpy as np\n{KINDS}"
    own.write_text(own.read_text().replace("import torch", imports))
    made = [solve(load_problem(str(path)), settings=FAST) for path in (plain, own)]
    assert made[0]["u"].tobytes() == made[1]["u"].tobytes()
    made[1].save(tmp_path / "solution.h5")
    back = read_solution(tmp_path / "solution.h5")
    assert (back.coordinates, back.units) == (("x", "t"), {"x": "m", "t": "-", "u": "K"})
    assert type(back.units["u"]) is str
