"""What is wrong with a problem is found when it is stated, and named in one line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pinn_metakan.derivatives.request import Derivative
from pinn_metakan.errors import ProblemError
from pinn_metakan.pde.formulation import formulate
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.problem import Problem

Write = Callable[..., Path]


def test_a_statement_knows_terms_and_derivatives(write_problem: Write) -> None:
    formulation = formulate(load_problem(str(write_problem())))
    assert formulation.equations.terms == ("heat",)
    assert formulation.equations.quantities == {Derivative(0, (1,)), Derivative(0, (0, 0))}
    assert formulation.conditions["initial"].terms == ("initial_u",)


MISTAKES = {
    "tags": (
        {"extra": "tags = ('wave')"},
        r"tags must be a tuple of words such as \('wave', 'linear'\), got 'wave'",
    ),
    "wrong shape": (
        {"residual": "return {'heat': jet('u_t')[:, None]}"},
        r"residual: term 'heat' has shape \(7, 1\), expected \(N,\) = \(7,\)",
    ),
    "no return": ({"residual": "jet('u')"}, "residual returned NoneType, expected a dict"),
    "empty": ({"residual": "return {}"}, "returned an empty dict"),
    "number": ({"residual": "return {'heat': 1.0}"}, "term 'heat' is float, expected a torch"),
    "name": ({"residual": "return {'a b': jet('u')}"}, "name of a term must be a word"),
    "exception": (
        {"residual": "return {'heat': jet('u') @ 'x'}"},
        r"residual failed: TypeError: .*mine.py, line 10\)",
    ),
    "misspelled": (
        {"residual": "return {'heat': jet('u_xz')}"},
        "'u_xz' is not known; possible are coordinates x, t; unknowns u; derivatives up to order 4",
    ),
    "domain": ({"domain": "(0, 1)"}, "domain must be a Domain, got tuple"),
    "coordinates": ({"coordinates": "('x',)", "domain": "Box((0, 1), (0, 1), (0, 1))",
                     "conditions": "{}", "residual": "return {'a': jet('u_t')}"},
                    "'u_t' is not known"),
    "too few names": ({"coordinates": "('x', 'y')", "domain": "Box((0, 1), (0, 1), (0, 1))"},
                      "the domain has 3 coordinates, but coordinates = .* names 2"),
    "not a tuple": ({"unknowns": "'u'"}, "unknowns must be a tuple"),
    "condition kind": ({"conditions": "{'walls': 0.0}"}, "condition 'walls' must be a condition"),
    "condition face": (
        {"conditions": "{'walls': Dirichlet(u=0.0, where='x=2')}"},
        "condition 'walls': no face 'x=2'; the domain has x=0, x=1",
    ),
    "condition value": (
        {"conditions": "{'walls': Dirichlet(u=lambda x, t: x[:3])}"},
        r"Dirichlet value of u returned shape \(3,\), expected \(7,\)",
    ),
    "same term": (
        {"residual": "return {'walls_u': jet('u')}"},
        "residual and conditions both have a term 'walls_u'",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("parts", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_with_its_file(
    parts: dict[str, str], message: str, write_problem: Write
) -> None:
    problem = load_problem(str(write_problem(**parts)))
    with pytest.raises(ProblemError, match=f"mine.py: .*{message}") as caught:
        formulate(problem)
    assert "\n" not in str(caught.value)


def test_a_problem_without_a_domain_is_named_by_its_class() -> None:
    class Nowhere(Problem):
        coordinates, unknowns = ("x",), ("u",)

        def residual(self, jet):  # type: ignore[no-untyped-def]
            return {"a": jet("u")}

    with pytest.raises(ProblemError, match="nowhere: the problem does not set 'domain'"):
        formulate(Nowhere())


@pytest.mark.parametrize(
    "name",
    [
        "u_error",
        "u_reference",
        "u_disagreement",
        "residual_heat",
        "history",
        "activations",
        "slice",
        "points",
        "point",
    ],
)
def test_a_name_that_the_solution_file_needs_is_refused(name: str, write_problem: Write) -> None:
    parts = {"unknowns": f"('u', '{name}')", "conditions": "{'c': Dirichlet(u=0.0)}"}
    with pytest.raises(ProblemError, match=f"'{name}' is what solution.h5 calls something else"):
        formulate(load_problem(str(write_problem(**parts))))
