"""Unknown functions: how they are stated and called, their derivatives, and what is refused."""

from typing import Literal

import pytest
import torch
from torch import Tensor

from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.errors import ProblemError
from pinn_metakan.geometry.box import Interval
from pinn_metakan.pde.boundary_conditions import Dirichlet
from pinn_metakan.pde.formulation import formulate
from pinn_metakan.pde.observed import Observed
from pinn_metakan.pde.problem import Problem
from pinn_metakan.pde.unknown_function import UnknownFunction

X = torch.linspace(0.0, 1.0, 11, dtype=torch.float64)


class Bar(Problem):
    """(k(u) u_x)_x = 0."""

    coordinates, unknowns = ("x",), ("u",)

    def __init__(self, k: object, has_data: bool = True) -> None:
        self.k = k
        self.domain = Interval(0.0, 1.0)
        self.conditions = {"ends": Dirichlet(u=0.0)}
        if has_data:
            self.conditions["data"] = Observed(X[:, None], u=2 * X)

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        u_x, u_xx = jet("u_x", "u_xx")
        k, k_u = jet("k(u)", "k'(u)")
        return {"bar": k * u_xx + k_u * u_x**2}


class Silent(Bar):
    def residual(self, jet: Jet) -> dict[str, Tensor]:
        return {"bar": jet("u_xx")}


class Misspelled(Bar):
    def residual(self, jet: Jet) -> dict[str, Tensor]:
        return {"bar": jet("q(u)") * jet("u_xx")}


class Hidden(Bar):
    def residual(self, jet: Jet) -> dict[str, Tensor]:
        return {"bar": self.k[0](jet("u")) * jet("u_xx")}  # type: ignore[index]


class TooMany(Bar):
    def residual(self, jet: Jet) -> dict[str, Tensor]:
        return {"bar": self.k(jet("u"), jet("x")) * jet("u_xx")}  # type: ignore[operator]


@pytest.mark.parametrize(
    "function",
    [
        UnknownFunction("u"),
        UnknownFunction("u", positive=True, start=2.0),
        UnknownFunction("u", widths=(3,)),
        UnknownFunction("u", family="bspline"),
        UnknownFunction(("u", "x"), positive=True),
        UnknownFunction("u", monotone=True),
        UnknownFunction(("u", "x"), positive=True, monotone="decreasing"),
    ],
    ids=["edge", "positive", "hidden", "bspline", "two arguments", "monotone", "two monotone"],
)
def test_derivatives_are_those_of_the_function(function: UnknownFunction) -> None:
    law = function.law([(0.0, 2.0), (0.0, 1.0)][: len(function.of)])
    generator = torch.Generator().manual_seed(1)
    first = torch.tensor(law.first, dtype=torch.float64)
    c = first + 0.2 * torch.randn(len(first), generator=generator, dtype=torch.float64)
    z = [torch.linspace(0.1, 0.9, 7, dtype=torch.float64, requires_grad=True) for _ in function.of]
    for axis in range(len(z)):
        value = law.derivative(c, z)
        (slope,) = torch.autograd.grad(value.sum(), z[axis], create_graph=True)
        (bend,) = torch.autograd.grad(slope.sum(), z[axis])
        assert torch.allclose(law.derivative(c, z, (axis,)), slope, rtol=1e-10, atol=1e-12)
        assert torch.allclose(law.derivative(c, z, (axis, axis)), bend, rtol=1e-10, atol=1e-12)
    if function.positive:
        assert bool((law.derivative(c, z) > 0).all())


def test_it_begins_with_its_start_and_goes_on_straight_beyond_its_range() -> None:
    law = UnknownFunction("u", start=3.0).law([(0.0, 1.0)])
    first = torch.tensor(law.first, dtype=torch.float64)
    assert law.derivative(first, [X]).tolist() == [3.0] * 11
    c = torch.ones(7, dtype=torch.float64)
    beyond = law.derivative(c, [torch.tensor([1.0, 1.5, 2.0], dtype=torch.float64)])
    assert float(beyond[2] - beyond[1]) == pytest.approx(float(beyond[1] - beyond[0]))


