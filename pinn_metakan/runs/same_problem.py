"""The problem of a run that exists: found, and compared before any of its code runs.

Nothing that is stored in a run folder is executed, and no path that is stored there is followed.
"""

import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from pinn_metakan.errors import ProblemError, RunFolderError
from pinn_metakan.pde.catalogue import problem_files
from pinn_metakan.pde.formulation import PARTS_OF_DOMAIN, Formulation
from pinn_metakan.pde.loading import construct, read_origin
from pinn_metakan.pde.problem import (
    Origin,
    Problem,
    constructor_parameters,
    is_lost,
    recorded,
)
from pinn_metakan.runs.folder import RunFolder
from pinn_metakan.settings.sections import Settings

#: Residuals of one problem agree to this, relative to their size, on any machine
#: (docs/decisions/0012-identity-of-a-problem.md).
_AGREEMENT = 1e-9


@dataclass(frozen=True)
class Remembered:
    """What a checkpoint knows of its run.

    Args:
        folder: The run folder.
        tree: All of the checkpoint.
        name: Name of the problem.
        path: Its file when the run was made, as text; for messages alone.
        sha256: SHA-256 of its text.
        parameters: Arguments of its constructor.
        fingerprint: Numbers that tell problems apart; empty in runs of version 0.1.0.
        network: Name of the network, "custom" for an object.
        settings: Nested settings.
        seed: Seed.
        dtype: Type of the numbers.
        parts: Of each family or network of the user's own the setting that names it, its name
            there, its file as text for messages alone, and the SHA-256 of its text.
    """

    folder: RunFolder
    tree: dict[str, Any]
    name: str
    path: str | None
    sha256: str
    parameters: Mapping[str, object]
    fingerprint: Mapping[str, torch.Tensor]
    network: str
    settings: Mapping[str, object]
    seed: int
    dtype: str
    parts: Sequence[Mapping[str, str]]

    @classmethod
    def read(cls, folder: RunFolder) -> "Remembered":
        """Read the checkpoint of a run folder.

        Args:
            folder: The folder.

        Returns:
            What it knows.

        Raises:
            RunFolderError: If there is none, or it is not of this package.
        """
        return cls.of(folder, folder.load_checkpoint())

    @classmethod
    def of(cls, folder: RunFolder, tree: dict[str, Any]) -> "Remembered":
        """Read what a checkpoint holds.

        Args:
            folder: The run folder, for messages.
            tree: All of the checkpoint, which its schema has been checked by.

        Returns:
            What it knows.
        """
        made_of, chosen = tree["problem"], tree["choices"]
        return cls(
            folder,
            tree,
            made_of["name"],
            made_of["path"],
            made_of["sha256"],
            made_of["parameters"],
            made_of.get("fingerprint", {}),
            chosen["network"],
            chosen["settings"],
            chosen["seed"],
            chosen["dtype"],
            [
                {key: part[key] for key in ("setting", "name", "path", "sha256")}
                for part in tree.get("parts", [])
            ],
        )

    @property
    def process_timeout(self) -> float:
        """Longest wait of its processes for each other [s]; version 0.2.0 had no such setting."""
        found = self.settings.get("process_timeout")
        otherwise = Settings.model_fields["process_timeout"].default
        return float(found if isinstance(found, int | float) else otherwise)

    def refuse_network_object(self) -> None:
        """Refuse a run whose network cannot be made again from its name.

        Raises:
            RunFolderError: If it was a network object.
        """
        if self.network == "custom":
            raise RunFolderError(
                f"{self.folder.path} was made with a network object; it cannot be rebuilt"
            )


def same_problem(
    remembered: Remembered,
    problem: Problem | str | Path | None,
    problems: Sequence[Path],
    before: Callable[[Origin], None] | None = None,
) -> Problem:
    """Find the problem of a run, the one that is given or the one of its file.

    Args:
        remembered: What the run was.
        problem: The problem or its file; None to look for a file of its name in the folders of
            problems.
        problems: Folders to look in first.
        before: Told which file it is, before its code runs.

    Returns:
        The problem.

    Raises:
        RunFolderError: If it is another one, or is not found.
        ProblemError: If its file fails.
    """
    if isinstance(problem, Problem):
        _refuse_other_text(remembered, problem.origin)
        _refuse_other_parameters(remembered, problem)
        return problem
    if problem is not None:
        path = Path(problem)
        if not path.is_file():
            raise ProblemError(f"there is no problem file {path}")
        origin = read_origin(path)
    else:
        origin = _known_file(remembered, problems)
    _refuse_other_text(remembered, origin)
    lost = [name for name, value in remembered.parameters.items() if is_lost(value)]
    if lost:
        raise RunFolderError(
            f"{remembered.folder.path} could not record the parameter {lost[0]!r} of its problem; "
            "make the problem and give it: resume(run, problem=...)"
        )
    if before is not None:
        before(origin)
    origin = Origin(remembered.name, origin.path, origin.source)  # the file may have a new name
    return construct(origin, remembered.parameters)


