"""Figures of the edges of a trained network."""

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from pinn_metakan.plotting.style import STYLE, headline
from pinn_metakan.results.activations import LayerActivations, Sweep
from pinn_metakan.results.field import Field
from pinn_metakan.results.metrics import Array

#: Part of its cell that the curve of an edge fills.
_FILL = 0.8
#: Layers side by side in a figure.
_COLUMNS = 2


def activations_figure(field: Field) -> Figure:
    """Draw every edge function: one panel per layer, one cell per edge, colored by its range.

    Of edges that share functions, a panel beside it shows these, with tanh.

    Args:
        field: With activations.

    Returns:
        The figure.
    """
    with mpl.rc_context(STYLE):
        shared = sum(layer.shared is not None for layer in field.activations)
        figure, panels = _empty_panels(len(field.activations) + shared, 4.4)
        axes = iter(panels)
        for layer in field.activations:
            axis = next(axes)
            lines = _edge_curves(axis, layer)
            figure.colorbar(lines, ax=axis, label="range of the function [-]")
            axis.set_title(
                f"layer {layer.number}: edges over [{layer.inputs[0]:g}, {layer.inputs[-1]:g}]"
            )
            if layer.shared is not None:
                _draw_shared(next(axes), layer, layer.shared)
        figure.suptitle(headline(field), fontsize=12)
    return figure


def prompts_figure(field: Field) -> Figure:
    """Draw how an edge function changes as its prompt moves, with the trained prompts marked.

    Args:
        field: With activations, some of which have a sweep.

    Returns:
        The figure.
    """
    swept = [(layer, layer.sweep) for layer in field.activations if layer.sweep is not None]
    with mpl.rc_context(STYLE):
        figure, axes = _empty_panels(len(swept), 3.6)
        for axis, (layer, sweep) in zip(axes, swept, strict=True):
            _draw_sweep(figure, axis, layer, sweep)
            axis.set_title(f"layer {layer.number}: {len(sweep.trained)} prompts")
        figure.suptitle(headline(field), fontsize=12)
    return figure


def _empty_panels(count: int, height: float) -> tuple[Figure, list[Axes]]:
    rows = -(-count // _COLUMNS)
    figure = Figure(figsize=(6.6 * min(count, _COLUMNS), height * rows + 0.4), layout="constrained")
    axes = list(figure.subplots(rows, min(count, _COLUMNS), squeeze=False).flat)
    for axis in axes[count:]:
        axis.set_axis_off()
    return figure, axes[:count]


def _edge_curves(axis: Axes, layer: LayerActivations) -> LineCollection:
    outputs, inputs, count = layer.functions.shape
    ranges = np.ptp(layer.functions, axis=2)  # (o, i)
    middles = (layer.functions.max(axis=2) + layer.functions.min(axis=2)) / 2
    scale = _FILL / max(float(ranges.max()), np.finfo(float).tiny)
    across = np.linspace(-_FILL / 2, _FILL / 2, count)
    curves: list[Array] = []
    for o in range(outputs):
        for i in range(inputs):
            up = (layer.functions[o, i] - middles[o, i]) * scale
            curves.append(np.column_stack([i + 1 + across, o + 1 + up]))
    lines = LineCollection(curves, array=ranges.ravel(), cmap="viridis_r", linewidths=1.3)
    axis.add_collection(lines)
    axis.set_xlim(0.5, inputs + 0.5)
    axis.set_ylim(0.5, outputs + 0.5)
    axis.set_xlabel("input")
    axis.set_ylabel("output")
    axis.set_xticks(range(1, inputs + 1))
    axis.set_yticks(range(1, outputs + 1))
    return lines


def _draw_shared(axis: Axes, layer: LayerActivations, shared: Array) -> None:
    axis.plot(layer.inputs, np.tanh(layer.inputs), "k--", linewidth=1.0, label="tanh")
    for number, values in enumerate(shared, start=1):
        axis.plot(layer.inputs, values, label=f"function {number}")
    axis.set_xlabel("input [-]")
    axis.set_ylabel("function [-]")
    axis.grid(alpha=0.3)
    axis.legend(fontsize=9)
    axis.set_title(f"layer {layer.number}: what its {layer.functions[..., 0].size} edges share")


def _draw_sweep(figure: Figure, axis: Axes, layer: LayerActivations, sweep: Sweep) -> None:
    largest = float(np.abs(sweep.functions).max()) or 1.0
    mesh = axis.pcolormesh(
        layer.inputs, sweep.positions, sweep.functions, vmin=-largest, vmax=largest, cmap="RdBu_r",
        shading="gouraud", rasterized=True,
    )  # fmt: skip
    figure.colorbar(mesh, ax=axis, label="edge function [-]")
    left = np.full(len(sweep.trained), layer.inputs[0])
    axis.plot(left, sweep.trained, "k_", markersize=9, clip_on=False, label="trained prompts")
    axis.set_xlabel("input of the edge [-]")
    axis.set_ylabel("prompt, along its main axis [-]")
    axis.legend(loc="upper right", fontsize=9)
