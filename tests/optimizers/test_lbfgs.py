"""L-BFGS against SciPy, and why it stops."""

import pytest
import torch
from scipy.optimize import minimize, rosen
from sums_of_squares import START, Squares, rosenbrock
from torch import Tensor, nn

from pinn_metakan.optimizers.lbfgs import LBFGS
from pinn_metakan.optimizers.verdict import Outcome


def test_lbfgs_finds_the_minimum_that_scipy_finds() -> None:
    probe = rosenbrock()
    optimizer = LBFGS([probe.x], tolerance_gradient=1e-6)
    verdicts = [optimizer.step(probe) for _ in range(80)]
    verdict = next(verdict for verdict in verdicts if verdict)
    assert verdict.outcome is Outcome.SETTLED
    assert "gradient tolerance" in verdict.sentence
    expected = minimize(rosen, START, method="L-BFGS-B", options={"gtol": 1e-8}).x
    assert torch.allclose(probe.value, torch.from_numpy(expected), atol=1e-5)


@pytest.mark.parametrize("scale", [1.0, 1e-6])
def test_lbfgs_does_not_mind_how_small_the_loss_is(scale: float) -> None:
    probe = rosenbrock(scale)
    optimizer = LBFGS([probe.x])
    for _ in range(80):
        optimizer.step(probe)
    assert torch.allclose(probe.value, torch.ones(5, dtype=torch.float64), atol=1e-6)


def test_lbfgs_evaluates_no_point_twice() -> None:
    probe = rosenbrock()
    optimizer = LBFGS([probe.x])
    for _ in range(20):
        optimizer.step(probe)
    assert len(probe.seen) == len(set(probe.seen))


def test_lbfgs_says_when_it_makes_no_progress() -> None:
    class Misleading(Squares):
        def gradient(self) -> Tensor:
            loss = super().gradient()
            self.x.grad = -2 * self.x.detach()  # the wrong way
            return loss

    probe = Misleading(lambda x: x, (1.0, 1.0))
    optimizer = LBFGS([probe.x])
    verdicts = [optimizer.step(probe) for _ in range(3)]
    assert any(verdict and verdict.outcome is Outcome.STUCK for verdict in verdicts)
    assert torch.equal(probe.value, torch.ones(2, dtype=torch.float64))


def test_lbfgs_stops_when_steps_are_below_the_tolerance() -> None:
    probe = rosenbrock()
    optimizer = LBFGS([probe.x], tolerance_change=1e-3)
    verdicts = [optimizer.step(probe) for _ in range(80)]
    settled = [verdict for verdict in verdicts if verdict and verdict.outcome is Outcome.SETTLED]
    assert settled[0].sentence.startswith("step tolerance")


def test_an_unknown_line_search_is_refused() -> None:
    with pytest.raises(LookupError, match="strong_wolfe or none"):
        LBFGS([nn.Parameter(torch.zeros(1))], line_search="armijo")
