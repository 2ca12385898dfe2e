"""Figures: what they contain, for each shape of a field."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pinn_metakan.plotting.figures import draw_all, history_figure, solution_figure
from pinn_metakan.results.field import Field, FieldOnGrid


def make_field(dimension: int, with_reference: bool = True, has_time: bool = True) -> Field:
    names = ("x", "y", "z")[: dimension - has_time] + ("t",) * has_time
    axes = {name: np.linspace(0, 1, 9 + k) for k, name in enumerate(names)}
    values = sum(np.meshgrid(*axes.values(), indexing="ij"))
    references = {"u": values + 0.1, "v": values - 0.2} if with_reference else {}
    return Field(
        grid=FieldOnGrid(axes, {"u": values, "v": 2 * values}, references, {}),
        coordinates=tuple(names),
        units={"u": "K", "x": "m"},
        long_names={"u": "temperature"},
        history={
            "step": np.array([1.0, 2.0]),
            "seconds": np.array([1.0, 2.0]),
            "loss": np.array([1.0, 0.1]),
            "relative_l2_u": np.array([1.0, 0.5]),
        },
        attributes={"problem": "heat", "network": "metakan", "n_parameters": 12},
        has_time=has_time,
    )


@pytest.mark.parametrize("dimension", [1, 2, 3])
@pytest.mark.parametrize("with_reference", [True, False])
@pytest.mark.parametrize("has_time", [True, False])
def test_every_shape_of_field_is_drawn(
    dimension: int, with_reference: bool, has_time: bool, tmp_path: Path
) -> None:
    field = make_field(dimension, with_reference, has_time)
    paths = draw_all(field, tmp_path)
    names = {"solution.png", "history.png"}
    if dimension == 2 and has_time:
        names.add("profiles.png")
    assert {path.name for path in paths} == names
    assert all(path.stat().st_size > 5_000 for path in paths)


def test_solution_and_reference_share_a_scale_and_the_error_is_centered() -> None:
    figure = solution_figure(make_field(2))
    meshes = [axis.collections[0] for axis in figure.axes if axis.collections and axis.get_title()]
    (solution, reference, error) = (mesh.get_clim() for mesh in meshes[:3])
    assert solution == reference
    assert error[0] == -error[1]
    assert error[1] == pytest.approx(0.1)


@pytest.mark.parametrize(("with_reference", "place"), [(False, 1), (True, 3)])
@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_the_disagreement_stands_beside_the_error_or_in_its_place(
    dimension: int, with_reference: bool, place: int
) -> None:
    field = make_field(dimension, with_reference)
    apart = {name: 0.3 * values for name, values in field.grid.values.items()}
    figure = solution_figure(replace(field, grid=replace(field.grid, disagreements=apart)))
    panels = [axis for axis in figure.axes if axis.get_title()]
    assert len(panels) == 2 * (place + 1)
    assert panels[place].get_title() == "temperature, disagreement [K]"
    if dimension == 2:
        assert panels[place].collections[0].get_clim() == (0.0, pytest.approx(0.3 * 2))
    differs = "u of two networks differs by 3.0e-01"
    assert (differs in figure.get_suptitle()) != with_reference


def test_labels_carry_names_and_units() -> None:
    figure = solution_figure(make_field(2))
    assert figure.axes[0].get_title() == "temperature [K]"
    assert figure.axes[1].get_title() == "temperature, reference [K]"
    assert figure.axes[0].get_xlabel() == "t [-]"
    assert figure.axes[0].get_ylabel() == "x [m]"


def test_the_history_is_drawn_against_time() -> None:
    axis = history_figure(make_field(2)).axes[0]
    assert axis.get_xlabel() == "training time [s]"
    assert [line.get_label() for line in axis.lines] == ["loss", "relative L2 error of u"]
    assert axis.get_yscale() == "log"


def test_scattered_fields_are_drawn_on_their_plane(tmp_path: Path) -> None:
    plane = make_field(2, has_time=False)
    points = np.random.default_rng(0).random((20, 5))
    field = Field(
        grid=FieldOnGrid({}, {"u": points[:, 0]}, {}, {}, points),
        coordinates=("x",),
        units={},
        long_names={},
        history=plane.history,
        attributes=plane.attributes,
        slice=plane.grid,
    )
    assert "plane through the center" in solution_figure(field).get_suptitle()
    assert len(draw_all(field, tmp_path)) == 2
