"""A run that exists, assembled again from what a checkpoint holds."""

from collections.abc import Sequence

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
    try:
        return _assembled(remembered, problem, parts, device, network)
    except UserError:
        raise
    except (*_UNFIT, _Misfit) as error:
        raise RunFolderError(
            f"the checkpoint in {remembered.folder.path} does not fit this version"
        ) from error


#: What loading raises where numbers or tables do not fit.
_UNFIT = (ArithmeticError, AssertionError, AttributeError, LookupError, StopIteration, TypeError)


class _Misfit(Exception):
    """Tensors do not fit the network."""


def _assembled(
    remembered: Remembered,
    problem: Problem,
    parts: Sequence[Origin],
    device: str,
    network: Network | None,
) -> AssembledRun:
    name = remembered.network
    layers = [(f"{remembered.folder.path}: checkpoint", remembered.settings)]
    choices = choose(
        name, build_settings(name, layers), remembered.seed, device, remembered.dtype, parts
    )
    try:
        start = Start.recorded(remembered.tree.get("start"))
        run = AssembledRun(problem, choices, network, start=start)
        refuse_other_numbers(remembered, run.formulation)
        run.load(remembered.tree)
    except TrainingError:
        raise
    except UserError:
        raise
    except (RuntimeError, ValueError) as error:
        if is_lack_of_memory(error):
            raise
        raise _Misfit from error
    return run
