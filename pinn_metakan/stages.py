"""The stages that settings ask for."""

from collections.abc import Sequence

from torch import nn

from pinn_metakan.optimizers.first_order import Adam
from pinn_metakan.optimizers.lbfgs import LBFGS
from pinn_metakan.optimizers.levenberg_marquardt import LevenbergMarquardt
from pinn_metakan.optimizers.optimizer import Optimizer
from pinn_metakan.settings import Settings
from pinn_metakan.training.trainer import Stage


def build_stages(
    settings: Settings, parameters: Sequence[nn.Parameter], prompts: Sequence[nn.Parameter]
) -> tuple[list[Stage], tuple[str, ...]]:
    """Turn settings into stages.

    Args:
        settings: All settings.
        parameters: All parameters of the network.
        prompts: Those of them that are prompts.

    Returns:
        The stages in their order, and notes for the user on what was replaced.
    """
    adam, lbfgs, lm = settings.adam, settings.lbfgs, settings.lm

    def make_adam() -> Optimizer:
        return Adam(
            parameters,
            prompts,
            adam.steps,
            adam.learning_rate,
            adam.prompt_factor,
            adam.schedule,
            adam.final_factor,
        )

    def make_lbfgs() -> Optimizer:
        return LBFGS(
            parameters,
            lbfgs.learning_rate,
            lbfgs.history_size,
            lbfgs.max_evaluations,
            lbfgs.tolerance_gradient,
            lbfgs.tolerance_change,
            lbfgs.line_search,
        )

    def make_lm() -> Optimizer:
        return LevenbergMarquardt(
            parameters, lm.damping, lm.acceleration, lm.smallest_ratio, lm.tolerance, lm.scaling
        )

    stages = {
        "adam": Stage("adam", adam.steps, adam.redraw_every, make_adam),
        "lbfgs": Stage("lbfgs", lbfgs.steps, lbfgs.redraw_every, make_lbfgs),
        "lm": Stage("lm", lm.steps, lm.redraw_every, make_lm),
    }

    names: list[str] = list(settings.stages)
    notes: tuple[str, ...] = ()
    if "lm" in names and sum(p.numel() for p in parameters) > lm.max_parameters:
        notes = (f"more than {lm.max_parameters} parameters: lbfgs takes the place of lm",)
        names = ["lbfgs" if name == "lm" else name for name in names]
    return [stages[name] for name in names], notes
