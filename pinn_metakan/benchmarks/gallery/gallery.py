"""The gallery: every problem solved by several networks, on one page with a picture each."""

import datetime
import math
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pinn_metakan.benchmarks.command import Progress
from pinn_metakan.benchmarks.gallery.card import Card
from pinn_metakan.benchmarks.gallery.page import page_text, table_lines
from pinn_metakan.benchmarks.gallery.picture import write_picture
from pinn_metakan.benchmarks.measure.assembled import run_of
from pinn_metakan.benchmarks.measure.case import DTYPE, NO_HISTORY
from pinn_metakan.benchmarks.measure.errors_in_time import train_until
from pinn_metakan.benchmarks.measure.kept import KeptResults
from pinn_metakan.benchmarks.measure.machine import one_thread
from pinn_metakan.benchmarks.measure.places import prepare_folder
from pinn_metakan.benchmarks.measure.training_clock import TrainingClock
from pinn_metakan.benchmarks.names import refuse_unknown
from pinn_metakan.errors import SettingsError, UserError
from pinn_metakan.files import written_whole
from pinn_metakan.pde.catalogue import list_problems
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.summary import evaluate_field
from pinn_metakan.settings.layers import Layer
from pinn_metakan.settings.networks import NETWORK_SETTINGS

#: The first of them draws the pictures.
NETWORKS = ("metakan", "kan", "mlp")
#: The names of the page and of the results beside the pictures.
_PAGE, _RESULTS = "index.md", "results.jsonl"


def gallery_lines(
    out: Path,
    names: Sequence[str],
    networks: Sequence[str],
    seconds: float,
    layers: Sequence[Layer],
    is_measuring: bool,
    progress: Progress,
) -> Iterator[str]:
    """Solve problems by default settings on one CPU thread, and write the page of the gallery.

    Args:
        out: Folder of the page ``index.md``, of the pictures, and of ``results.jsonl``: what is
            there is not made again for the same text of the problem and the same settings below;
            where defaults of the package have changed, remove that file.
        names: Names of problems; all that are listed if empty.
        networks: Names of networks; `NETWORKS` if empty. The page is written for all networks and
            all problems.
        seconds: Seconds of CPU time that end a run; default settings may end earlier.
        layers: Settings that all runs have beside their defaults.
        is_measuring: Whether what is missing is measured; dashes stand for it otherwise.
        progress: Told each run.

    Yields:
        Rows of a table in Markdown, then the files that were written.

    Raises:
        SettingsError: If a name is not known, or the seconds are not positive.
        UserError: If a problem has no reference, or the folder cannot be written to; nothing is
            measured then.
    """
    entries = {entry.name: entry for entry in list_problems()}
    refuse_unknown("no problem {}", names, entries)
    refuse_unknown("no network {} here", networks, NETWORK_SETTINGS)
    if not 0 < seconds < math.inf:
        raise SettingsError(f"seconds must be positive, got {seconds:g}")
    problems = {name: load_problem(str(entries[name].path)) for name in names or entries}
    for name, problem in problems.items():
        if type(problem).reference is Problem.reference:
            raise UserError(f"{entries[name].path}: no reference to compare with")
    prepare_folder(out, [_PAGE])
    results = KeptResults(out / _RESULTS)
    every = [NO_HISTORY, *layers]
    cards = []
    for name, problem in problems.items():
        found: dict[str, dict[str, Any] | None] = {}
        for network in networks or NETWORKS:
            given = [values for _, values in layers]
            key = [name, dict(problem.parameters), network, given, seconds, problem.origin.sha256]
            if not is_measuring:
                found[network] = results.known(key)
                continue
            progress(f"{name}, {network}")
            found[network] = results.of(
                key, partial(_measured, problem, network, seconds, every, out, progress)
            )
        cards.append(Card(problem, found, f"{name}.png", f"problems/{name}.py"))
    yield from table_lines(cards)
    if not names and not networks:
        with written_whole(out / _PAGE) as temporary:
            temporary.write_text(page_text(cards, seconds), encoding="utf-8")
        yield ""
        yield f"page: {out / _PAGE}"


def _measured(
    problem: Problem,
    network: str,
    seconds: float,
    layers: Sequence[Layer],
    out: Path,
    tell: Progress,
) -> dict[str, Any]:
    """Train a network, and draw what it reached if it is the one that does."""
    with one_thread():
        run = run_of(problem, network, layers, "cpu", DTYPE)
        clock = TrainingClock(run.choices.device)
        is_trained = train_until(run, clock, seconds, tell)
        run.trainer.conclude()
        field = evaluate_field(run, {}, has_folder=False)
    if network == NETWORKS[0]:
        write_picture(field, out, problem.origin.name)
    return {
        "n_parameters": run.network.n_parameters,
        "errors": field.relative_l2,
        "trained": clock.seconds,
        "steps": run.record.step,
        "stop_reason": run.trainer.verdict.sentence if is_trained else "failed",
        "versions": field.attributes["versions"],
        "platform": field.attributes["platform"],
        "date": datetime.date.today().isoformat(),
    }
