"""The figure of a solution: panels, labels, scales and places."""

from dataclasses import replace

import numpy as np
import pytest
from drawn_fields import field_of, make_field, scattered_field
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pinn_metakan.errors import UserError
from pinn_metakan.plotting.layers import Kind, Layer
from pinn_metakan.plotting.solution import solution_figure


def panels(figure: Figure) -> list[Axes]:
    """The axes that show something, without color bars."""
    return [axis for axis in figure.axes if axis.get_label() != "<colorbar>"]


def bars(figure: Figure) -> list[str]:
    """The labels of the color bars."""
    return [axis.get_ylabel() for axis in figure.axes if axis.get_label() == "<colorbar>"]


def titles(figure: Figure) -> list[str]:
    return [axis.get_title() for axis in panels(figure)]


def test_an_unknown_has_four_panels_and_a_bar_for_solution_and_reference_together() -> None:
    figure = solution_figure(make_field(2), ["u"])
    assert titles(figure) == ["solution", "reference", "error", "log10 |error|, ○ 1.0e-01"]
    assert bars(figure) == ["temperature [K]", "temperature, error [K]",
                            "temperature, log10 |error in K|"]  # fmt: skip


def test_solution_and_reference_share_a_scale_and_the_error_is_centered() -> None:
    figure = solution_figure(make_field(2), ["u"])
    solution, reference, error, logarithm = (
        axis.collections[0].get_clim() for axis in panels(figure)
    )
    assert solution == reference == (0.0, pytest.approx(2.1))
    assert error == (pytest.approx(-0.1), pytest.approx(0.1))
    assert logarithm[1] == pytest.approx(-1.0)


def test_labels_are_there_once_with_names_and_units() -> None:
    figure = solution_figure(make_field(2))
    assert [axis.get_xlabel() for axis in panels(figure)] == ["t [-]"] * 8
    assert [axis.get_ylabel() for axis in panels(figure)] == ["x [m]", "", "", ""] * 2
    assert [title for title in titles(figure) if "○" not in title] == [
        *("solution", "reference", "error"),
        *("", "", ""),
    ]


def test_the_largest_error_is_marked_where_it_is() -> None:
    x = np.linspace(0, 1, 21)
    field = field_of(lambda x, y: np.exp(-50 * ((x - 0.7) ** 2 + (y - 0.2) ** 2)), x=x, y=x)
    axis = panels(solution_figure(field))[3]
    (mark,) = axis.lines
    assert mark.get_xydata().tolist() == [[pytest.approx(0.7), pytest.approx(0.2)]]
    assert axis.get_title() == "log10 |error|, ○ 1.0e+00"


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_the_disagreement_stands_beside_the_error(dimension: int) -> None:
    figure = solution_figure(make_field(dimension, with_disagreement=True), ["u"])
    assert titles(figure)[4 if dimension > 1 else 3] == "disagreement"
    if dimension == 2:
        assert panels(figure)[4].collections[0].get_clim() == (0.0, pytest.approx(0.6))
    assert "differs by" not in figure.get_suptitle()


def test_without_a_reference_disagreement_and_residuals_are_shown() -> None:
    figure = solution_figure(make_field(2, with_reference=False, with_disagreement=True))
    assert titles(figure) == [
        *("solution", "disagreement", "", ""),
        *("residual of heat", "residual of mass"),
    ]
    assert "u of two networks differs by 3.0e-01" in figure.get_suptitle()
    assert panels(figure)[4].collections[0].get_clim() == (-1.0, 1.0)


def test_two_space_coordinates_and_time_are_rows_of_five_times() -> None:
    figure = solution_figure(make_field(3), ["u"])
    rows = panels(figure)[::4]
    assert len(panels(figure)) == 20
    assert [axis.get_ylabel() for axis in rows] == [
        f"t = {time}\ny [-]" for time in ("0", "0.2", "0.5", "0.7", "1")
    ]  # the nodes of a grid of 11
    assert [axis.get_xlabel() for axis in rows] == [*[""] * 4, "x [m]"]
    limits = {axis.collections[0].get_clim() for axis in rows}
    assert len(limits) == 1  # colors compare between times
    assert len(bars(figure)) == 3


def test_three_space_coordinates_are_planes_through_the_largest_error() -> None:
    axes = {name: np.linspace(0, 1, n) for name, n in (("x", 11), ("y", 21), ("z", 6))}
    field = field_of(
        lambda x, y, z: -np.exp(-9 * ((x - 0.3) ** 2 + (y - 0.85) ** 2 + (z - 0.4) ** 2)), **axes
    )
    figure = solution_figure(field)
    rows = panels(figure)[::4]
    assert [axis.get_ylabel() for axis in rows] == [
        "z = 0.4\ny [-]", "y = 0.85\nz [-]", "x = 0.3\nz [-]",
    ]  # fmt: skip
    assert [axis.get_xlabel() for axis in rows] == ["", "x [-]", "y [-]"]
    assert all(title.endswith("○ 1.0e+00") for title in titles(figure)[3::4])


