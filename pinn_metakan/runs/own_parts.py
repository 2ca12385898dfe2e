"""Families and networks of the user's own, which settings name as module:Class.

The text of a file is read once, and that text is what runs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

from pinn_metakan.errors import SettingsError, look_up
from pinn_metakan.families.edge_family import EdgeFamily
from pinn_metakan.families.family import Family
from pinn_metakan.networks.network import Network
from pinn_metakan.pde.catalogue import problem_files, problem_folders
from pinn_metakan.pde.loading import read_origin
from pinn_metakan.pde.problem import Origin
from pinn_metakan.pde.user_code import run_text, told_failures
from pinn_metakan.runs.family_check import check_family
from pinn_metakan.settings.networks import KANSettings, is_own
from pinn_metakan.settings.sections import Settings

#: The setting that can name a class -> what the class may be.
_KINDS: dict[str, tuple[type, ...]] = {
    "network": (Network,),
    "network.family": (Family, EdgeFamily),
}
#: A file that the user named, or one whose text has been read and compared already; the name of
#: that is what stands before the colon.
PartFile = str | Path | Origin


@dataclass(frozen=True)
class OwnPart:
    """A class of the user's own.

    Args:
        setting: The setting that names it.
        spelled: How: ``module:Class``.
        origin: Its file.
        make: Makes an object of it; what its code raises is told in one line.
    """

    setting: str
    spelled: str
    origin: Origin
    make: Callable[..., Any]

    def record(self) -> dict[str, str]:
        """What a checkpoint keeps of it."""
        assert self.origin.path is not None
        return {
            "setting": self.setting,
            "name": self.spelled,
            "path": str(self.origin.path.resolve()),
            "sha256": self.origin.sha256,
        }


def own_names(network: str, settings: Settings) -> dict[str, str]:
    """The settings that name a class of the user's own, and how.

    Args:
        network: Name of the network.
        settings: All settings.

    Returns:
        Such as ``{"network.family": "sine:Sine"}``; empty if all are of this package.
    """
    named = {"network": network}
    if isinstance(settings.network, KANSettings):
        named["network.family"] = settings.network.family
    return {setting: name for setting, name in named.items() if is_own(name)}


def load_parts(
    named: Mapping[str, str], files: Sequence[PartFile], problems: Sequence[Path]
) -> tuple[OwnPart, ...]:
    """Find the files of the user's own classes, and execute them.

    Args:
        named: What `own_names` gave.
        files: Files that the user named; looked at before the folders.
        problems: Folders of problems to look in first.

    Returns:
        A part for each.

    Raises:
        SettingsError: If there is no such file or class, or the class is of another kind.
        ProblemError: If the file cannot be read, or fails.
    """
    for file in files:
        if not isinstance(file, Origin) and not Path(file).is_file():
            raise SettingsError(f"there is no file {file}")
    found = {setting: _file_of(setting, name, files, problems) for setting, name in named.items()}
    _refuse_unused(files, [origin.path for origin in found.values() if origin.path is not None])
    return tuple(_loaded(setting, named[setting], origin) for setting, origin in found.items())


def _refuse_unused(files: Sequence[PartFile], used: Sequence[Path]) -> None:
    places = {path.resolve() for path in used}
    for file in files:
        if not isinstance(file, Origin) and Path(file).resolve() not in places:
            stem = Path(file).stem
            raise SettingsError(
                f"{file} was named, but no setting takes a class of it, such as "
                f"network.family={stem}:Class"
            )


def module_of(spelled: str) -> str:
    """What stands before the colon: the name of a module or the path of a file."""
    return spelled.rpartition(":")[0]


def _file_of(
    setting: str, spelled: str, files: Sequence[PartFile], problems: Sequence[Path]
) -> Origin:
    module, kind = module_of(spelled), spelled.rpartition(":")[2]
    if not (module and kind.isidentifier()):
        raise SettingsError(f"{setting}: expected module:Class, got {spelled!r}")
    read = [file for file in files if isinstance(file, Origin) and file.name == module]
    if read:
        return read[0]
    if module.endswith(".py"):
        path = Path(module)
        if not path.is_file():
            raise SettingsError(f"{setting}: there is no file {path}")
    else:
        given = [Path(file) for file in files if not isinstance(file, Origin)]
        places = [path for path in given if path.stem == module]
        places += problem_files(module, problems)
        if not places:
            folders = ", ".join(map(str, problem_folders(problems)))
            raise SettingsError(
                f"{setting}: there is no {module}.py in the folders of problems ({folders}); name "
                f"the file itself, such as my/{module}.py:{kind}"
            )
        path = places[0]
    return Origin(module, path, read_origin(path).source)


def _loaded(setting: str, spelled: str, origin: Origin) -> OwnPart:
    path, name = origin.path, spelled.rpartition(":")[2]
    assert path is not None
    module = run_text(f"pinn_metakan_part_{path.stem}_{origin.sha256[:12]}", path, origin.source)
    classes = {
        key: value
        for key, value in vars(module).items()
        if isinstance(value, type) and value.__module__ == module.__name__
    }
    if not classes:
        raise SettingsError(f"{setting}: {path} defines no class, so there is no {name!r}")
    try:
        kind = look_up(classes, name, "class")
    except LookupError as error:
        raise SettingsError(f"{setting}: {path}: {error}") from error
    if not issubclass(kind, _KINDS[setting]):
        wanted = " or ".join(base.__name__ for base in _KINDS[setting])
        bases = ", ".join(base.__name__ for base in kind.__bases__)
        raise SettingsError(
            f"{setting}: {path}: {name} must be a subclass of {wanted} of pinn_metakan; it is one "
            f"of {bases}"
        )
    return OwnPart(setting, spelled, origin, _told(kind, f"{path}: {name}"))


def _told(kind: type, label: str) -> Callable[..., Any]:
    """Make objects of a class and look at them; what its code raises is told in one line."""

    @wraps(kind, updated=())
    def make(*arguments: Any, **options: Any) -> Any:
        with told_failures(f"{label} failed"):
            made = kind(*arguments, **options)
            if isinstance(made, Network):
                tuple(made.widths)
            else:
                check_family(made)
        return made

    return make