def test_a_true_function_is_what_is_likely() -> None:
    law = UnknownFunction("u", degree=8).law([(0.0, 2.0)], torch.exp)
    likely = law.derivative(torch.tensor(law.likely, dtype=torch.float64), [2 * X])
    assert torch.allclose(likely, torch.exp(2 * X), atol=1e-7)


@pytest.mark.parametrize("value", [3.0, 3, torch.tensor(3.0)])
def test_a_true_function_may_be_a_constant(value: float | Tensor) -> None:
    function = UnknownFunction("u", positive=True, true=lambda u: value)  # type: ignore[arg-type,return-value]
    law = formulate(Bar(function)).variables.laws["k"]
    likely = law.derivative(torch.tensor(law.likely, dtype=torch.float64), [2 * X])
    assert torch.allclose(likely, torch.full_like(X, 3.0))


@pytest.mark.parametrize("of", ["u", ("u", "x")])
@pytest.mark.parametrize("positive", [False, True])
@pytest.mark.parametrize(("monotone", "sign"), [("increasing", 1), ("decreasing", -1)])
def test_a_monotone_function_is_so_for_all_coefficients_and_beyond_its_range(
    of: str | tuple[str, str], positive: bool, monotone: str, sign: int
) -> None:
    function = UnknownFunction(of, start=2.0, positive=positive, monotone=monotone)  # type: ignore[arg-type]
    law = function.law([(0.0, 2.0), (0.0, 1.0)][: len(function.of)])
    generator = torch.Generator().manual_seed(2)
    z = torch.linspace(-1.0, 3.0, 81, dtype=torch.float64)
    for _ in range(5):
        c = torch.randn(len(law.first), generator=generator, dtype=torch.float64)
        for axis in range(len(function.of)):
            arguments = [z if place == axis else 0.3 * torch.ones_like(z) for place in range(2)]
            arguments = arguments[: len(function.of)]
            assert float((sign * law.derivative(c, arguments, (axis,))).min()) >= 0.0
            rises = sign * law.derivative(c, arguments).diff()
            assert float(rises.min()) > -1e-12
            assert float(rises.max()) > 1e-6


@pytest.mark.parametrize("sign", [1, -1])
def test_a_monotone_function_begins_with_its_start_in_the_middle_and_has_true_ones(
    sign: int,
) -> None:
    monotone: Literal[True, "decreasing"] = True if sign > 0 else "decreasing"
    function = UnknownFunction(
        "u", start=3.0, degree=5, monotone=monotone, true=lambda u: sign * torch.exp(u)
    )
    law = function.law([(0.0, 1.0)], function.true)
    begun = law.derivative(torch.tensor(law.first, dtype=torch.float64), [X])
    assert begun.tolist() == pytest.approx([3.0 + sign * 3.0 * (x - 0.5) for x in X.tolist()])
    likely = law.derivative(torch.tensor(law.likely, dtype=torch.float64), [X])
    assert torch.allclose(likely, sign * torch.exp(X), atol=1e-5)


