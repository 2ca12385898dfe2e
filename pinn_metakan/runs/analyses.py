"""What commands have found out about the solution in a run folder, as files beside it."""

from contextlib import suppress
from pathlib import Path

from pinn_metakan.runs.first_process import by_first_process

#: The files of profile and posterior.
_ANALYSES = (
    *("posterior.json", "posterior.csv", "posterior.png"),
    *("profile-*.json", "profile-*.csv", "profile-*.png"),
)
#: The fits behind a posterior, each with the solution that it is of.
FITS = "posterior.jsonl"


@by_first_process
def analyses_in(folder: Path) -> list[str]:
    """Names of the files of a run folder that tell how sure its solution is."""
    return sorted(path.name for like in _ANALYSES for path in folder.glob(like))


@by_first_process
def remove_analyses(folder: Path) -> None:
    """Remove these files, because the solution is another one now; the fits behind them stay."""
    for name in analyses_in(folder):
        with suppress(OSError):
            (folder / name).unlink()
