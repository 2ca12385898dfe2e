"""A value that depends on the other points is found; rounding and NaN are no difference."""

import torch

from pinn_metakan.pde.coupled_points import first_coupled, first_difference

X = torch.linspace(-1.0, 2.0, 7, dtype=torch.float64)


def test_a_mean_over_the_points_is_found() -> None:
    def evaluate(part: slice) -> dict[str, torch.Tensor]:
        x = X[part]
        return {"square": x**2, "centered": x - x.mean()}

    assert first_coupled(evaluate, evaluate(slice(None))) == "centered"


def test_the_largest_point_is_found_wherever_it_stands() -> None:
    for points in (X, X.flip(0)):

        def evaluate(part: slice, points: torch.Tensor = points) -> dict[str, torch.Tensor]:
            return {"scaled": points[part] / points[part].max()}

        assert first_coupled(evaluate, evaluate(slice(None))) == "scaled"


def test_values_of_their_own_points_are_not_coupled() -> None:
    def evaluate(part: slice) -> dict[str, torch.Tensor]:
        return {"root": X[part].sqrt()}  # NaN where x is negative

    assert first_coupled(evaluate, evaluate(slice(None))) is None


def test_rounding_is_no_difference_and_more_is() -> None:
    expected = {"u": X}
    assert first_difference({"u": X + 1e-7}, expected) is None
    assert first_difference({"u": X + 1e-4}, expected) == "u"
