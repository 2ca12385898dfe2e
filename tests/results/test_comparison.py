"""Two solutions on one set of points: what they differ by, held against numbers that are known."""

from dataclasses import replace

import numpy as np
import pytest

from pinn_metakan.errors import UserError
from pinn_metakan.plotting.comparison import difference_figure, history_figure
from pinn_metakan.results.common_points import at_nodes
from pinn_metakan.results.comparison import Compared, Comparison, compare
from pinn_metakan.results.field import Field, FieldOnGrid
from pinn_metakan.results.metrics import Array
from pinn_metakan.results.table import columns_of


def run(count: int, factor: float = 1.0, points: Array | None = None, unknown: str = "u") -> Field:
    """factor x sin(x) t on a grid, or at points."""
    x, t = np.linspace(0, 3, count), np.linspace(0, 2, count)
    grid = FieldOnGrid({"x": x, "t": t}, {unknown: factor * np.outer(np.sin(x), t)}, {}, {})
    if points is not None:
        values = factor * np.sin(points[:, 0]) * points[:, 1]
        grid = FieldOnGrid({}, {unknown: values}, {}, {}, points)
    history = {"step": np.array([1.0, 9.0]), "seconds": np.array([0.1, 0.2]),
               "loss": np.array([1.0, 0.1])}  # fmt: skip
    attributes: dict[str, str | int | float] = {"problem": "heat", "network": "kan", "seed": 1}
    attributes |= {"n_parameters": 7, "seconds": 1.5}
    return Field(grid, ("x", "t"), {"u": "K"}, {}, history, attributes, has_time=True)


def compared(first: Field, second: Field) -> Comparison:
    return compare([Compared("one", first), Compared("two", second)])


def test_runs_on_the_same_grid_are_compared_node_by_node() -> None:
    found = compared(run(11), run(11, 1.5))
    (difference,) = found.differences
    assert difference.relative_l2 == pytest.approx(0.5, rel=1e-12)
    assert difference.largest == pytest.approx(0.5 * run(11).grid.values["u"].max(), rel=1e-12)
    assert (difference.n_points, difference.how) == (121, "the same nodes")
    header, one, two, line = found.lines()
    assert header.split() == ["run", "problem", "network", "n_parameters", "seed", "seconds",
                              "steps"]  # fmt: skip
    assert one.split() == ["one", "heat", "kan", "7", "1", "1.5", "9"]
    assert two.split()[0] == "two"
    assert line.startswith("u of two differs from that of one by 5.000e-01 (relative L2), at most ")
    assert " K; 121 points" in line


def test_a_coarse_grid_takes_the_nodes_of_a_finer_one() -> None:
    (difference,) = compared(run(11), run(21)).differences
    assert difference.how == "nodes that both have"
    assert difference.largest < 1e-15


def test_other_grids_are_interpolated_and_it_says_so() -> None:
    (difference,) = compared(run(31), run(20)).differences
    assert difference.how == "interpolated (cubic)"
    assert difference.largest < 1e-4
    with_hole = run(20)
    with_hole.grid.values["u"][0, 0] = np.nan
    (difference,) = compared(run(31), with_hole).differences
    assert difference.how == "interpolated (linear)"
    assert 1e-4 < difference.largest < 1e-2


def test_scattered_runs_are_compared_at_the_points_that_both_have() -> None:
    points = np.random.default_rng(0).random((9, 2))
    (difference,) = compared(run(0, 1.0, points), run(0, 2.0, points[3:][::-1])).differences
    assert difference.n_points == 6
    assert difference.relative_l2 == pytest.approx(1.0, rel=1e-12)
    with pytest.raises(UserError, match=r"one and two have no point in common; .*probe RUN"):
        compared(run(0, 1.0, points), run(0, 1.0, points + 5))


def test_a_file_of_values_is_compared_with_a_run() -> None:
    values = Compared("mine.csv", None, dict(columns_of(run(7, 1.1))))
    (difference,) = compare([Compared("one", run(31)), values]).differences
    assert difference.relative_l2 == pytest.approx(0.1, rel=1e-3)
    assert difference.n_points == 49
    outside = {**values.columns, "x": values.columns["x"] + 100}
    with pytest.raises(UserError, match=r"mine.csv has no value of u in the domain of the first"):
        compare([Compared("one", run(31)), Compared("mine.csv", None, outside)])


MISTAKES = {
    "unknowns": (run(5, unknown="v"), r"one has the unknowns u, two has v: they cannot"),
    "coordinates": (replace(run(5), coordinates=("y", "t")), r"coordinates x, t, two has y, t"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_other_problems_are_refused(mistake: str) -> None:
    other, message = MISTAKES[mistake]
    with pytest.raises(UserError, match=message):
        compared(run(5), other)


def test_files_that_do_not_fit_are_refused() -> None:
    table = dict(columns_of(run(5)))
    no_time = {name: column for name, column in table.items() if name != "t"}
    with pytest.raises(UserError, match=r"mine has no column t; it has x, u"):
        compare([Compared("one", run(5)), Compared("mine", None, no_time)])
    others = {"x": table["x"], "t": table["t"], "w": table["u"]}
    with pytest.raises(UserError, match=r"mine has none of the unknowns u; it has x, t, w"):
        compare([Compared("one", run(5)), Compared("mine", None, others)])
    with pytest.raises(UserError, match=r"mine is a file of values; name a run first"):
        compare([Compared("mine", None, table), Compared("one", run(5))])


def test_nodes_are_found_where_decimals_are_rounded() -> None:
    axis = np.linspace(0, 1, 7)
    values, how = at_nodes({"x": axis}, axis**2, {"x": np.round(axis, 11)})
    np.testing.assert_array_equal(values, axis**2)
    assert how == "the same nodes"


def test_figures_have_a_panel_for_each_difference_and_name_all_runs() -> None:
    found = compare([Compared(name, run(11, f)) for name, f in (("a", 1), ("b", 2), ("c", 3))])
    figure = difference_figure(found)
    assert len([axes for axes in figure.axes if axes.get_title()]) == 2
    history = history_figure(found)
    assert [text.get_text() for text in history.legends[0].get_texts()] == ["a", "b", "c"]
