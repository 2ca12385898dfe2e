"""The figure of profiles."""

import numpy as np
import pytest
from drawn_fields import make_field

from pinn_metakan.errors import UserError
from pinn_metakan.plotting.profiles import profiles_figure


def test_every_profile_has_its_reference_over_it() -> None:
    figure = profiles_figure(make_field(2))
    axis = figure.axes[0]
    curves = [line for line in axis.lines if str(line.get_label()).startswith("t = ")]
    references = [line for line in axis.lines if line.get_linestyle() == "--"]
    times = ("0", "0.222", "0.444", "0.778", "1")  # nodes
    assert [line.get_label() for line in curves] == [f"t = {time}" for time in times]
    assert len(references) == 6  # one of them for the legend
    for curve, reference in zip(curves, references, strict=False):
        np.testing.assert_allclose(reference.get_ydata(), curve.get_ydata() + 0.1)
        assert reference.get_zorder() > curve.get_zorder()
    assert axis.get_ylabel() == "temperature [K]"
    assert figure.axes[-1].get_xlabel() == "x [m]"


def test_other_coordinates_are_fixed() -> None:
    figure = profiles_figure(make_field(3), {"y": 0.6})
    assert figure.get_suptitle().endswith("; y = 0.556")
    np.testing.assert_allclose(figure.axes[0].lines[0].get_ydata(), np.linspace(0, 1, 9) + 5 / 9)


@pytest.mark.parametrize(
    ("dimension", "has_time", "at", "message"),
    [
        (1, False, {}, "there is no time to draw them at"),
        (3, True, {}, "leave t and one of x, y free, and fix the others, such as at={'x'"),
        (2, True, {"t": 0.5}, "leave t free"),
        (2, True, {"x": 0.5}, "leave t and another one free"),
    ],
)
def test_what_has_no_profiles_is_refused(
    dimension: int, has_time: bool, at: dict[str, float], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        profiles_figure(make_field(dimension, has_time=has_time), at)
