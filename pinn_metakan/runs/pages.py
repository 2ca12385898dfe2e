"""Pages of runs that exist: of one, or of all in a folder."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from pinn_metakan.errors import RunFolderError, one_line
from pinn_metakan.files import write_text
from pinn_metakan.plotting.figures import all_figures
from pinn_metakan.report.facts import RunFacts
from pinn_metakan.report.figure_files import figure_at
from pinn_metakan.report.index_page import IndexRow, index_page, index_row
from pinn_metakan.report.page import report_page
from pinn_metakan.results.field import Field
from pinn_metakan.results.sweep_table import read_sweep_table
from pinn_metakan.runs.folder import PAGE, RunFolder, part_names

#: The page of a folder of runs, and the figure of a sweep there.
INDEX, SWEEP_FIGURE = "index.html", "sweep.png"


def write_pages(path: Path) -> Path:
    """Write the page of a run, or those of a folder of runs with a table of them.

    Args:
        path: A run folder, or a folder with run folders somewhere below it.

    Returns:
        The page to begin with.

    Raises:
        RunFolderError: If there is no run, or the run is damaged.
    """
    if not path.is_dir():
        raise RunFolderError(f"there is no folder {path}")
    if RunFolder(path).holds_run():
        return _write_run(RunFolder(path))
    folders = list(_runs_below(path))
    if not folders:
        raise RunFolderError(
            f"{path} holds no run, nor does a folder below it; make one with: pinn-metakan solve"
        )
    page = path / INDEX
    picture = figure_at(path / SWEEP_FIGURE)
    rows = [_row(folder, path, _varied(folder.path)) for folder in folders]
    _write(page, index_page(path.resolve().name, rows, picture))
    return page


def write_solution_page(
    path: Path, field: Field, notes: Sequence[str], folder: Path | None
) -> None:
    """Write the page of a solution to a file.

    Args:
        path: The file.
        field: The solution.
        notes: What the run says of itself.
        folder: Its run folder, which has command and figures; None without one.

    Raises:
        RunFolderError: If the file cannot be written, or what was stored is damaged.
    """
    if folder is None:
        facts = RunFacts(field, notes)
    else:
        stored = RunFolder(folder)
        facts = stored.facts(field, notes or _notes(stored))
    _write(path, _page(facts, str(folder or "the solution")))


def _write_run(folder: RunFolder) -> Path:
    """Write the page of a run from its files."""
    _write(folder.page, _page(_facts(folder), str(folder.path)))
    return folder.page


def _varied(place: Path) -> str:
    """What a sweep has varied in a run; empty for a run of no sweep."""
    try:
        table = read_sweep_table(place.parent)
    except RunFolderError:
        return ""
    rows = [] if table is None else [row for row in table.rows if row.trial == place.name]
    return rows[0].told() if rows else ""


def _row(folder: RunFolder, top: Path, varied: str) -> IndexRow:
    """The row of a run; its page is written where there is none, or one of an older solution."""
    place = folder.path.relative_to(top).as_posix()
    try:
        if not _is_current(folder):
            _write_run(folder)
        with _damage_told(str(folder.path)):
            return index_row(_facts(folder), place, f"{place}/{PAGE}", varied)
    except RunFolderError as error:
        return IndexRow(place, trouble=str(error))


def _is_current(folder: RunFolder) -> bool:
    try:
        return folder.page.stat().st_mtime >= folder.solution.stat().st_mtime
    except OSError:
        return False


def _facts(folder: RunFolder) -> RunFacts:
    with _damage_told(str(folder.path)):
        return folder.facts(folder.read_field(), _notes(folder))


def _notes(folder: RunFolder) -> list[str]:
    notes = folder.read_report().get("notes")
    return [str(note) for note in notes] if isinstance(notes, list) else []


def _page(facts: RunFacts, called: str) -> str:
    """The page; figures that are nowhere are drawn for it."""
    with _damage_told(called):
        if not facts.figures:
            facts = replace(facts, figures=all_figures(facts.field))
        return report_page(facts)


def _write(path: Path, text: str) -> None:
    try:
        write_text(path, text)
    except OSError as error:
        raise RunFolderError(f"cannot write {path}: {error.strerror}") from error


@contextmanager
def _damage_told(called: str) -> Iterator[None]:
    """Turn what fails on files that were changed or cut into one line."""
    try:
        yield
    except RunFolderError:
        raise
    except (OSError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise RunFolderError(
            f"{called} is damaged, or not of this package ({one_line(error)})"
        ) from error


def _runs_below(path: Path) -> Iterator[RunFolder]:
    """Run folders below a folder, by name; parts of a run belong to it, links are not followed."""
    for place, names, _ in os.walk(path):
        names.sort()
        folder = RunFolder(Path(place))
        if folder.holds_run():
            names[:] = [name for name in names if name not in part_names(folder.path)]
            yield folder