def refuse_other_numbers(remembered: Remembered, formulation: Formulation) -> None:
    """Refuse a problem whose residuals are other numbers than when the run was made.

    Text and parameters may be the same and the problem another: an attribute that was set later, a
    name that the text takes from elsewhere, a data file that has changed.

    Args:
        remembered: What the run was.
        formulation: The problem.

    Raises:
        RunFolderError: If a residual or the domain differs.
    """
    if not remembered.fingerprint:
        return
    found = formulation.fingerprint()
    for name in sorted({*found, *remembered.fingerprint}):
        expected, value = remembered.fingerprint.get(name), found.get(name)
        if expected is None and name == PARTS_OF_DOMAIN:
            continue
        if expected is None or value is None or not _agree(expected, value):
            raise RunFolderError(
                f"{formulation.problem.origin.label} is not the problem that "
                f"{remembered.folder.path} was made with: {name!r} has other values now"
            )


def line_to_resume(remembered: Remembered) -> str:
    """The command that goes on with a run, with each file that is in no folder of problems."""
    words = ["pinn-metakan", "resume", str(remembered.folder.path)]
    return shlex.join([*words, *files_to_name(remembered)])


def files_to_name(remembered: Remembered) -> list[str]:
    """What stands behind a run folder in each command that runs code of files elsewhere."""
    words = part_options(remembered)
    if remembered.path is not None and not _is_listed(remembered.path, remembered):
        return [remembered.path, *words]
    return words


def part_options(remembered: Remembered) -> list[str]:
    """The options that name the files of a run's own families and networks."""
    paths = dict.fromkeys(part["path"] for part in remembered.parts)
    return [word for path in paths if not _is_listed(path, remembered) for word in ("--part", path)]


def _is_listed(path: str, remembered: Remembered) -> bool:
    """Whether a file is in a folder of problems where it is found without being named."""
    known = problem_files(Path(path).stem, outside=remembered.folder.path)
    return path in [str(file.resolve()) for file in known]


def _agree(expected: torch.Tensor, value: torch.Tensor) -> bool:
    if value.shape != expected.shape:
        return False
    scale = float(expected.abs().nan_to_num().max()) if expected.numel() else 0.0
    return torch.allclose(value, expected, rtol=_AGREEMENT, atol=_AGREEMENT * scale, equal_nan=True)


def _known_file(remembered: Remembered, problems: Sequence[Path]) -> Origin:
    """Find the file of the run's problem in the folders of problems, the one of its text first."""
    if remembered.path is None:
        raise RunFolderError(
            f"{remembered.folder.path} was made by a problem without a file; give "
            "resume(..., problem=...)"
        )
    files = problem_files(remembered.name, problems, remembered.folder.path)
    origins = [read_origin(path) for path in files]
    for origin in origins:
        if origin.sha256 == remembered.sha256:
            return origin
    if origins:
        return origins[0]  # refused, with both hashes
    raise RunFolderError(
        f"{remembered.folder.path} was made with {Path(remembered.path).name}, which is in no "
        "folder of problems; name it behind the run folder, its code will run",
        command=shlex.join(files_to_name(remembered)),
    )


def _refuse_other_text(remembered: Remembered, origin: Origin) -> None:
    folder = remembered.folder.path
    if origin.name != remembered.name and origin.sha256 != remembered.sha256:
        raise RunFolderError(
            f"the checkpoint in {folder} is of another problem, {remembered.name}, "
            f"not {origin.name}"
        )
    if not origin.source:
        raise RunFolderError(
            f"the text of {origin.name} is not known, so it cannot be compared with that of "
            f"{folder}; write the problem to a file"
        )
    if origin.sha256 != remembered.sha256:
        raise RunFolderError(
            f"the checkpoint in {folder} was made with another version of {origin.label} "
            f"(SHA-256 {remembered.sha256[:12]}, now {origin.sha256[:12]}); put that version back"
        )


def _refuse_other_parameters(remembered: Remembered, problem: Problem) -> None:
    defaults = {
        name: recorded(parameter.default)
        for name, parameter in constructor_parameters(type(problem)).items()
        if parameter.default is not parameter.empty
    }
    before = {**defaults, **remembered.parameters}
    now = {**defaults, **problem.parameters}
    for name in sorted({*before, *now}):
        if json.dumps(before.get(name)) != json.dumps(now.get(name)):
            raise RunFolderError(
                f"{remembered.folder.path} was made with {name} = {before.get(name)}, the problem "
                f"that was given has {name} = {now.get(name)}"
            )
