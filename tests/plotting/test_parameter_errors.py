"""Errors over a parameter: which is the worst, and where the figure marks it."""

import math
from dataclasses import replace

import numpy as np
import pytest

from pinn_metakan.errors import UserError
from pinn_metakan.plotting.parameter_errors import parameter_errors_figure
from pinn_metakan.results.field import Field, FieldOnGrid
from pinn_metakan.results.parameter_errors import parameter_errors


def field_of(values: list[float], errors: list[float], reference: float = 1.0) -> Field:
    """A solution of constant value and error at each value of a parameter."""
    expected = np.full((len(values), 3), reference)
    found = expected + np.array(errors)[:, None]
    axes = {"D": np.array(values), "x": np.linspace(0.0, 1.0, 3)}
    grid = FieldOnGrid(axes, {"u": found}, {"u": expected}, {})
    return Field(grid, ("D", "x"), {}, {}, {}, {}, solution_parameters=("D",))


def test_the_figure_marks_the_largest_error_on_the_scale_of_the_parameter() -> None:
    field = field_of([0.01, 0.1, 1.0], [1e-3, 3e-2, 1e-4])
    (errors,) = parameter_errors(field)
    assert errors.worst("u") == pytest.approx((0.1, 3e-2))
    (panel,) = parameter_errors_figure(field).axes
    assert (panel.get_xscale(), panel.get_yscale()) == ("log", "log")
    curve, mark = panel.get_lines()[:2]
    assert np.asarray(curve.get_ydata()) == pytest.approx([1e-3, 3e-2, 1e-4])
    assert (mark.get_xdata()[0], mark.get_ydata()[0]) == pytest.approx((0.1, 3e-2))
    even = parameter_errors_figure(field_of([0.1, 0.2, 0.3], [1e-3, 1e-2, 1e-4]))
    assert even.axes[0].get_xscale() == "linear"


def test_errors_that_are_not_finite_are_left_out() -> None:
    (errors,) = parameter_errors(field_of([0.1, 0.2, 0.3], [1e-3, math.nan, 1e-2]))
    assert errors.worst("u") == pytest.approx((0.3, 1e-2))
    (none,) = parameter_errors(field_of([0.1, 0.2], [math.nan, math.nan]))
    assert none.worst("u") is None
    assert none.lines() == []
    assert none.as_dict()["worst"] == {"u": None}


def test_without_a_parameter_there_are_no_errors_over_one() -> None:
    field = replace(field_of([0.1, 0.2], [1e-3, 1e-2]), solution_parameters=())
    with pytest.raises(UserError, match="need a problem with solution_parameters and a reference"):
        parameter_errors_figure(field)
