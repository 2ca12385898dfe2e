"""Functions of the coordinates that a problem names as inputs of its network."""

from collections.abc import Callable

import pytest
import torch
from torch import Generator, Tensor

from pinn_metakan import Box, Dirichlet, Initial, Interval, Jet, Problem, SpaceTime, solve
from pinn_metakan.ansatz.features import Features
from pinn_metakan.derivatives.autograd import evaluate_by_autograd
from pinn_metakan.derivatives.request import Derivative, Laplacian
from pinn_metakan.derivatives.taylor import JetSpace
from pinn_metakan.errors import ProblemError
from pinn_metakan.pde.description import description
from pinn_metakan.pde.formulation import formulate


class Root(Problem):
    """laplacian u = 1 in a square."""

    coordinates, unknowns = ("x", "y"), ("u",)

    def __init__(self) -> None:
        self.domain = Box((0.0, 1.0), (0.0, 1.0))
        self.conditions = {"sides": Dirichlet(u=0.0)}

    def features(self, *coordinates: Tensor) -> Tensor:
        """The root of the distance from a vertex, and a product."""
        x, y = coordinates
        return torch.stack([(x**2 + y**2) ** 0.25, 5 * x * y], dim=1)

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        return {"poisson": jet("laplacian_u") - 1}


def with_features(function: Callable[..., object]) -> Problem:
    class Mine(Root):
        def features(self, *coordinates: Tensor) -> Tensor:
            return function(*coordinates)  # type: ignore[return-value]

    return Mine()


def test_features_are_inputs_between_minus_one_and_one(generator: Generator) -> None:
    formulation = formulate(Root())
    features = Features(formulation.domain, own=formulation.features)
    points = torch.rand(200, 2, generator=generator, dtype=torch.float64)
    found = features(points)
    assert features.size == 4
    assert found.abs().max() < 1.1
    slope = found[:, 3].diff() / points.prod(dim=1).diff()
    assert slope.tolist() == pytest.approx([2.0] * 199, rel=0.05)


def test_derivatives_of_features_are_those_of_autograd(generator: Generator) -> None:
    formulation = formulate(Root())
    features = Features(formulation.domain, own=formulation.features)
    points = torch.rand(20, 2, generator=generator, dtype=torch.float64)
    space = JetSpace([Laplacian(0, (0, 1))])
    jets = features.jets(points, space)
    wanted = Derivative(2, (0,))
    slope = evaluate_by_autograd(features, points, [wanted])[wanted]
    entry = space.indices.index((0,))
    torch.testing.assert_close(jets[entry, :, 2], slope.detach())


def test_one_feature_may_be_a_vector_of_numbers_and_depend_on_time() -> None:
    class Wave(Problem):
        coordinates, unknowns = ("x", "t"), ("u",)

        def __init__(self) -> None:
            self.domain = SpaceTime(Interval(0.0, 1.0), 0.0, 1.0)
            self.conditions = {"start": Initial(u=lambda x: x)}

        def features(self, *coordinates: Tensor) -> Tensor:
            x, t = coordinates
            return torch.sin(x - t)

        def residual(self, jet: Jet) -> dict[str, Tensor]:
            return {"wave": jet("u_t") + jet("u_x")}

    found = formulate(Wave()).features
    assert found is not None
    assert found.function(torch.zeros(3, 2)).shape == (3, 1)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x, y: 1.0, r"features must return a tensor \(1024, k\) for 1024 points.*got float"),
        (lambda x, y: x[:3], r"features must return a tensor .* got \(3, 1\)"),
        (lambda x, y: torch.stack([x, y]), r"got \(2, 1024\)"),
        (lambda x, y: x > y, "features must be real numbers, .* got torch.bool"),
        (lambda x, y: torch.log(x - 0.5), r"features are NaN or infinite at \(.*inside the domain"),
        (lambda x, y: x - x.mean(), "features couple their points"),
        (lambda x, y: 0 * x + 3, "features: number 1 has the value 3 everywhere; leave it out"),
        (lambda x, y: x.no_such_thing, "features failed: AttributeError"),
    ],
)
def test_features_that_cannot_be_used_are_refused(
    function: Callable[..., object], message: str
) -> None:
    with pytest.raises(ProblemError, match=message):
        formulate(with_features(function))


def test_features_are_shown_and_part_of_what_a_problem_is() -> None:
    assert ("inputs", "The root of the distance from a vertex, and a product.") in description(
        Root()
    )
    first = formulate(Root()).fingerprint()
    other = formulate(with_features(lambda x, y: torch.stack([x * y, y], dim=1))).fingerprint()
    assert not torch.equal(first["feature 0"], other["feature 0"])


def test_a_network_with_features_is_trained() -> None:
    few = {"stages": ["lm"], "lm": {"steps": 2}, "network": {"widths": [4]},
           "points": {"interior": 50}, "evaluation": {"shape": [9, 9]}}  # fmt: skip
    solution = solve(Root(), settings=few)
    assert solution.network is not None
    assert solution.network.widths[0] == 4
