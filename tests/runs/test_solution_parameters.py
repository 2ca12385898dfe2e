"""Problems that are solved for all values of a parameter at once."""

import json
import math
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch
from torch import Tensor

from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.errors import ProblemError
from pinn_metakan.geometry.box import Box, Interval
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.parameter import Parameter
from pinn_metakan.geometry.space_time import SpaceTime
from pinn_metakan.pde.boundary_conditions import Dirichlet, Neumann, Periodic
from pinn_metakan.pde.catalogue import list_problems
from pinn_metakan.pde.condition import Condition
from pinn_metakan.pde.formulation import formulate
from pinn_metakan.pde.initial import Initial
from pinn_metakan.pde.integral import Integral
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.problem import Problem
from pinn_metakan.plotting.profiles import profiles_figure
from pinn_metakan.plotting.solution import solution_figure
from pinn_metakan.results.parameter_errors import parameter_errors
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.choices import choose, suggested_settings
from pinn_metakan.runs.examination import examine
from pinn_metakan.runs.resume import open_run
from pinn_metakan.runs.solve import solve

SMALL: dict[str, object] = {
    "network": {"widths": [8, 8]},
    "points": {"first": 200, "interior": 400},
    "adam": {"steps": 30},
    "lm": {"steps": 20},
    "evaluation": {"shape": [11, 11]},
}


class Decay(Problem):
    """u' = -k u,  u(0) = 1 + k."""

    coordinates, unknowns = ("t",), ("u",)
    domain: Domain = Interval(0.0, 1.0)

    def __init__(self, log: bool = False) -> None:
        self.solution_parameters = {"k": Parameter(1.0, 5.0, log)}
        self.conditions: dict[str, Condition] = {"start": Initial(u=lambda k: 1 + k)}

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        k, u, u_t = jet("k", "u", "u_t")
        return {"decay": u_t + k * u}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        k, t = points.T
        return {"u": (1 + k) * torch.exp(-k * t)}


class Heat(Problem):
    """u_t = D u_xx,  u(x, 0) = sin(pi x),  u = 0 at the ends."""

    coordinates, unknowns = ("x", "t"), ("u",)
    domain: Domain = SpaceTime(Interval(0.0, 1.0), 0.0, 1.0)

    def __init__(self) -> None:
        self.units = {"D": "m2/s"}
        self.solution_parameters = {"D": Parameter(0.1, 1.0)}
        self.conditions: dict[str, Condition] = {
            "start": Initial(u=lambda x, D: torch.sin(math.pi * x)),
            "walls": Dirichlet(u=0.0),
        }

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        D, u_t, u_xx = jet("D", "u_t", "laplacian_u")
        return {"heat": u_t - D * u_xx}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        x, D, t = points.T
        return {"u": torch.exp(-D * math.pi**2 * t) * torch.sin(math.pi * x)}


class Source(Problem):
    """u_xx + u_yy = -a f(x, y),  u = 0 on the rim."""

    coordinates, unknowns = ("x", "y"), ("u",)
    domain: Domain = Box((0.0, 1.0), (0.0, 1.0))

    def __init__(self) -> None:
        self.solution_parameters = {"a": Parameter(0.1, 10.0, log=True)}
        self.conditions: dict[str, Condition] = {"rim": Dirichlet(u=0.0)}

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        x, y, a, laplacian = jet("x", "y", "a", "laplacian_u")
        source = 2 * math.pi**2 * torch.sin(math.pi * x) * torch.sin(math.pi * y)
        return {"poisson": laplacian + a * source}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        x, y, a = points.T
        return {"u": a * torch.sin(math.pi * x) * torch.sin(math.pi * y)}


def assembled(problem: Problem, **changes: object) -> AssembledRun:
    settings = suggested_settings(problem, "metakan", [("test", SMALL | changes)])
    return AssembledRun(problem, choose("metakan", settings, 0, "cpu", "float64"))


def test_an_ordinary_equation_is_solved_for_all_rates() -> None:
    solution = solve(Decay(log=True), settings=SMALL)
    assert solution.relative_l2["u"] < 1e-3
    assert list(solution.coordinates) == ["k", "t"]
    at = solution([[2.0, 0.5]])["u"]
    assert at == pytest.approx([3 * math.exp(-1)], rel=1e-2)
    curve = solution(k=2.0, t=[0.0, 0.5])["u"]  # one value, for all times
    assert curve == pytest.approx([3.0, float(at[0])])
    with pytest.raises(ValueError, match="columns k, t, got"):
        solution([0.5])
    assert np.isnan(solution([[6.0, 0.5]])["u"]).all()  # k is in [1, 5]