def test_a_plane_of_scattered_points_is_named() -> None:
    assert "plane x3 = x4 = x5 = 0" in solution_figure(scattered_field()).get_suptitle()
    many = solution_figure(scattered_field(10)).get_suptitle()
    assert "plane x3 = ... = x10 = 0" in many
    earlier = solution_figure(scattered_field(with_place=False)).get_suptitle()
    assert "plane through the center" in earlier


def test_one_coordinate_has_curves_and_the_reference_is_drawn_over_the_solution() -> None:
    figure = solution_figure(make_field(1), ["u"])
    assert titles(figure) == ["solution and reference", "error", "|error|, ○ 1.0e-01"]
    solution, reference = panels(figure)[0].lines
    assert reference.get_zorder() > solution.get_zorder()
    assert reference.get_linewidth() < solution.get_linewidth()
    assert reference.get_linestyle() == "--"
    assert panels(figure)[2].get_yscale() == "log"
    assert panels(figure)[2].get_ylabel() == "temperature, |error in K|"


def test_coordinates_are_fixed_at_the_nearest_node() -> None:
    figure = solution_figure(make_field(3), ["u"], {"t": 0.52})
    assert len(panels(figure)) == 4
    assert figure.get_suptitle().endswith("; t = 0.5")
    line = solution_figure(make_field(2), ["u"], {"x": 0.26}).get_suptitle()
    assert line.endswith("; x = 0.25 m")
    curve = panels(solution_figure(make_field(2), ["u"], {"x": 0.26}))[0].lines[0]
    np.testing.assert_allclose(curve.get_ydata(), 0.25 + np.linspace(0, 1, 10))


def test_fields_that_are_stored_with_time_first_are_drawn_the_same() -> None:
    field = make_field(3)
    grid = field.grid
    order = ["t", "x", "y"]
    turned = field_of(lambda t, x, y: t + 2 * x + 3 * y, True, **{k: grid.axes[k] for k in order})
    plain = field_of(lambda x, y, t: t + 2 * x + 3 * y, True, **grid.axes)
    object.__setattr__(turned, "coordinates", ("x", "y", "t"))
    for left, right in zip(
        panels(solution_figure(plain)), panels(solution_figure(turned)), strict=True
    ):
        assert left.get_ylabel() == right.get_ylabel()
        np.testing.assert_array_equal(
            left.collections[0].get_array(), right.collections[0].get_array()
        )


def test_an_error_of_zero_is_drawn() -> None:
    x = np.linspace(0, 1, 5)
    figure = solution_figure(field_of(lambda x, y: 0 * x, x=x, y=x))
    assert titles(figure)[3] == "log10 |error|, ○ 1.0e-17"
    low, high = panels(figure)[3].collections[0].get_clim()
    assert low < high


@pytest.mark.parametrize(
    ("names", "at", "message"),
    [
        (["w"], {}, "no field 'w'; there are u, u_reference, u_error, u_log_error, v,"),
        ([], {"q": 0.5}, "at q: the coordinates to fix are x, y, t"),
        ([], {"t": 1.5}, "at t=1.5: expected a value between 0 and 1"),
        ([], {"t": float("nan")}, "at t=nan: expected a value between 0 and 1"),
        ([], {"t": 0.5, "x": 0.5, "y": 0.5}, "no axis is left to draw along"),
    ],
)
def test_what_is_not_there_is_refused(names: list[str], at: dict[str, float], message: str) -> None:
    with pytest.raises(UserError, match=message):
        solution_figure(make_field(3), names, at)


def test_only_the_plane_of_scattered_points_can_be_cut() -> None:
    with pytest.raises(UserError, match="at x3: figures of scattered points show a plane, and the "
                                        "coordinates to fix are x1, x2"):  # fmt: skip
        solution_figure(scattered_field(), [], {"x3": 0.0})
    assert len(panels(solution_figure(scattered_field(), ["u"], {"x1": 0.5}))) == 3


def test_spikes_of_residuals_do_not_hide_the_others() -> None:
    values = np.sin(np.linspace(0.0, 9.0, 1001))
    values[500] = 1e15
    layer = Layer("residual_heat", "", "", values, Kind.SIGNED, "", may_spike=True)
    low, high = layer.limits([values])
    assert -low == high == pytest.approx(1.0, rel=0.01)
    assert replace(layer, may_spike=False).limits([values]) == (-1e15, 1e15)


def test_residuals_without_spikes_keep_their_largest_value() -> None:
    values = np.linspace(-1.0, 5.0, 1001)
    layer = Layer("residual_heat", "", "", values, Kind.SIGNED, "", may_spike=True)
    assert layer.limits([values]) == (-5.0, 5.0)
