"""What fits the formulas: KAN and MetaKAN, each by L-BFGS and by Levenberg-Marquardt."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from torch import Generator

from pinn_metakan.families.bspline import BSpline
from pinn_metakan.networks.kan import KAN, make_kan, make_metakan
from pinn_metakan.networks.shared_metakan import make_shared_metakan
from pinn_metakan.optimizers.lbfgs import LBFGS
from pinn_metakan.optimizers.levenberg_marquardt import LevenbergMarquardt
from pinn_metakan.optimizers.optimizer import Optimizer

_SPLINE_ORDER = 3
_META_WIDTH = 16


@dataclass(frozen=True)
class Method:
    """A network and what trains it.

    Args:
        network: Makes it from its widths, the spline's grid and a generator.
        optimizer: Makes the optimizer of its parameters.
        steps: Steps of the optimizer at most.
    """

    network: Callable[[Sequence[int], int, Generator], KAN]
    optimizer: Callable[[KAN], Optimizer]
    steps: int


def _plain(bounded: bool, widths: Sequence[int], grid: int, generator: Generator) -> KAN:
    return make_kan(widths, partial(BSpline, _SPLINE_ORDER, grid), generator, bounded)


def _meta(
    bounded: bool,
    hidden_function: str,
    frequency: float,
    prompt_dimension: int,
    widths: Sequence[int],
    grid: int,
    generator: Generator,
) -> KAN:
    return make_metakan(
        widths,
        partial(BSpline, _SPLINE_ORDER, grid),
        generator,
        bounded,
        prompt_dimension=prompt_dimension,
        hidden_width=_META_WIDTH,
        hidden_function=hidden_function,
        frequency=frequency,
        meta_learners=1,
    )


def _shared(widths: Sequence[int], grid: int, generator: Generator) -> KAN:
    family = partial(BSpline, _SPLINE_ORDER, grid)
    return make_shared_metakan(widths, family, generator, prompt_dimension=2)


def _lbfgs(network: KAN) -> Optimizer:
    return LBFGS(list(network.parameters()))


def _lm(network: KAN) -> Optimizer:
    return LevenbergMarquardt(list(network.parameters()), tolerance=1e-3)


_RELU = partial(_meta, False, "relu", 1.0, 1)
_SINE = partial(_meta, True, "sine", 5.0, 1)
_SINE_2 = partial(_meta, True, "sine", 5.0, 2)
#: Name of the column -> network and optimizer. Levenberg-Marquardt trains the networks of this
#: package; L-BFGS trains those of the paper (splines that see unbounded inputs, ReLU meta-learner)
#: and the MetaKANs of this package. Prompts are scalar unless the name says E = 2; shared functions
#: are two per layer, of the same splines.
METHODS: dict[str, Method] = {
    "KAN, L-BFGS": Method(partial(_plain, False), _lbfgs, 200),
    "ReLU MetaKAN, L-BFGS": Method(_RELU, _lbfgs, 200),
    "sine MetaKAN, L-BFGS": Method(_SINE, _lbfgs, 200),
    "shared functions, L-BFGS": Method(_shared, _lbfgs, 200),
    "KAN, LM": Method(partial(_plain, True), _lm, 60),
    "sine MetaKAN, LM": Method(_SINE, _lm, 150),
    "sine MetaKAN, E = 2, LM": Method(_SINE_2, _lm, 150),
    "shared functions, LM": Method(_shared, _lm, 150),
}
