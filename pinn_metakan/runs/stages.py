"""The stages that settings ask for."""

from collections.abc import Callable, Sequence

from torch import nn

from pinn_metakan.ansatz.ansatz import Ansatz
from pinn_metakan.errors import SettingsError
from pinn_metakan.optimizers.first_order import Adam
from pinn_metakan.optimizers.lbfgs import LBFGS
from pinn_metakan.optimizers.levenberg_marquardt import LevenbergMarquardt
from pinn_metakan.optimizers.optimizer import Optimizer
from pinn_metakan.settings.layers import LMSettings, Settings
from pinn_metakan.training.trainer import Stage


def build_stages(
    settings: Settings,
    names: Sequence[str],
    n_residuals: int,
    n_parameters: int,
    ansatz: Callable[[], Ansatz],
) -> tuple[list[Stage], tuple[str, ...]]:
    """Turn the settings of some stages into these stages.

    Args:
        settings: All settings.
        names: Names of the stages, in their order.
        n_residuals: Length N of the residual vector.
        n_parameters: Number P of what is trained.
        ansatz: Gives what is trained, as it is when it is called.

    Returns:
        The stages, and notes for the user on what was replaced.

    Raises:
        SettingsError: If a stage cannot train on the loss that was asked for.
    """
    adam, lbfgs = settings.adam, settings.lbfgs

    def parameters() -> list[nn.Parameter]:
        return list(ansatz().parameters())

    def make_adam() -> Optimizer:
        return Adam(
            parameters(),
            ansatz().network.prompts(),
            adam.steps,
            adam.learning_rate,
            adam.prompt_factor,
            adam.schedule,
            adam.final_factor,
        )

    def make_lbfgs() -> Optimizer:
        return LBFGS(
            parameters(),
            lbfgs.learning_rate,
            lbfgs.history_size,
            lbfgs.max_evaluations,
            lbfgs.tolerance_gradient,
            lbfgs.tolerance_change,
            lbfgs.line_search,
        )

    def maker_of_lm(lm: LMSettings) -> Callable[[], Optimizer]:
        return lambda: LevenbergMarquardt(
            parameters(),
            lm.damping,
            lm.acceleration,
            lm.corrections,
            lm.smallest_ratio,
            lm.tolerance,
            lm.scaling,
        )

    if settings.loss.random_dimensions:
        _refuse_unless_stochastic(names, adam.redraw_every, settings.tolerance)
    stages: list[Stage] = []
    notes: list[str] = []
    for name in names:
        if name == "adam":
            stages.append(Stage(name, adam.steps, adam.redraw_every, make_adam))
        elif name == "lbfgs":
            stages.append(Stage(name, lbfgs.steps, lbfgs.redraw_every, make_lbfgs))
        else:
            lm = settings.untie if name == "untie" else settings.lm
            make, steps, redraw_every = maker_of_lm(lm), lm.steps, lm.redraw_every
            if n_residuals * n_parameters > lm.max_numbers:
                notes.append(
                    f"{n_residuals} residuals x {n_parameters} parameters are more than "
                    f"{name}.max_numbers = {lm.max_numbers}: lbfgs takes the place of "
                    f"Levenberg-Marquardt in stage {name}"
                )
                make, steps, redraw_every = make_lbfgs, lbfgs.steps, lbfgs.redraw_every
            stages.append(Stage(name, steps, redraw_every, make))
    return [stage for stage in stages if stage.steps > 0], tuple(notes)


def _refuse_unless_stochastic(names: Sequence[str], redraw_every: int, tolerance: float) -> None:
    """Refuse what cannot train on the estimate that random dimensions give."""
    others = [name for name in names if name != "adam"]
    if others:
        raise SettingsError(
            f"loss.random_dimensions: the loss is then no squared length, which {others[0]} needs; "
            "train by adam alone: --set 'stages=[\"adam\"]'"
        )
    if not redraw_every:
        raise SettingsError(
            "loss.random_dimensions: they are drawn with the points; set adam.redraw_every too, "
            "1 for each step"
        )
    if tolerance:
        raise SettingsError(
            "loss.random_dimensions: the estimate may be negative, so it cannot tell convergence; "
            "leave tolerance at 0"
        )
