"""The figure of a sweep: what each trial has reached over what is varied."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from pinn_metakan.plotting.style import STYLE, drawable, wrapped
from pinn_metakan.results.sweep_table import SweepTable, TrialRow

#: Panels side by side, and the size of one [inches].
_COLUMNS = 2
_PANEL_SIZE = (5.6, 3.9)
#: Numbers of an axis that are farther apart than this factor are drawn by their logarithms.
_FAR_APART = 15.0
#: More groups than this have one color: a legend of them could not be read.
_MOST_COLORS = 8
#: Longest label along a horizontal axis that is not slanted [letters].
_LONGEST = 9
_GOALS = {"error": "relative L2 error [-]", "loss": "loss [-]"}


def sweep_figure(table: SweepTable) -> Figure:
    """Draw what trials have reached over each name that is varied, and the best so far.

    Args:
        table: The trials; failed ones are crosses at the upper edge, pruned ones are hollow.

    Returns:
        The figure; a sentence in it if no trial has reached anything.
    """
    with mpl.rc_context(STYLE):
        shown = _shown_names(table)
        count = len(shown) + bool(table.search)
        columns = min(_COLUMNS, count)
        rows = -(-count // columns)
        width = _PANEL_SIZE[0] * columns + (1.4 if columns == 1 else 0.0)
        figure = Figure(figsize=(width, _PANEL_SIZE[1] * rows + 0.5), layout="constrained")
        figure.suptitle(wrapped(_title(table), width), fontsize=12)
        if not any(_value(table, row) is not None for row in table.rows):
            figure.set_size_inches(width, 1.6)
            figure.text(0.5, 0.35, "No trial has reached anything.", ha="center")
            return figure
        groups = _groups(table)
        axes = list(figure.subplots(rows, columns, squeeze=False).flat)
        for name, axis in zip(shown, axes, strict=False):
            _draw_over(axis, table, name, groups)
        if table.search:
            _draw_best(axes[len(shown)], table, groups)
        for axis in axes[:count]:
            axis.set_yscale("log")
            axis.set_ylabel(_GOALS[table.goal])
            axis.grid(alpha=0.3)
        for axis in axes[count:]:
            axis.set_axis_off()
        handles, labels = axes[0].get_legend_handles_labels()
        if len(labels) > 1:
            figure.legend(handles, labels, loc="outside lower center", ncols=4, fontsize=9)
    return figure


@dataclass(frozen=True)
class _Scale:
    """Where the values of an axis are drawn.

    Args:
        places: By their JSON.
        is_log: Whether the axis is logarithmic.
        labels: What stands at places; none where numbers speak for themselves.
        is_whole: Whether all numbers are whole.
    """

    places: Mapping[str, float]
    is_log: bool
    labels: Mapping[float, str]
    is_whole: bool = False


def _shown_names(table: SweepTable) -> list[str]:
    """What has a panel: seeds only where nothing else is varied."""
    names = [name for name in table.names if name != "seed"]
    return names or table.names


def _draw_over(
    axis: Axes, table: SweepTable, name: str, groups: Mapping[str, Sequence[TrialRow]]
) -> None:
    scale = _scale(table, name)
    for number, (label, rows) in enumerate(groups.items()):
        color = f"C{number}"
        for state in ("finished", "pruned"):
            some = [r for r in rows if r.state == state and _value(table, r) is not None]
            x = [scale.places[json.dumps(row.values.get(name))] for row in some]
            y = [_value(table, row) for row in some]
            told = f"{label}, {state}" if label and state == "pruned" else label or state
            if some:
                face = color if state == "finished" else "none"
                axis.scatter(
                    x, np.array(y, dtype=float), s=30, label=told, alpha=0.8,
                    facecolors=face, edgecolors=color,
                )  # fmt: skip
    if name in table.over:
        _draw_middles(axis, table, name, scale)
    failed = [row for row in table.rows if row.state == "failed" and name in row.values]
    if failed:
        x = [scale.places[json.dumps(row.values[name])] for row in failed]
        axis.scatter(
            x, np.full(len(x), 0.97), marker="x", color="C3", label="failed", clip_on=False,
            transform=axis.get_xaxis_transform(),
        )  # fmt: skip
    if scale.is_log:
        axis.set_xscale("log")
    elif scale.is_whole:
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    if scale.labels:
        slanted = max(map(len, scale.labels.values())) > _LONGEST
        axis.set_xticks(list(scale.labels), list(scale.labels.values()))
        axis.tick_params(axis="x", labelrotation=20 if slanted else 0)
        axis.set_xlim(min(scale.labels) - 0.5, max(scale.labels) + 0.5)
    axis.set_xlabel(name)


def _draw_middles(axis: Axes, table: SweepTable, name: str, scale: _Scale) -> None:
    """The mean of all finished trials of each value; of seeds that of all, and its spread."""
    if name == "seed":
        numbers = np.array([_value(table, row) for row in table.finished], dtype=float)
        if len(numbers) > 1:
            mean, spread = numbers.mean(), numbers.std(ddof=1)
            axis.axhline(mean, color="0.3", linewidth=1.2, label=f"mean {mean:.2e}")
            low = max(mean - spread, numbers.min() / 2)
            axis.axhspan(low, mean + spread, color="0.5", alpha=0.15, label="standard deviation")
        return
    found: dict[float, list[float]] = {}
    for row in table.finished:
        place = scale.places[json.dumps(row.values.get(name))]
        found.setdefault(place, []).append(_value(table, row) or 0.0)
    if any(len(numbers) > 1 for numbers in found.values()):
        x = sorted(found)
        medians = [float(np.median(found[place])) for place in x]
        axis.plot(x, medians, "_", color="k", markersize=22, label="median")


def _draw_best(axis: Axes, table: SweepTable, groups: Mapping[str, Sequence[TrialRow]]) -> None:
    """The best of each group so far, over the number of its trials."""
    for number, rows in enumerate(groups.values()):
        over = [row for row in rows if row.state in ("finished", "pruned", "failed")]
        numbers = [
            value if row.state == "finished" and (value := _value(table, row)) else np.inf
            for row in over
        ]
        best = np.array(list(accumulate(numbers, min)), dtype=float)
        x = np.arange(1, len(best) + 1)
        is_there = np.isfinite(best)
        axis.step(x[is_there], best[is_there], where="post", color=f"C{number}")
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    axis.set_xlabel("trials" if len(groups) == 1 else "trials of each")
    axis.set_title("best so far")


def _groups(table: SweepTable) -> dict[str, list[TrialRow]]:
    """Rows by what they have alike besides the seed; one group where there are too many."""
    names = [name for name in table.over if name != "seed"]
    names = names if table.search else names[1:]
    found: dict[str, list[TrialRow]] = {}
    for row in table.rows:
        label = ", ".join(f"{name} {_text(row.values.get(name))}" for name in names)
        found.setdefault(label, []).append(row)
    return found if len(found) <= _MOST_COLORS else {"": list(table.rows)}


def _scale(table: SweepTable, name: str) -> _Scale:
    values = {
        json.dumps(row.values[name]): row.values[name] for row in table.rows if name in row.values
    }
    numbers = {
        key: float(value)
        for key, value in values.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    is_numeric = len(numbers) == len(values) and (len(values) > 2 or name in table.search)
    if is_numeric:
        low, high = min(numbers.values()), max(numbers.values())
        is_whole = all(isinstance(value, int) for value in values.values())
        return _Scale(numbers, low > 0 and high / low > _FAR_APART, {}, is_whole)
    places = {key: float(place) for place, key in enumerate(values)}
    return _Scale(places, False, {places[key]: _text(value) for key, value in values.items()})


def _value(table: SweepTable, row: TrialRow) -> float | None:
    """What a trial has reached; nothing that a logarithm has no place for."""
    value = row.goal(table.goal)
    return value if value is not None and np.isfinite(value) and value > 0 else None


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return drawable(value if isinstance(value, str) else json.dumps(value))


def _title(table: SweepTable) -> str:
    parts = [f"{drawable(table.problem)}: {len(table.rows)} trials"]
    for state in ("pruned", "failed"):
        parts += [f"{table.count(state)} {state}"] if table.count(state) else []
    if table.best is not None:
        goal = _GOALS[table.goal].removesuffix(" [-]")
        parts.append(f"best {goal} {table.best.goal(table.goal):.1e} ({table.best.trial})")
    return ", ".join(parts)