@pytest.mark.parametrize(
    ("problem", "columns"), [(Heat(), ["x", "D", "t"]), (Source(), ["x", "y", "a"])]
)
def test_hard_conditions_hold_for_all_values(problem: Problem, columns: list[str]) -> None:
    run = assembled(problem, evaluation={"shape": [5, 5, 5]})
    assert list(run.formulation.variables.coordinates) == columns
    assert not [group for group in run.objective.collocation.groups[1:] if group.terms]
    assert run.part.satisfied >= {"start_u", "walls_u"} or run.part.satisfied == {"rim_u"}
    for residual in run.formulation.conditions.values():
        expected = torch.zeros(len(residual.at.points), dtype=torch.float64)
        if residual.label == "condition 'start'":
            expected = torch.sin(math.pi * residual.at.points[:, 0])
        found = run.evaluate(residual.at.points)["u"]
        assert torch.allclose(found, expected, atol=1e-14)


@pytest.mark.parametrize("problem", [Heat(), Source(), Decay()])
def test_the_reference_satisfies_what_is_asked_and_the_doctor_finds_nothing(
    problem: Problem,
) -> None:
    assert examine(problem) == []


def test_a_periodic_coordinate_stands_beside_a_parameter() -> None:
    problem = Heat()
    problem.conditions = {
        "start": Initial(u=lambda x, D: D * torch.sin(2 * math.pi * x)),
        "round": Periodic("x"),
    }
    run = assembled(problem, evaluation={"shape": [5, 5, 5]})
    assert run.part.satisfied == {"start_u", "round_u", "round_u_x"}
    ends = torch.tensor([[0.0, 0.3, 0.7], [1.0, 0.3, 0.7]], dtype=torch.float64)
    low, high = run.evaluate(ends)["u"].tolist()
    assert low == pytest.approx(high, abs=1e-13)


def test_a_normal_derivative_leaves_the_parameter_alone() -> None:
    problem = Heat()
    problem.conditions = {**problem.conditions, "walls": Neumann(where="x=1", u=lambda x, D, t: D)}
    at = formulate(problem).conditions["walls"].at
    assert at.normals is not None
    assert at.normals[0].tolist() == [1.0, 0.0, 0.0]


def test_an_integral_is_taken_for_each_value_of_a_parameter() -> None:
    problem = Heat()
    mass = Integral("u", lambda D, t: 2 / math.pi * torch.exp(-D * math.pi**2 * t))
    problem.conditions = {**problem.conditions, "mass": mass}
    formulation = formulate(problem)
    at = formulation.conditions["mass"].at
    values = {formulation.variables.parse("u"): problem.reference(at.points)["u"]}
    jet = Jet(formulation.variables, at.points, values)
    residual = mass.residual(jet, at, formulation.variables)["u"]
    assert len(residual) >= 1
    assert float(residual.abs().max()) < 1e-12


def test_an_integral_over_time_is_taken_where_there_is_no_space() -> None:
    problem = Decay()
    total = Integral("u", lambda k: (1 + k) * (1 - torch.exp(-k)) / k)
    problem.conditions = {**problem.conditions, "total": total}
    formulation = formulate(problem)
    at = formulation.conditions["total"].at
    values = {formulation.variables.parse("u"): problem.reference(at.points)["u"]}
    residual = total.residual(
        Jet(formulation.variables, at.points, values), at, formulation.variables
    )
    assert float(residual["u"].abs().max()) < 1e-12


