"""Own families and networks of a run that exists: found, and compared before any code runs.

Nothing that is stored in a run folder is executed, and no path that is stored there is followed.
"""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from pinn_metakan.errors import RunFolderError
from pinn_metakan.pde.catalogue import problem_files
from pinn_metakan.pde.loading import read_origin
from pinn_metakan.pde.problem import Origin
from pinn_metakan.runs.own_parts import module_of, own_names
from pinn_metakan.runs.same_problem import Remembered, files_to_name
from pinn_metakan.settings.layers import Layer, build_settings


def same_parts(
    remembered: Remembered,
    files: Sequence[str | Path],
    problems: Sequence[Path],
    changes: Sequence[Layer] = (),
) -> list[Origin]:
    """Find the files of the own classes of a run, those that the user named first.

    Args:
        remembered: What the run was.
        files: Files that the user named.
        problems: Folders of problems to look in first.
        changes: Settings over those of the run; a class that they replace is not looked for.

    Returns:
        The texts, to be executed.

    Raises:
        RunFolderError: If a file is not found, or has another SHA-256.
        SettingsError: If the settings cannot be used.
    """
    for file in files:
        if not Path(file).is_file():
            raise RunFolderError(f"there is no file {file}")
    if files and not remembered.parts and not changes:
        raise RunFolderError(
            f"{files[0]} was named, but {remembered.folder.path} uses no class of such a file"
        )
    layer = (f"{remembered.folder.path}: checkpoint", remembered.settings)
    made_of = own_names(remembered.network, build_settings(remembered.network, [layer]))
    wanted = own_names(remembered.network, build_settings(remembered.network, [layer, *changes]))
    records = {(record["setting"], record["name"]): record for record in remembered.parts}
    found = []
    for setting, spelled in made_of.items():
        if wanted.get(setting) != spelled:
            continue
        if (setting, spelled) not in records:
            raise RunFolderError(
                f"the checkpoint in {remembered.folder.path} does not fit this version"
            )
        found.append(_same_file(remembered, records[setting, spelled], files, problems))
    return found


def _same_file(
    remembered: Remembered,
    record: Mapping[str, str],
    files: Sequence[str | Path],
    problems: Sequence[Path],
) -> Origin:
    module = module_of(record["name"])
    paths = [Path(file) for file in files] or problem_files(
        Path(module).stem, problems, remembered.folder.path
    )
    origins = [Origin(module, path, read_origin(path).source) for path in paths]
    for origin in origins:
        if origin.sha256 == record["sha256"]:
            return origin
    folder = remembered.folder.path
    if origins:
        raise RunFolderError(
            f"{folder} was made with another version of {origins[0].label} (SHA-256 "
            f"{record['sha256'][:12]}, now {origins[0].sha256[:12]}), which has its "
            f"{record['setting']} = {record['name']!r}; put that version back"
        )
    raise RunFolderError(
        f"{folder} was made with {record['setting']} = {record['name']!r}, whose file is in no "
        "folder of problems; name it behind the run folder, its code will run",
        command=shlex.join(files_to_name(remembered)),
    )
