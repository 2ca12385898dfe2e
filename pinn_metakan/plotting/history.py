"""The figure of a history: loss and errors against training time, and what happened when."""

import json
from collections.abc import Mapping
from typing import cast

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pinn_metakan.plotting.style import STYLE, headline, wrapped
from pinn_metakan.results.field import Field
from pinn_metakan.results.metrics import Array
from pinn_metakan.results.reference_errors import near_reference

#: Entries that are marked by points along a curve, about.
_MARKED = 60
#: Of more stages than this only those that begin a leg are named: the others leave no room.
_NAMED = 12
#: Part of the width of the axes that lies between two labels at least, so that slanted text does
#: not overlap: what begins nearer is named in the label before it.
_APART = 0.035
_PREFIX = "relative_l2_"


def history_figure(field: Field) -> Figure:
    """Draw loss and relative errors against training time.

    Loss on points that were not trained on, stages, legs, slabs and added points are marked, and
    the error of the reference where the solution comes near it.

    Args:
        field: It has the history.

    Returns:
        The figure; a sentence in it if nothing was recorded.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8.5, 4.4), layout="constrained")
        if not np.isfinite(field.history["loss"]).any():
            figure.set_size_inches(8.5, 1.6)
            figure.text(0.5, 0.4, "No history: no step of the training was recorded.", ha="center")
        else:
            draw_history(figure.subplots(), field)
        figure.suptitle(wrapped(headline(field), 8.5), fontsize=12)
    return figure


def draw_history(axis: Axes, field: Field) -> Figure:
    """Draw a history on given axes; see `history_figure`.

    Args:
        axis: Where.
        field: It has the history.

    Returns:
        The figure that they are in.
    """
    history = field.history
    seconds = history["seconds"]
    every = max(1, len(seconds) // _MARKED)
    _draw_stages(axis, field)
    axis.plot(seconds, history["loss"], marker=".", markevery=every, color="tab:gray", label="loss")
    fresh = history.get("loss_fresh", np.full_like(seconds, np.nan))
    if np.isfinite(fresh).any():
        axis.plot(
            seconds, fresh, linestyle="", marker="x", markersize=5, color="black",
            label="loss on points not trained on",
        )  # fmt: skip
    near = near_reference(field)
    for name, values in history.items():
        if name.startswith(_PREFIX):
            label = f"relative L2 error of {name[len(_PREFIX) :]}"
            (line,) = axis.plot(seconds, values, marker=".", markevery=every, label=label)
            if (unknown := name[len(_PREFIX) :]) in near:
                axis.axhline(
                    near[unknown], color=line.get_color(), linestyle="--", linewidth=1.0,
                    label=f"estimated error of the reference of {unknown}",
                )  # fmt: skip
    axis.set_yscale("log")
    _draw_points(axis, history)
    axis.set_xlabel("training time [s]")
    axis.set_ylabel("loss, error [-]")
    axis.grid(alpha=0.3)
    axis.legend(fontsize=9)
    return cast(Figure, axis.figure)


def _draw_points(axis: Axes, history: Mapping[str, Array]) -> None:
    """Mark where points were added."""
    seconds = history["seconds"]
    points = history.get("points", np.zeros_like(seconds))
    for begin in np.flatnonzero(np.diff(points) > 0):
        axis.axvline(seconds[begin], color="0.6", linestyle=":", zorder=0)
        axis.annotate(
            f"{points[begin + 1]:.0f} points", (seconds[begin], 0.02), rotation=90, fontsize=7,
            xycoords=("data", "axes fraction"), color="0.4", ha="right",
        )  # fmt: skip


def _draw_stages(axis: Axes, field: Field) -> None:
    """Shade every second stage and name each; where a leg or a slab begins there is a line."""
    begins = json.loads(str(field.attributes.get("stage_begins", "[]")))
    if not begins:  # up to version 0.2.0 none was kept
        return
    end = float(field.history["seconds"][-1])
    begins = [begin for begin in begins if begin["seconds"] <= end]
    axis.set_xlim(left=min(0.0, begins[0]["seconds"]), right=1.02 * end or None)
    has_slabs = any(begin["slab"] > 1 for begin in begins)
    ends = [*(begin["seconds"] for begin in begins[1:]), end]
    for number, (begin, until) in enumerate(zip(begins, ends, strict=True)):
        if number % 2:
            axis.axvspan(begin["seconds"], until, color="0.94", zorder=-2, linewidth=0)
    last = {"leg": 0, "slab": 0}
    labels: list[tuple[float, list[str]]] = []
    left, right = axis.get_xlim()
    for begin in begins:
        begins_leg, begins_slab = begin["leg"] > last["leg"], begin["slab"] > last["slab"]
        if begins_leg and last["leg"] > 0:
            axis.axvline(begin["seconds"], color="0.3", linewidth=1.0, zorder=-1)
        last = begin
        names = [f"slab {begin['slab']}"] if has_slabs and begins_slab else []
        if len(begins) <= _NAMED or (begins_leg and not names):
            names.append(begin["stage"])
        if labels and begin["seconds"] - labels[-1][0] < _APART * (right - left):
            labels[-1][1].extend(names)
        elif names:
            labels.append((begin["seconds"], names))
    for seconds, names in labels:
        axis.annotate(
            ", ".join(names), (seconds, 1.0), xycoords=("data", "axes fraction"), xytext=(2, 3),
            textcoords="offset points", fontsize=8, color="0.3", rotation=35, ha="left",
            va="bottom", annotation_clip=False,
        )  # fmt: skip
