"""Steps by the kernel of a part of the residuals."""

import math

import pytest
import torch
from sums_of_squares import Squares, rosenbrock
from torch import Tensor

from pinn_metakan.optimizers.communicator import ONE_PROCESS
from pinn_metakan.optimizers.damping_search import LowestLoss
from pinn_metakan.optimizers.kernel_gauss_newton import KernelGaussNewton
from pinn_metakan.optimizers.kernel_model import KernelModel
from pinn_metakan.optimizers.linearization import Linearization
from pinn_metakan.optimizers.step_rule import Trial
from pinn_metakan.optimizers.verdict import Outcome


def underdetermined(generator: torch.Generator) -> Squares:
    """Six residuals, slightly curved, of twelve unknowns."""
    matrix = torch.randn(6, 12, generator=generator, dtype=torch.float64)
    return Squares(lambda x: matrix @ x + 0.01 * (matrix @ x) ** 2 - 1, [0.1] * 12)


@pytest.mark.parametrize("momentum", [0.0, 0.7])
def test_a_kernel_of_all_residuals_makes_the_step_of_the_normal_equations(
    momentum: float, generator: torch.Generator
) -> None:
    probe = underdetermined(generator)
    model = KernelModel(6, momentum, 0.0, ONE_PROCESS, generator)
    last = torch.randn(12, generator=generator, dtype=torch.float64)
    model.moved(last)
    point_of = model.around(probe, probe.value.clone())
    assert point_of is not None
    there = point_of(1e-3)
    assert there is not None
    r, j = probe.linearize()
    amount = 1e-3 * float(j.square().sum())
    matrix = j.T @ j + amount * torch.eye(12, dtype=torch.float64)
    expected = torch.linalg.solve(matrix, amount * momentum * last - j.T @ r)
    torch.testing.assert_close(there - probe.value, expected, rtol=1e-9, atol=1e-12)


def test_a_last_step_from_a_file_goes_where_the_parameters_are(
    generator: torch.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    probe = underdetermined(generator)
    model = KernelModel(6, 0.5, 0.0, ONE_PROCESS, generator)
    last = torch.ones(12, dtype=torch.float64)
    model.load({"last_step": last, "generator": generator.get_state()}, 12)
    measured: list[Tensor] = []

    def noted(here: Linearization, step: Tensor) -> Tensor:
        measured.append(step)
        return step.double()

    monkeypatch.setattr(Linearization, "measured", noted)
    assert model.around(probe, probe.value.float()) is not None
    assert [step.dtype for step in measured] == [torch.float32]


def test_samples_train_what_has_more_residuals(generator: torch.Generator) -> None:
    matrix = torch.randn(60, 20, generator=generator, dtype=torch.float64)
    probe = Squares(lambda x: matrix @ x + 0.1 * (matrix @ x).sin(), [1.0] * 20)
    before = float(probe.residual().square().sum())
    optimizer = KernelGaussNewton([probe.x], sample=15)
    for _ in range(40):
        optimizer.step(probe)
    assert float(probe.residual().square().sum()) < 1e-6 * before


def test_a_sample_that_misleads_is_not_followed() -> None:
    """Each residual wants another value: what one asks for raises the sum."""
    probe = Squares(lambda x: x[0] - torch.tensor([-1.0, 1.0], dtype=torch.float64), [0.0])
    optimizer = KernelGaussNewton([probe.x], sample=1)
    verdicts = [optimizer.step(probe) for _ in range(5)]
    assert verdicts[:4] == [None] * 4
    assert verdicts[4] is not None
    assert verdicts[4].outcome is Outcome.STUCK
    assert verdicts[4].sentence == "no progress: no damping gives a lower loss"
    assert float(probe.value) == 0.0


def test_a_stage_ends_where_the_residual_is_zero() -> None:
    probe = Squares(lambda x: x - 1, (1.0, 1.0))
    verdict = KernelGaussNewton([probe.x]).step(probe)
    assert verdict is not None
    assert verdict.outcome is Outcome.LOSS_REACHED


def test_a_state_of_another_optimizer_begins_anew() -> None:
    """L-BFGS had this place up to version 0.2.0."""
    optimizer = KernelGaussNewton([rosenbrock().x])
    before = optimizer.state()
    optimizer.load({"lbfgs": {}, "scale": 1.0, "failures": 1})
    assert optimizer.state()["damping"] == before["damping"]


@pytest.mark.parametrize(("lowest", "first"), [(1e-9, 1e-6), (1e-3, 1e-6), (1e-5, 1e-5)])
def test_the_damping_of_the_lowest_loss_is_found(lowest: float, first: float) -> None:
    def attempt(damping: float) -> Trial:
        return Trial(Tensor(), Tensor(), abs(math.log10(damping / lowest)))

    search = LowestLoss(first)
    found = search.find(attempt)
    assert found is not None
    assert search.damping == pytest.approx(lowest, rel=1.1)
    assert found.loss <= math.log10(2.1)


def test_dampings_rise_until_one_works() -> None:
    search = LowestLoss(1e-6)
    found = search.find(lambda d: Trial(Tensor(), Tensor(), 1.0) if d > 1e-2 else None)
    assert found is not None
    assert search.damping == pytest.approx(1e-6 * 16**4)
