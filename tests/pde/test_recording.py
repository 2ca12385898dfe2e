"""What a residual does that would be silently wrong later is found before any work."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Generator, nn

from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.errors import ProblemError
from pinn_metakan.geometry.box import Interval
from pinn_metakan.pde.boundary_conditions import Dirichlet, Neumann, Robin
from pinn_metakan.pde.formulation import formulate
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.observed import Observed
from pinn_metakan.pde.problem import Problem

Write = Callable[..., Path]


class Plain(Problem):
    """u_xx = 0."""

    coordinates, unknowns = ("x",), ("u",)
    domain = Interval(0.0, 1.0)

    def residual(self, jet):  # type: ignore[no-untyped-def]
        return {"plain": jet("u_xx") + self.source(jet)}  # type: ignore[attr-defined]


def stated(source) -> None:  # type: ignore[no-untyped-def]
    problem = Plain()
    problem.source = source  # type: ignore[attr-defined]
    formulate(problem)


COUPLED = {
    "mean": lambda jet: 1 - jet("u").mean(),
    "sum": lambda jet: jet("u").sum() * jet("x"),
    "largest": lambda jet: jet("u") / jet("u").abs().max(),
    "order": lambda jet: jet("u").sort().values,
    "cumulated": lambda jet: jet("u").cumsum(0),
    "shifted": lambda jet: jet("u") - jet("u").roll(1),
    "neighbors": lambda jet: torch.nn.functional.pad(jet("u").diff(), (0, 1)),
    "mean coordinate": lambda jet: jet("u") * jet("x").mean(),
}


@pytest.mark.parametrize("source", COUPLED.values(), ids=COUPLED)
def test_a_residual_that_couples_its_points_is_refused(source) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ProblemError, match=r"plain: .*couples its points.*m_x = u - I"):
        stated(source)


def test_a_residual_that_uses_its_own_point_alone_passes() -> None:
    stated(lambda jet: torch.where(jet("x") < 0.5, jet("u").exp(), jet("u_x") * 2))


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (lambda jet: torch.rand(len(jet("u"))) * jet("u"), "other values when it is evaluated ag"),
        (lambda jet: jet("u").mul_(2.0), r"changes 'u' in place; .*2 \* u"),
        (lambda jet: jet("u_x").clamp_(0), "changes 'u_x' in place"),
        (lambda jet: jet("u") * 1j, "term 'plain' is complex128, expected real numbers"),
        (lambda jet: jet("u") * nn.Parameter(torch.tensor(2.0)), "depends on a trainable parame"),
        (lambda jet: jet("u").exp() * torch.tensor(1.0, requires_grad=True), "trainable param"),
    ],
)
def test_what_cannot_be_trained_on_is_refused(source, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ProblemError, match=message):
        stated(source)


def test_a_term_without_the_unknowns_is_refused(write_problem: Write) -> None:
    for term in ("jet('x') * 1.0", "jet('u').detach()", "torch.zeros(len(jet('u')))"):
        path = write_problem(residual=f"return {{'heat': {term}}}")
        with pytest.raises(ProblemError, match=r"mine\.py: .* 'heat' does not depend on the unk"):
            formulate(load_problem(str(path)))


@pytest.mark.parametrize("kind", ["int", "bool", "sparse"])
def test_terms_of_another_kind_are_refused(kind: str, write_problem: Write) -> None:
    term = {"int": "jet('u').int()", "bool": "jet('u') > 0", "sparse": "jet('u').to_sparse()"}[kind]
    path = write_problem(residual=f"return {{'heat': {term}}}")
    with pytest.raises(ProblemError, match=rf"term 'heat' is .*{kind}.*expected real numbers"):
        formulate(load_problem(str(path)))


def test_a_length_that_only_fits_the_recorded_points_is_refused(write_problem: Write) -> None:
    path = write_problem(residual="return {'heat': jet('u') * torch.ones(7)}")
    with pytest.raises(ProblemError, match="size of tensor"):
        formulate(load_problem(str(path)))


@pytest.mark.parametrize(
    ("value", "how"),
    [
        (torch.tensor(1.0, requires_grad=True), r"self\.kappa = Unknown\(start=\.\.\.\)"),
        (torch.ones(3, requires_grad=True), r"\.detach\(\)"),
        (nn.Linear(1, 1), r"requires_grad_\(False\)"),
    ],
)
def test_a_parameter_that_nobody_trains_is_refused(value: object, how: str) -> None:
    problem = Plain()
    problem.kappa = value  # type: ignore[attr-defined]
    problem.source = lambda jet: jet("u")  # type: ignore[attr-defined]
    with pytest.raises(ProblemError, match=f"'kappa' .*trainable.*only the network.*{how}"):
        formulate(problem)


def test_a_coefficient_may_be_a_constant_field() -> None:
    from pinn_metakan.runs.solve import solve

    class Inverse(Problem):
        """u = sin x with u_xx = -k u: k = 1 from data."""

        coordinates, unknowns = ("x",), ("u", "k")

        def __init__(self) -> None:
            self.domain = Interval(0.0, 3.0)
            x = torch.linspace(0.0, 3.0, 30, dtype=torch.float64)
            self.conditions = {"data": Observed(x[:, None], u=torch.sin(x))}

        def residual(self, jet):  # type: ignore[no-untyped-def]
            u_xx, u, k, k_x = jet("u_xx", "u", "k", "k_x")
            return {"wave": u_xx + k * u, "constant": k_x}

    settings = {"network.widths": [6], "points.interior": 100, "lm.steps": 30}
    solution = solve(Inverse(), "kan", settings=settings)
    np.testing.assert_allclose(solution["k"], 1.0, atol=1e-4)


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (Dirichlet(u=float("nan")), "Dirichlet: u must be finite, got nan"),
        (Neumann(u=float("inf")), "Neumann: u must be finite, got inf"),
        (Robin(1.0, 1.0, float("nan")), "Robin: c must be finite"),
        (Dirichlet(u=1j), r"Dirichlet: u must be a real number or a function .*got 1j"),
        (Dirichlet(u="0"), None),
        (Dirichlet(u=[0.0, 1.0]), r"Observed\(points, u=values\)"),
        (Dirichlet(u=np.zeros(7)), r"Observed\(points, u=values\)"),
        (Dirichlet(u=lambda x: x * 1j), "returned complex128 numbers, expected real ones"),
        (Dirichlet(u=lambda x: (x - 2).sqrt()), "data of 'edge_u' are NaN or infinite"),
        (Dirichlet(u=lambda x: 1 / (x - x)), "data of 'edge_u' are NaN or infinite"),
        (Dirichlet(u=lambda x: x - x.mean()), "couples its points"),
        (Dirichlet(u=lambda x: 1 / 0), r"failed: ZeroDivisionError.*test_recording\.py, line \d+"),
        (Dirichlet(u=lambda x: exit()), "failed: SystemExit"),
    ],
)
def test_data_are_real_finite_numbers_of_their_own_point(
    condition: Dirichlet, message: str | None
) -> None:
    problem = Plain()
    problem.source = lambda jet: 0.0  # type: ignore[attr-defined]
    problem.conditions = {"edge": condition}
    if message is None:  # text that is a number is taken as one
        formulate(problem)
        return
    with pytest.raises(ProblemError, match=f"edge.*{message}"):
        formulate(problem)


@pytest.mark.parametrize("values", [[1j, 2j], np.array([1j, 2j]), torch.tensor([1j, 2j])])
def test_complex_observations_are_refused(values: object) -> None:
    with pytest.raises(ValueError, match="Observed: u must be real numbers, got complex"):
        Observed([[0.1], [0.2]], u=values)  # type: ignore[arg-type]


def test_data_that_change_their_argument_leave_the_points_as_they_are() -> None:
    def shifted(x: torch.Tensor) -> torch.Tensor:
        x -= 0.5
        return x

    condition = Dirichlet(u=shifted)
    problem = Plain()
    problem.source = lambda jet: 0.0  # type: ignore[attr-defined]
    problem.conditions = {"edge": condition}
    formulation = formulate(problem)
    at = condition.sample(
        formulation.variables, problem.domain, 5, "sobol", Generator().manual_seed(0)
    )
    before = at.points.clone()
    edge = formulation.conditions["edge"]
    zeros = {quantity: torch.zeros_like(before[:, 0]) for quantity in edge.quantities}
    edge.evaluate(Jet(formulation.variables, at.points, zeros), at)
    assert torch.equal(at.points, before)


def test_data_from_numpy_are_taken() -> None:
    problem = Plain()
    problem.source = lambda jet: 0.0  # type: ignore[attr-defined]
    problem.conditions = {"edge": Dirichlet(u=lambda x: np.cos(x.numpy()))}
    recorded = formulate(problem).conditions["edge"].recorded["edge_u"]
    assert recorded.dtype == torch.float64
    assert len(recorded) == 7


def test_fingerprints_tell_problems_apart_whose_text_is_the_same() -> None:
    def fingerprint(factor: float) -> dict[str, torch.Tensor]:
        problem = Plain()
        problem.source = lambda jet: factor * jet("u")  # type: ignore[attr-defined]
        return formulate(problem).fingerprint()

    one, same, other = fingerprint(1.0), fingerprint(1.0), fingerprint(2.0)
    assert all(torch.equal(one[term], same[term]) for term in one)
    assert not torch.equal(one["plain"], other["plain"])
