"""What a file of settings, such as that of a run, must not bring with it."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from pinn_metakan.errors import UserError
from pinn_metakan.settings.sections import RunSettings


def refuse_another(file: Path, run: RunSettings, problem: str) -> None:
    """Refuse the settings of another problem.

    Args:
        file: The file of settings.
        run: What its table [run] says.
        problem: Name of the problem that is to be solved.

    Raises:
        UserError: If the file is of another one.
    """
    if run.problem not in (None, problem):
        raise UserError(
            f"{file} is of the problem {run.problem}, not {problem}; take its table [run] out if "
            "the rest is meant"
        )


def refuse_start(file: Path, run: RunSettings, named: Path | None) -> None:
    """Refuse the settings of a run that began with a network which is not named.

    Args:
        file: The file of settings.
        run: What its table [run] says.
        named: The run that the user names to begin with.

    Raises:
        UserError: If the run of the file began with another's network, and none is named.
    """
    if run.start is not None and named is None:
        raise UserError(
            f"{file} is of a run that began with the network of {run.start}; give --from RUN, or "
            "take 'start' out of its table [run] to begin with a network of its own"
        )


def refuse_unnamed_code(
    file: Path, network: str, settings: Mapping[str, object], named: Sequence[Path]
) -> None:
    """Refuse the path of a file of code: none that is stored is followed unless the user names it.

    Args:
        file: The file of settings.
        network: The network that its table [run] asks for.
        settings: What the file holds.
        named: Files that the user named.

    Raises:
        UserError: If the file of settings holds the path of another one.
    """
    classes = {"network": network}
    section = settings.get("network")
    if isinstance(section, Mapping):
        classes["network.family"] = str(section.get("family", ""))
    known = [path.resolve() for path in named]
    for setting, name in classes.items():
        module = name.rpartition(":")[0]
        path = Path(module)
        if module.endswith(".py") and path.resolve() not in known:
            raise UserError(
                f"{file} has {setting} = {name!r}; name the file, whose code will run: "
                f"--part {shlex.quote(str(path))}"
            )
