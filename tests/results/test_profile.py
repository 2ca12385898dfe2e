"""Where a profile likelihood crosses a level, and what it tells."""

import json
import math

import numpy as np
import pytest

from pinn_metakan.plotting.profile import profile_figure
from pinn_metakan.results.profile import RISE, Profile, ProfiledNumber, closed_curve, crossing


def test_a_quadratic_rise_is_crossed_where_it_is() -> None:
    assert crossing([1.0, 2.0, 3.0], [1.0, 4.0, 9.0], 3.0) == pytest.approx(math.sqrt(3.0))


def test_a_rise_below_the_level_is_not_crossed() -> None:
    assert math.isnan(crossing([1.0, 2.0], [0.5, 1.0], 3.0))


def test_a_closed_curve_goes_through_its_radii() -> None:
    angles = [0.0, math.pi / 2, math.pi, 3 * math.pi / 2]
    curve = closed_curve(angles, [1.0, 2.0, 1.0, 2.0])
    assert curve[30] == pytest.approx([0.0, 2.0])
    assert curve[-1] == pytest.approx(curve[0])
    assert closed_curve(angles, [1.0, math.nan, 1.0, 2.0]).shape == (0, 2)


def open_profile() -> Profile:
    number = ProfiledNumber("D", "m", 1.0, 0.1, 0.8, math.nan, 1.1)
    places = np.array([[1.0], [0.7], [1.3]])
    return Profile(
        (number,), places, np.array([0.0, 9.0, 1.0]), np.array([-1, 0, 1]), np.zeros((0, 2)),
        math.nan, "rod",
    )  # fmt: skip


def test_an_interval_without_an_end_says_so() -> None:
    first, note, last = open_profile().lines()
    assert first == "D = 1 m (95 % by profile: 0.8 to no upper end; linear 0.804004 to 1.196)"
    assert note.startswith("note: D has no end above: chi-square rises by less than 3.84 as far")
    assert last == "3 fits"


def test_a_profile_is_json_and_a_table() -> None:
    told = json.loads(open_profile().as_json())
    assert told["numbers"][0]["high"] is None
    assert told["rise_of_95_percent"] == RISE[1]
    assert open_profile().as_csv().splitlines()[:2] == ["D,chi_square_rise,ray", "1.0,0.0,-1.0"]


def test_its_figure_has_the_profile_and_the_parabola() -> None:
    axis = profile_figure(open_profile()).axes[0]
    labels = [text.get_text() for text in axis.get_legend().get_texts()]
    assert labels == ["profile", "by the standard error", "95 %: 3.84", "true value"]
