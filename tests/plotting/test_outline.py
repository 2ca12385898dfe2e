"""The outline of a domain, told by where a field is known."""

import numpy as np
import pytest
from drawn_fields import field_of
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pinn_metakan.plotting.mask import continued, outline
from pinn_metakan.plotting.solution import solution_figure


@pytest.fixture
def axis() -> Axes:
    return Figure().subplots()


@pytest.mark.parametrize("n", [41, 101, 201])
def test_a_disc_has_no_stairs(n: int, axis: Axes) -> None:
    x = np.linspace(-1, 1, n)
    across, up = np.meshgrid(x, x)
    path = outline(axis, x, x, np.where(across**2 + up**2 <= 1, 1.0, np.nan))
    assert path is not None
    radius = np.hypot(*path.vertices.T)
    spacing = x[1] - x[0]
    assert abs(radius.mean() - 1.0) < 0.15 * spacing
    assert radius.std() < 0.15 * spacing  # a mask of nodes has 0.29


def test_a_hole_stays_a_hole_and_a_box_stays_whole(axis: Axes) -> None:
    x = np.linspace(0, 1, 81)
    across, up = np.meshgrid(x, x)
    path = outline(axis, x, x, np.where(np.hypot(across - 0.5, up - 0.5) > 0.2, 1.0, np.nan))
    assert path is not None
    assert path.contains_point((0.01, 0.01))
    hole = path.vertices[np.hypot(*(path.vertices - 0.5).T) < 0.3]
    assert np.hypot(*(hole - 0.5).T).mean() == pytest.approx(0.2, abs=0.01)
    assert path.vertices.min() == 0.0
    assert path.vertices.max() == 1.0


def test_what_is_known_nowhere_has_no_outline(axis: Axes) -> None:
    x = np.linspace(0, 1, 5)
    assert outline(axis, x, x, np.full((5, 5), np.nan)) is None


def test_a_field_goes_on_with_its_nearest_value() -> None:
    values = np.array([[1.0, np.nan, np.nan], [2.0, 3.0, np.nan]])
    np.testing.assert_array_equal(continued(values), [[1.0, 1.0, 3.0], [2.0, 3.0, 3.0]])


def test_a_disc_is_drawn_smoothly_and_clipped() -> None:
    x = np.linspace(-1, 1, 41)
    field = field_of(lambda x, y: np.where(x**2 + y**2 <= 1, x, np.nan), x=x, y=x)
    mesh = solution_figure(field).axes[0].collections[0]
    assert mesh.get_clip_path() is not None
    assert not np.ma.getmaskarray(mesh.get_array()).any()
    assert mesh._shading == "gouraud"
