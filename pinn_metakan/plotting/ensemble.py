"""The figure of an ensemble of fits: their scatter beside what the linear analysis says."""

import math

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pinn_metakan.plotting.style import STYLE, drawable
from pinn_metakan.results.ensemble import Ensemble

#: Size of the panel of one number or function [inch].
_WIDTH, _HEIGHT = 5.2, 3.9
#: Fits in a bar of a histogram, in the mean, and most bars.
_IN_A_BAR, _BARS = 6, 30


def ensemble_figure(ensemble: Ensemble) -> Figure:
    """Draw the fits of each number as a histogram, and the band of each function of one argument.

    Beside them stand the normal distribution and the band of the linear analysis.

    Args:
        ensemble: The fits.

    Returns:
        The figure.
    """
    curves = [name for name in ensemble.functions if len(ensemble.found[name].of) == 1]
    count = max(len(ensemble.numbers) + len(curves), 1)
    columns = min(count, 3)
    rows = -(-count // columns)
    with mpl.rc_context(STYLE):
        size = (max(_WIDTH * columns, 6.4), _HEIGHT * rows + 0.4)
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.subplots(rows, columns, squeeze=False).flatten()
        for axis, name in zip(axes, ensemble.numbers, strict=False):
            _draw_number(axis, ensemble, name)
        for axis, name in zip(axes[len(ensemble.numbers) :], curves, strict=False):
            _draw_function(axis, ensemble, name)
        for axis in axes[count:]:
            axis.set_axis_off()
        told = f"{len(ensemble.seeds)} fits to data whose noise was drawn again"
        figure.suptitle(f"{drawable(ensemble.problem)}: {told}", fontsize=11)
    return figure


def _draw_number(axis: Axes, ensemble: Ensemble, name: str) -> None:
    fits, linear, scatter = ensemble.numbers[name], ensemble.linear[name], ensemble.scatter(name)
    bars = min(max(len(fits) // _IN_A_BAR, 5), _BARS)
    axis.hist(fits, bins=bars, density=True, color="tab:blue", alpha=0.4, label="fits")
    if math.isfinite(linear.standard_error) and linear.standard_error > 0:
        around = linear.value + linear.standard_error * np.linspace(-3.5, 3.5, 201)
        density = np.exp(-(((around - linear.value) / linear.standard_error) ** 2) / 2)
        density /= linear.standard_error * math.sqrt(2 * math.pi)
        axis.plot(around, density, color="tab:gray", linestyle=":", label="linear analysis")
    if math.isfinite(float(scatter.low)):
        axis.axvspan(
            float(scatter.low), float(scatter.high), color="tab:red", alpha=0.12, linewidth=0,
            label="95 % of the fits",
        )  # fmt: skip
    if math.isfinite(linear.true):
        axis.axvline(linear.true, color="black", linestyle="--", linewidth=1.0, label="true value")
    axis.set_xlabel(f"{name} [{linear.unit}]")
    axis.set_ylabel("density")
    axis.grid(alpha=0.3)
    axis.legend(fontsize=8)


def _draw_function(axis: Axes, ensemble: Ensemble, name: str) -> None:
    found, scatter = ensemble.found[name], ensemble.scatter(name)
    x = found.arguments[:, 0]
    if np.isfinite(scatter.low).all():
        axis.fill_between(
            x, scatter.low, scatter.high, color="tab:blue", alpha=0.3, linewidth=0,
            label="95 % of the fits",
        )  # fmt: skip
    axis.plot(x, found.values, color="tab:red", label=f"{found.call} found")
    if np.isfinite(found.standard_errors).all():
        linear = np.stack([found.low, found.high], axis=1)
        lines = axis.plot(x, linear, color="tab:gray", linestyle=":", linewidth=1.2)
        lines[0].set_label("linear analysis")
    if np.isfinite(found.true).all():
        axis.plot(x, found.true, color="black", linestyle="--", linewidth=1.0, label="true")
    axis.set_xlabel(found.of[0])
    axis.set_ylabel(f"{found.call} [{found.unit}]")
    axis.grid(alpha=0.3)
    axis.legend(fontsize=8)
