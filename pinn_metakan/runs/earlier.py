"""What earlier legs of a run ended with, read from the folders inside that keep it."""

import json
import shlex
from collections.abc import Mapping

from pinn_metakan.errors import RunFolderError
from pinn_metakan.results.field import Field
from pinn_metakan.runs.folder import RunFolder, part_names
from pinn_metakan.runs.legs.plan import kept_names
from pinn_metakan.runs.solution import Solution
from pinn_metakan.settings.earlier_names import present_name

#: What solution.h5 says of both if they are of one run; its settings may have been extended since.
_OF_A_RUN = ("problem", "problem_sha256", "problem_parameters", "seed", "dtype")


def earlier_in(folder: RunFolder) -> dict[str, Solution]:
    """Read what earlier legs ended with, of a run that goes on; known by its checkpoints.

    Args:
        folder: The run folder. Other runs may lie in the folders inside: they are left alone.

    Returns:
        Solutions by the name that they are kept as.
    """
    branches = {name: folder.branch(name) for name in kept_names()}
    return {
        name: Solution(branch.read_field())
        for name, branch in branches.items()
        if branch.is_part_of(folder) and branch.solution.is_file()
    }


def earlier_beside(folder: RunFolder, field: Field) -> dict[str, Solution]:
    """Read what earlier legs ended with, of a run whose solution has been read.

    Args:
        folder: The run folder.
        field: Its solution.

    Returns:
        Solutions by the name that they are kept as.
    """
    found = {}
    for name in kept_names():
        branch = folder.branch(name)
        count = field.attributes.get(f"{name}_n_parameters")
        if count is not None and branch.solution.is_file():
            before = branch.read_field()
            is_same = _facts(before.attributes) == _facts(field.attributes)
            if is_same and before.attributes.get("n_parameters") == count:
                found[name] = Solution(before)
    return found


def _facts(attributes: Mapping[str, str | int | float]) -> list[object]:
    """What is the same of all parts of a run."""
    settings = json.loads(str(attributes.get("settings", "{}")))
    network = present_name(str(attributes.get("network")), [settings])
    return [network, *(attributes.get(key) for key in _OF_A_RUN)]


def refuse_part(folder: RunFolder) -> None:
    """Refuse to go on with a part of another run.

    Args:
        folder: The folder that was named.

    Raises:
        RunFolderError: If it is such a part; names the run.
    """
    whole = RunFolder(folder.path.absolute().parent)
    if folder.path.absolute().name in part_names(whole.path) and folder.is_part_of(whole):
        raise RunFolderError(
            f"{folder.path} is a part of {whole.path}; go on with that run",
            command=shlex.join(["pinn-metakan", "resume", str(whole.path)]),
        )
