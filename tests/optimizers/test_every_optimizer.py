"""What all optimizers have in common."""

from collections.abc import Callable

import pytest
import torch
from sums_of_squares import Squares, rosenbrock
from torch import Tensor, nn

from pinn_metakan.optimizers.first_order import Adam
from pinn_metakan.optimizers.kernel_gauss_newton import KernelGaussNewton
from pinn_metakan.optimizers.last_layer import LastLayer
from pinn_metakan.optimizers.lbfgs import LBFGS
from pinn_metakan.optimizers.levenberg_marquardt import LevenbergMarquardt
from pinn_metakan.optimizers.optimizer import Optimizer

MAKERS: dict[str, Callable[[nn.Parameter], Optimizer]] = {
    "adam": lambda x: Adam([x], steps=100, learning_rate=1e-2, final_factor=0.1),
    "lbfgs": lambda x: LBFGS([x]),
    "lm": lambda x: LevenbergMarquardt([x], damping=1.0),
    "kernel": lambda x: KernelGaussNewton([x], sample=6, damping=1.0, momentum=0.5),
    "linear": lambda x: LastLayer([x], [x], tolerance=0.0),
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_a_state_goes_on_bit_for_bit(make: Callable[[nn.Parameter], Optimizer]) -> None:
    probe = rosenbrock()
    straight = make(probe.x)
    for _ in range(4):
        straight.step(probe)
    state, middle = straight.state(), probe.value.clone()
    for _ in range(4):
        straight.step(probe)
    again = rosenbrock()
    with torch.no_grad():
        again.x.copy_(middle)
    resumed = make(again.x)
    resumed.load(state)
    for _ in range(4):
        resumed.step(again)
    assert torch.equal(probe.value, again.value)


@pytest.mark.parametrize("kind", [Adam, LBFGS, LevenbergMarquardt, KernelGaussNewton])
def test_every_option_has_a_default(kind: Callable[[list[nn.Parameter]], Optimizer]) -> None:
    probe = rosenbrock()
    before = probe.residual().norm()
    kind([probe.x]).step(probe)
    assert probe.residual().norm() < before


@pytest.mark.parametrize("kind", [LBFGS, LevenbergMarquardt])
def test_a_step_to_nan_is_undone(kind: type[LBFGS] | type[LevenbergMarquardt]) -> None:
    probe = Squares(lambda x: (x - 0.999) ** 0.25, (1.0,))
    optimizer = kind([probe.x])
    for _ in range(5):
        optimizer.step(probe)
    assert torch.isfinite(probe.value).all()
    assert torch.isfinite(probe.residual()).all()


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_parameters_keep_their_precision(make: Callable[[nn.Parameter], Optimizer]) -> None:
    def residuals(x: Tensor) -> Tensor:
        assert x.dtype == torch.float32
        return x - 1

    probe = Squares(residuals, (3.0, 2.0))
    probe.x = nn.Parameter(probe.value.float())
    optimizer = make(probe.x)
    for _ in range(3):
        optimizer.step(probe)
    assert probe.value.dtype == torch.float32
    assert float(probe.residual().norm()) < 2.236
