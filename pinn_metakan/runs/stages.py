"""The stages that settings ask for."""

from collections.abc import Callable, Sequence

from torch import Generator

from pinn_metakan.ansatz.ansatz import Ansatz
from pinn_metakan.errors import SettingsError
from pinn_metakan.networks.network import Network
from pinn_metakan.optimizers.communicator import Communicator
from pinn_metakan.optimizers.jacobian import LARGEST_GRAM
from pinn_metakan.runs.stage_optimizer import optimizer_maker
from pinn_metakan.settings.sections import LossSettings, Settings
from pinn_metakan.settings.stages import (
    STAGES,
    KernelSettings,
    LinearSettings,
    LMSettings,
    StageSettings,
)
from pinn_metakan.training.stage import Stage

#: What means the same to Levenberg-Marquardt and to a kernel that takes its place.
_ALIKE = ("tolerance", "plateau", "scaling")


def build_stages(
    settings: Settings,
    names: Sequence[str],
    n_residuals: int,
    network: Network,
    ansatz: Callable[[], Ansatz],
    communicator: Communicator,
    generator: Generator | None = None,
) -> tuple[list[Stage], tuple[str, ...]]:
    """Turn the settings of some stages into these stages.

    Args:
        settings: All settings.
        names: Names of the stages, in their order.
        n_residuals: Largest length N of the residual vector, of all processes together.
        network: What they begin with.
        ansatz: Gives what is trained, as it is when it is called.
        communicator: Adds up what other processes have of the residuals.
        generator: What is random in an optimizer is drawn from it, that of the run.

    Returns:
        The stages, and notes for the user on what was replaced.

    Raises:
        SettingsError: If a stage cannot train on the loss that was asked for.
    """
    if settings.loss.random_dimensions:
        redraw_every = settings.stage("adam").redraw_every
        _refuse_unless_stochastic(names, redraw_every, settings.tolerance)
        _refuse_adaptation(settings.loss)
    n_parameters = network.n_parameters
    n_own = -(-n_residuals // communicator.count)
    stages: list[Stage] = []
    notes: list[str] = []
    for name in names:
        runs, section = name, settings.stage(name)
        if isinstance(section, LMSettings) and n_own * n_parameters > section.max_numbers:
            told = (
                f"up to {n_own} residuals x {n_parameters} parameters are more than "
                f"{name}.max_numbers = {section.max_numbers}: "
            )
            if n_parameters <= LARGEST_GRAM:
                notes.append(f"{told}{name} makes the Jacobian in blocks of rows")
            else:
                runs, section = "kernel", _in_place_of(section, settings, n_parameters)
                notes.append(f"{told}{name} is the kernel of {section.sample} points in each step")
        if isinstance(section, LinearSettings) and not network.chain()[-1].linear_parameters():
            raise SettingsError(
                f"{name}.steps: the last layer of this network is no sum with stored coefficients; "
                "set 0, or take another network, such as kan or mlp"
            )
        make = optimizer_maker(runs, section, ansatz, communicator, generator)
        remedy = f"{runs}.{STAGES[runs].remedy}"
        kind = STAGES[runs].optimizer
        stages.append(Stage(name, section.steps, section.redraw_every, make, remedy, kind))
    return [stage for stage in stages if stage.steps > 0], tuple(notes)


def _in_place_of(lm: LMSettings, settings: Settings, n_parameters: int) -> KernelSettings:
    """The settings of a kernel that takes the place of a stage of Levenberg-Marquardt."""
    section = settings.stage("kernel")
    assert isinstance(section, KernelSettings)
    largest = max(1, lm.max_numbers // n_parameters)
    asked = {
        name: getattr(lm, name)
        for name in _ALIKE
        if _is_changed(lm, name) and not _is_changed(section, name)
    }
    return section.model_copy(
        update={
            **asked,
            "steps": lm.steps,
            "redraw_every": lm.redraw_every,
            "sample": min(section.sample, largest),
        }
    )


def _is_changed(section: StageSettings, name: str) -> bool:
    """Whether a setting is not what it is by default, also where a checkpoint names all of them."""
    return bool(getattr(section, name) != type(section).model_fields[name].default)


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


def _refuse_adaptation(loss: LossSettings) -> None:
    """Refuse what follows residuals that the estimate of random dimensions does not have."""
    for name, is_set in {
        "balance": loss.balance != "fixed",
        "multipliers": bool(loss.multipliers),
    }.items():
        if is_set:
            raise SettingsError(
                f"loss.random_dimensions: it goes with fixed weights alone; leave loss.{name} out"
            )