def test_its_range_is_that_of_the_data_and_a_little_more() -> None:
    formulation = formulate(Bar(UnknownFunction("u")))
    assert formulation.variables.laws["k"].ranges == ((-0.1, 2.1),)
    assert formulation.equations.numbers == {"k"}
    assert not formulation.equations.is_affine


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: UnknownFunction(()), "of must be names such as 'u'"),
        (lambda: UnknownFunction("u", start=0.0, positive=True), "needs a start above 0, got 0"),
        (lambda: UnknownFunction("u", low=2, high=1), "low must be below high, got 2 and 1"),
        (lambda: UnknownFunction("u", low=(1, 2)), "low must have one value for each of u"),
        (lambda: UnknownFunction("u", degree=0), "degree must be a number from 1 on, got 0"),
        (lambda: UnknownFunction("u", widths=(0,)), r"widths must be positive numbers, got \[0\]"),
        (lambda: UnknownFunction("u", family="cubes"), "cubes"),
        (lambda: UnknownFunction("u", true=3), "true must be a function"),  # type: ignore[arg-type]
        (
            lambda: UnknownFunction("u", monotone="up"),  # type: ignore[arg-type]
            "monotone must be True, False, 'increasing' or 'decreasing', got 'up'",
        ),
        (
            lambda: UnknownFunction("u", monotone=True, family="legendre"),
            "a monotone function is made of 'chebyshev', got family 'legendre'",
        ),
        (
            lambda: formulate(Bar(UnknownFunction("u", monotone=True, true=torch.cos))),
            r"k\(u\): true falls from u = 0.*, but monotone='increasing'",
        ),
        (lambda: UnknownFunction("u")(X), "has values only where a residual"),
        (lambda: UnknownFunction("u").derivative(X, along="x"), "along must be one of u, got 'x'"),
        (lambda: UnknownFunction("u").derivative(X, order=4), "order must be 1, 2 or 3, got 4"),
        (lambda: formulate(Bar(UnknownFunction("w"))), r"k\(w\): 'w' is not known; possible are"),
        (lambda: formulate(Bar(UnknownFunction("u"), False)), "no data of 'u'; give low= and high"),
        (
            lambda: formulate(Bar(UnknownFunction("u", low=5.0, high=9.0))),
            "low = 5, high = 9 leaves out all data of 'u', which lie from -0.1 to 2.1",
        ),
        (
            lambda: formulate(Silent(UnknownFunction("u"))),
            "nothing depends on the unknown function",
        ),
        (lambda: formulate(Misspelled(UnknownFunction("u"))), "there is no unknown function 'q'"),
        (lambda: formulate(Hidden([UnknownFunction("u")])), "is no attribute of the problem"),
        (
            lambda: formulate(Bar(UnknownFunction("u", true=lambda u: u[:3]))),
            r"the unknown function k\(u\): true must give a tensor of shape \(35,\).*got \(3,\)",
        ),
        (
            lambda: formulate(Bar(UnknownFunction("u", widths=(2,), true=lambda u: u.no))),
            r"k\(u\): true failed: AttributeError",
        ),
        (
            lambda: formulate(Bar(UnknownFunction("u", true=lambda u: u if len(u) < 40 else u.no))),
            r"k\(u\): true failed: AttributeError",  # at the places that it is fitted at
        ),
        (
            lambda: formulate(Bar(UnknownFunction("u", true=lambda u: torch.sqrt(u - 1)))),
            r"k\(u\): true is not finite at u = -0.1; give low= and high=",
        ),
        (
            lambda: formulate(Bar(UnknownFunction("u", positive=True, true=lambda u: u))),
            r"k\(u\): true is -0.1 at u = -0.1, but positive=True",
        ),
        (lambda: formulate(TooMany(UnknownFunction("u"))), "has 1 arguments, u; got 2"),
    ],
)
def test_what_cannot_be_is_refused(make, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ProblemError, match=message):
        make()


def test_functions_of_other_ranges_and_families_have_other_fingerprints() -> None:
    functions = [
        UnknownFunction("u", low=0.0, high=1.0),
        UnknownFunction("u", low=-3.0, high=7.0),
        UnknownFunction("u", low=0.0, high=1.0, family="legendre"),
    ]
    found = [formulate(Bar(f)).fingerprint()["unknown function k"].tolist() for f in functions]
    assert found[0] != found[1]
    assert found[0] != found[2]


def test_only_polynomials_of_one_argument_go_on_straight() -> None:
    assert UnknownFunction("u").is_straight_beyond
    assert not UnknownFunction("u", family="legendre").is_straight_beyond
    assert not UnknownFunction(("u", "x")).is_straight_beyond
