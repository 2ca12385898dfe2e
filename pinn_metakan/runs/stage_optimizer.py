"""The optimizer of a stage, made from its row of the table and its settings."""

import inspect
from collections.abc import Callable
from typing import Any

from torch import Generator

from pinn_metakan.ansatz.ansatz import Ansatz
from pinn_metakan.optimizers.communicator import Communicator
from pinn_metakan.optimizers.optimizer import Optimizer
from pinn_metakan.runs.named_class import named_class
from pinn_metakan.settings.stages import STAGES, StageSettings


def optimizer_maker(
    stage: str,
    section: StageSettings,
    ansatz: Callable[[], Ansatz],
    communicator: Communicator,
    generator: Generator | None = None,
) -> Callable[[], Optimizer]:
    """Find the optimizer of a stage, and what makes it when the stage begins.

    Of parameters, prompts, last layer, communicator, generator and the settings of the stage its
    class is handed, by name, those that its constructor takes.

    Args:
        stage: A name of `STAGES`.
        section: The settings of the stage.
        ansatz: Gives what is trained, as it is when the stage begins.
        communicator: Adds up what other processes have of the residuals.
        generator: That of the run.

    Returns:
        A function without arguments.

    Raises:
        TypeError: If the row names no class of optimizers.
    """
    try:
        kind = named_class(STAGES[stage].optimizer, Optimizer)  # type: ignore[type-abstract]
    except TypeError as error:
        raise TypeError(f"stage {stage!r}: {error}") from error
    takes = inspect.signature(kind).parameters
    options = {name: value for name, value in section if name in takes}

    def make() -> Optimizer:
        now = ansatz()
        handed: dict[str, Any] = {
            "parameters": list(now.parameters()),
            "prompts": now.network.prompts(),
            "last_layer": now.network.chain()[-1].linear_parameters(),
            "communicator": communicator,
            "generator": generator,
        }
        return kind(**{name: value for name, value in handed.items() if name in takes}, **options)

    return make