@pytest.mark.figures
def test_a_parameter_is_an_axis_of_the_file_and_of_the_report(tmp_path: Path) -> None:
    settings = SMALL | {
        "adam": {"steps": 2},
        "lm": {"steps": 2},
        "evaluation": {"shape": [7, 5, 9]},
    }
    solution = solve(Heat(), settings=settings, out=tmp_path / "run")
    with h5py.File(tmp_path / "run" / "solution.h5") as file:
        assert [dimension[0].name for dimension in file["u"].dims] == ["/t", "/D", "/x"]
        assert file["D"].attrs["units"] == "m2/s"
        assert file["D"][:].tolist() == pytest.approx(np.linspace(0.1, 1.0, 5).tolist())
    report = json.loads((tmp_path / "run" / "report.json").read_text())
    over = report["errors_over"]["D"]
    assert len(over["values"]) == len(over["relative_l2"]["u"]) == 5
    kept = solution["u"][:, 2], solution["u_reference"][:, 2]
    middle = np.linalg.norm(kept[0] - kept[1]) / np.linalg.norm(kept[1])
    assert over["relative_l2"]["u"][2] == pytest.approx(middle)
    field = open_run(tmp_path / "run").field
    assert field.solution_parameters == ("D",)
    (errors,) = parameter_errors(field)
    assert errors.lines()[0].startswith("relative L2 error of u over D: from ")
    figure = solution_figure(field)
    labels = [axis.get_ylabel() for axis in figure.axes]
    assert [label for label in labels if label.startswith("D = ")] == [
        f"D = {value} m2/s\nx [-]" for value in ("0.1", "0.55", "1")
    ]
    assert "; D = 0.55" in profiles_figure(field).get_suptitle()
    names = {path.name for path in (tmp_path / "run").glob("*.png")}
    assert names == {"solution.png", "history.png", "profiles.png", "parameter_errors.png"}
    worst = over["worst"]["u"]
    assert worst["relative_l2"] == max(over["relative_l2"]["u"])
    assert worst["value"] == over["values"][int(np.argmax(over["relative_l2"]["u"]))]
    page = (tmp_path / "run" / "report.html").read_text()
    assert f"to {worst['relative_l2']:.1e} at D = {worst['value']:.3g}" in page
    assert "Errors over D" in page


def test_slabs_go_on_for_all_values() -> None:
    settings = SMALL | {"slabs": 2, "lm": {"steps": 10}}
    solution = solve(Decay(), settings=settings)
    assert solution.relative_l2["u"] < 1e-2
    points = [[3.0, 0.5 - 1e-9], [3.0, 0.5 + 1e-9]]
    before, after = solution(points)["u"]
    assert before == pytest.approx(after, abs=1e-6)


def test_the_only_coordinate_is_space_where_no_condition_speaks_of_time() -> None:
    problem = Decay()
    problem.conditions = {"start": Dirichlet(where="t=0", u=lambda t, k: 1 + k)}
    formulation = formulate(problem)
    assert formulation.variables.coordinates == ("t", "k")
    assert formulation.variables.time_axis is None


def test_a_listed_problem_names_its_parameters(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "from pinn_metakan import Problem, Parameter\n"
        "class Mine(Problem):\n"
        '    "u_t = D u_xx"\n'
        '    solution_parameters = {"D": Parameter(0.1, 1.0), "k": Parameter(1.0, 2.0)}\n'
    )
    entries = {entry.name: entry.equation for entry in list_problems([tmp_path])}
    assert entries["mine"] == "u_t = D u_xx  (for all D, k)"


REFUSED: dict[str, tuple[object, str]] = {
    "no dict": (
        Parameter(0.0, 1.0),
        "solution_parameters must be a dict such as .*, got Parameter",
    ),
    "coordinate": ({"x": Parameter(0.0, 1.0)}, "'x' is among the coordinates; leave it out there"),
    "unknown": ({"u": Parameter(0.0, 1.0)}, "'u' is an unknown; take another name"),
    "range": ({"D": (0.1, 1.0)}, "D must be such as {'D': Parameter.*, got tuple"),
    "word": ({"D 1": Parameter(0.0, 1.0)}, "'D 1' cannot be a name, take a word"),
    "taken": ({"point": Parameter(0.0, 1.0)}, "'point' is what solution.h5 calls something else"),
}


@pytest.mark.parametrize(("given", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_parameter_is_refused(given: object, message: str) -> None:
    problem = Heat()
    problem.solution_parameters = given  # type: ignore[assignment]
    with pytest.raises(ProblemError, match=message):
        formulate(problem)


def test_an_end_of_a_parameter_is_no_face() -> None:
    problem = Heat()
    problem.conditions = {**problem.conditions, "low": Dirichlet(u=0.0, where="D=0.1")}
    with pytest.raises(ProblemError, match=r"no face 'D=0\.1'; the domain has x=0, x=1"):
        formulate(problem)


def test_an_empty_range_is_told_with_its_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(
        "from pinn_metakan import Problem, Parameter\n"
        "class Mine(Problem):\n"
        '    solution_parameters = {"D": Parameter(1.0, 0.1)}\n'
    )
    with pytest.raises(ProblemError, match=r"mine.py failed while loading: .*Parameter\(1.0, 0.1"):
        load_problem(str(path))
