"""The figure of a profile likelihood: chi-square against a number, or a region of two."""

import math

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pinn_metakan.plotting.style import STYLE, drawable
from pinn_metakan.results.profile import RISE, Profile, ProfiledNumber

#: Size of the figure [inch].
_SIZE = (6.4, 4.6)
#: The axis of chi-square goes up to so many times the rise of 95 %.
_TOP = 2.2


def profile_figure(profile: Profile) -> Figure:
    """Draw the rise of chi-square, with the line of 95 %, beside what the standard error says.

    For one number that is a parabola. For two, the region of 95 % is drawn about the estimate, and
    beside it the ellipse of the linear analysis.

    Args:
        profile: What was found.

    Returns:
        The figure.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=_SIZE, layout="constrained")
        axis = figure.subplots()
        if len(profile.numbers) == 1:
            _draw_rise(axis, profile)
        else:
            _draw_region(axis, profile)
        axis.grid(alpha=0.3)
        axis.legend(fontsize=9)
        told = "\n".join(number.line() for number in profile.numbers)
        figure.suptitle(f"{drawable(profile.problem)}: profile likelihood\n{told}", fontsize=9)
    return figure


def _draw_rise(axis: Axes, profile: Profile) -> None:
    number, order = profile.numbers[0], np.argsort(profile.places[:, 0])
    values, rise = profile.places[order, 0], profile.rise[order]
    axis.plot(values, rise, marker="o", markersize=4, color="tab:blue", label="profile")
    if math.isfinite(number.standard_error):
        around = np.linspace(values[0], values[-1], 201)
        parabola = ((around - number.value) / number.standard_error) ** 2
        axis.plot(around, parabola, color="tab:gray", linestyle=":", label="by the standard error")
    axis.axhline(RISE[1], color="tab:red", linewidth=1.0, label=f"95 %: {RISE[1]:.2f}")
    for end in (number.low, number.high):
        if math.isfinite(end):
            axis.axvline(end, color="tab:red", linewidth=0.8, linestyle="--")
    _draw_true(axis, number)
    axis.set_ylim(-0.2, max(_TOP * RISE[1], 0.5))
    axis.set_xlabel(f"{number.name} [{number.unit}]")
    axis.set_ylabel("rise of chi-square [-]")


def _draw_true(axis: Axes, number: ProfiledNumber) -> None:
    if math.isfinite(number.true):
        axis.axvline(number.true, color="black", linewidth=1.2, label="true value")


def _draw_region(axis: Axes, profile: Profile) -> None:
    first, second = profile.numbers
    x, y = profile.places.T
    picture = axis.scatter(x, y, c=np.minimum(profile.rise, _TOP * RISE[2]), s=14, cmap="viridis")
    axis.figure.colorbar(picture, ax=axis, label="rise of chi-square [-]")
    if len(profile.region):
        axis.plot(*profile.region.T, color="tab:red", label=f"95 %: {RISE[2]:.2f}")
    errors = np.array([first.standard_error, second.standard_error])
    if np.isfinite(errors).all() and math.isfinite(profile.correlation):
        angles, rho = np.linspace(0.0, 2 * math.pi, 121), profile.correlation
        other = rho * np.cos(angles) + math.sqrt(1 - rho**2) * np.sin(angles)
        circle = np.stack([np.cos(angles), other])  # correlated as the errors are
        centre = np.array([first.value, second.value])[:, None]
        ellipse = centre + math.sqrt(RISE[2]) * errors[:, None] * circle
        axis.plot(*ellipse, color="tab:gray", linestyle=":", label="by the standard errors")
    axis.plot([first.value], [second.value], marker="+", color="tab:red", ls="", label="estimate")
    if math.isfinite(first.true) and math.isfinite(second.true):
        axis.plot([first.true], [second.true], marker="*", color="black", label="true", ls="")
    axis.set_xlabel(f"{first.name} [{first.unit}]")
    axis.set_ylabel(f"{second.name} [{second.unit}]")
