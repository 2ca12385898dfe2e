"""Profile likelihoods of runs, beside exact ones."""

from collections.abc import Mapping
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from fitted_beam import SMALL, Beam, exact, solved_beam

from pinn_metakan.errors import ProblemError, UserError
from pinn_metakan.pde.observed import Observed
from pinn_metakan.pde.unknown import Unknown
from pinn_metakan.results.profile import RISE, crossing
from pinn_metakan.runs import profile as room
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.profile import profile_likelihood
from pinn_metakan.runs.profile_axis import ProfileAxis
from pinn_metakan.runs.refit import Refit
from pinn_metakan.runs.resume import open_run
from pinn_metakan.runs.solution import Solution
from pinn_metakan.runs.solve import solve
from pinn_metakan.runs.start import Start


@pytest.fixture(scope="module")
def solved() -> Solution:
    return solved_beam()


def test_a_profile_is_that_of_exact_least_squares(
    solved: Solution, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(room._SPACING, 1, 2.1)
    values, covariance = exact()
    found, error = profile_likelihood(solved, "c"), covariance[1, 1] ** 0.5
    expected = ((found.places[:, 0] - values[1]) / error) ** 2
    assert found.rise == pytest.approx(expected, abs=0.05)
    (number,) = found.numbers
    assert number.low == pytest.approx(values[1] - 1.96 * error, abs=0.03 * error)
    assert number.high == pytest.approx(values[1] + 1.96 * error, abs=0.03 * error)
    assert (number.true, number.unit) == (1.0, "-")


@pytest.mark.slow
def test_a_region_of_two_is_that_of_exact_least_squares(solved: Solution) -> None:
    values, covariance = exact()
    found = profile_likelihood(solved, ["s", "c"])
    away = found.places - values
    expected = np.einsum("ai,ij,aj->a", away, np.linalg.inv(covariance), away)
    assert found.rise == pytest.approx(expected, abs=0.2)
    for number, value, error in zip(
        found.numbers, values, np.sqrt(np.diag(covariance)), strict=True
    ):
        assert number.low == pytest.approx(value - 1.96 * error, abs=0.1 * error)
        assert number.high == pytest.approx(value + 1.96 * error, abs=0.1 * error)
    away = found.region - values
    rises = np.einsum("ai,ij,aj->a", away, np.linalg.inv(covariance), away)
    assert float(np.median(rises)) == pytest.approx(5.99, abs=0.3)


def test_what_is_no_number_of_the_problem_is_refused(solved: Solution) -> None:
    with pytest.raises(UserError, match="no unknown number 'D' to profile; there are s, c"):
        profile_likelihood(solved, "D")
    with pytest.raises(UserError, match="of one unknown number or of two, got s, s"):
        profile_likelihood(solved, ["s", "s"])


def test_data_without_noise_tell_no_profile() -> None:
    class Exact(Beam):
        def __init__(self) -> None:
            super().__init__()
            data = self.conditions["data"]
            values = data.observed()["u"]
            seen = Observed(data.place.points, u=values)  # type: ignore[attr-defined]
            self.conditions = {**self.conditions, "data": seen}

    solution = solve(Exact(), "kan", settings={**SMALL, "lm.steps": 1})
    with pytest.raises(UserError, match="has no data with noise; how sure a number is"):
        profile_likelihood(solution, "s")


def test_a_run_that_was_only_read_is_refused(tmp_path: Path, solved: Solution) -> None:
    solved.save(tmp_path / "solution.h5")
    with pytest.raises(UserError, match="opened without its problem"):
        profile_likelihood(open_run(tmp_path / "solution.h5"), "s")


def _fit(chi_square: float) -> Refit:
    return Refit(cast(AssembledRun, None), cast(Start, None), chi_square, 0.0)


def _ray(axis: ProfileAxis, direction: float) -> tuple[list[float], list[float]]:
    """Radii and rises of chi-square on a ray."""
    found = list(room._along(_fit(0.0), "D", [axis], np.array([direction]), lambda text: None))
    return [radius for radius, _, _ in found], [rise for _, _, rise in found]


def test_a_failure_of_user_code_in_a_fit_is_no_missing_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(first: Refit, held: Mapping[str, float]) -> Refit:
        raise ProblemError("its residual failed: ZeroDivisionError")

    monkeypatch.setattr(room, "refit", fail)
    with pytest.raises(ProblemError, match="its residual failed: ZeroDivisionError"):
        _ray(ProfileAxis(Unknown(1.0), 1.0, 0.1), 1.0)


@pytest.mark.parametrize("direction", [-1.0, 1.0])
@pytest.mark.parametrize("error", [0.15, 0.5, float("nan")])
def test_an_end_near_a_bound_is_found(
    direction: float, error: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    axis, end = ProfileAxis(Unknown(0.5, low=-0.5, high=1.5), 0.5, error), 0.995

    def rise(first: Refit, held: Mapping[str, float]) -> Refit:
        return _fit(3.84 * (abs(held["D"] - 0.5) / end) ** 200)  # it is flat up to there

    monkeypatch.setattr(room, "refit", rise)
    radii, rises = _ray(axis, direction)
    reach = direction * crossing(radii, rises, RISE[1])
    assert abs(axis.at(reach) - 0.5) == pytest.approx(end, abs=0.005)


def test_a_ray_without_an_end_stops_short_of_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "refit", lambda first, held: _fit(0.0))
    for unknown in (Unknown(0.5, low=-0.5, high=1.5), Unknown(0.5, low=-0.5), Unknown(0.5)):
        radii, rises = _ray(ProfileAxis(unknown, 0.5, 0.15), -1.0)
        assert not any(rises)
        assert radii[-1] > 12.0
