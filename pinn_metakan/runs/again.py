"""A run that exists, assembled again from what a checkpoint holds."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pinn_metakan.errors import RunFolderError, TrainingError, UserError, is_lack_of_memory
from pinn_metakan.networks.network import Network
from pinn_metakan.pde.problem import Origin, Problem
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.choices import choose
from pinn_metakan.runs.same_problem import Remembered, refuse_other_numbers
from pinn_metakan.runs.start import Start
from pinn_metakan.settings.layers import build_settings


def assembled_again(
    remembered: Remembered,
    problem: Problem,
    parts: Sequence[Origin],
    device: str,
    network: Network | None = None,
) -> AssembledRun:
    """Assemble a run as it was.

    Args:
        remembered: What its checkpoint holds.
        problem: Its problem.
        parts: The files of its own families and networks.
        device: Where to compute.
        network: Its network, if that was an object.

    Returns:
        The run.

    Raises:
        RunFolderError: If the checkpoint is of another version, or the problem is another.
        UserError: If the problem or a setting cannot be used.
    """
    name = remembered.network
    layers = [(f"{remembered.folder.path}: checkpoint", remembered.settings)]
    choices = choose(
        name, build_settings(name, layers), remembered.seed, device, remembered.dtype, parts
    )
    with misfits_told(remembered.folder.path):
        start = Start.recorded(remembered.tree.get("start"))
        run = AssembledRun(problem, choices, network, start=start)
        refuse_other_numbers(remembered, run.formulation)
        load(run, remembered.tree, remembered.folder.path)
    return run


def load(run: AssembledRun, tree: dict[str, Any], folder: Path) -> None:
    """Let a run go on from a checkpoint.

    Args:
        run: A run of the same problem and choices.
        tree: The checkpoint.
        folder: The run folder, for messages.

    Raises:
        RunFolderError: If something does not fit the run.
    """
    with misfits_told(folder):
        try:
            run.load(tree)
        except RunFolderError as error:
            raise RunFolderError(f"{folder}/checkpoint.safetensors: {error.args[0]}") from error


#: What loading raises where numbers or tables do not fit.
_UNFIT = (ArithmeticError, AssertionError, AttributeError, LookupError, StopIteration, TypeError)


@contextmanager
def misfits_told(folder: Path) -> Iterator[None]:
    """Tell in one line that a checkpoint does not fit what is made of it.

    Args:
        folder: The run folder.

    Raises:
        RunFolderError: If it does not.
        TrainingError: If the block raises one.
        UserError: If it raises one, which tells more.
        RuntimeError: If there is no memory.
        ValueError: As `UserError`, which is one.
    """
    try:
        yield
    except (TrainingError, UserError):
        raise
    except (*_UNFIT, RuntimeError, ValueError) as error:
        if is_lack_of_memory(error):
            raise
        raise RunFolderError(f"the checkpoint in {folder} does not fit this version") from error
