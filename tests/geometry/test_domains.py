"""Domains: points inside, uniform, with outward normals."""

import math

import pytest
import torch
from torch import Generator

from pinn_metakan.geometry.ball import Ball
from pinn_metakan.geometry.box import Box, Interval
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.grid import plane, product_grid, scattered
from pinn_metakan.geometry.sampling import (
    sample_at_time,
    sample_boundary,
    sample_face,
    sample_interior,
    sample_part,
)
from pinn_metakan.geometry.sequences import SEQUENCES
from pinn_metakan.geometry.space_time import SpaceTime

DOMAINS = {
    "interval": Interval(-2.0, 3.0),
    "box2": Box((0.0, 1.0), (0.0, 3.0)),
    "box5": Box(*[(0.0, float(k)) for k in range(1, 6)]),
    "disk": Ball(2, 2.0, (1.0, -1.0)),
    "ball10": Ball(10),
    "spacetime": SpaceTime(Interval(-1.0, 1.0), 0.0, 2.0),
    "balltime": SpaceTime(Ball(3), 1.0, 2.0),
}
EVERY_DOMAIN = pytest.mark.parametrize("domain", DOMAINS.values(), ids=DOMAINS)
EVERY_SEQUENCE = pytest.mark.parametrize("sequence", SEQUENCES)


@EVERY_DOMAIN
@EVERY_SEQUENCE
def test_interior_points_lie_inside(domain: Domain, sequence: str, generator: Generator) -> None:
    points = sample_interior(domain, 200, sequence, generator).points
    assert points.shape == (200, domain.dimension)
    assert points.dtype == torch.float64
    assert domain.contains(points).all()


@EVERY_DOMAIN
def test_boundary_points_lie_at_the_edge_with_outward_normals(
    domain: Domain, generator: Generator
) -> None:
    at = sample_boundary(domain, 300, "sobol", generator)
    assert at.normals is not None
    assert domain.contains(at.points).all()
    assert torch.allclose(at.normals.norm(dim=1), torch.ones(300, dtype=torch.float64))
    if domain.time_axis is not None:
        assert (at.normals[:, domain.time_axis] == 0).all()
    assert not domain.contains(at.points + 1e-3 * at.normals).any()
    # Close to an acute corner, a step from one side leads out through the other.
    assert domain.contains(at.points - 1e-3 * at.normals).double().mean() > 0.97


@EVERY_SEQUENCE
def test_the_ball_is_filled_uniformly_in_volume(sequence: str, generator: Generator) -> None:
    points = sample_interior(Ball(3), 4000, sequence, generator).points
    share = float((points.norm(dim=1) < 0.5).double().mean())
    assert share == pytest.approx(0.5**3, abs=0.02)
    assert points.mean(dim=0).abs().max() < 0.03


def test_faces_of_a_box_are_chosen_by_area(generator: Generator) -> None:
    at = sample_boundary(Box((0.0, 1.0), (0.0, 3.0)), 4096, "sobol", generator)
    on_long_side = ((at.points[:, 0] == 0) | (at.points[:, 0] == 1)).double().mean()
    assert float(on_long_side) == pytest.approx(6 / 8, abs=0.01)
    along = at.points[at.points[:, 0] == 1][:, 1]
    assert float(along.mean()) == pytest.approx(1.5, abs=0.05)


@EVERY_SEQUENCE
def test_drawing_again_gives_other_points_and_a_seed_the_same(sequence: str) -> None:
    domain = DOMAINS["spacetime"]
    first, second = Generator().manual_seed(1), Generator().manual_seed(1)
    a = sample_interior(domain, 64, sequence, first).points
    b = sample_interior(domain, 64, sequence, first).points
    again = sample_interior(domain, 64, sequence, second).points
    assert torch.equal(a, again)
    assert (a - b).abs().max() > 0.1


def test_sobol_fills_the_square_more_evenly_than_chance(generator: Generator) -> None:
    square = Box((0.0, 1.0), (0.0, 1.0))
    points = sample_interior(square, 256, "sobol", generator).points
    cells = (points * 16).long().clamp(max=15)
    counts = torch.bincount(cells[:, 0] * 16 + cells[:, 1], minlength=256)
    assert counts.max() <= 2  # chance would leave a cell with 4 or more almost surely


def test_initial_points_are_at_the_start(generator: Generator) -> None:
    domain = SpaceTime(Interval(0.0, 1.0), 0.5, 2.0)
    points = sample_at_time(domain, domain.bounds[-1][0], 10, "sobol", generator).points
    assert (points[:, 1] == 0.5).all()


def test_a_face_and_a_selected_part_are_sampled(generator: Generator) -> None:
    box = Box((0.0, 1.0), (0.0, 2.0))
    at = sample_face(box, box.faces[3], 16, "halton", generator)
    assert (at.points[:, 1] == 2.0).all()
    part = sample_part(box, lambda p: p[:, 0] > 0.5, 100, "sobol", generator)
    assert part.points.shape == (100, 2)
    assert (part.points[:, 0] > 0.5).all()


def test_a_part_that_selects_nothing_is_refused(generator: Generator) -> None:
    with pytest.raises(ValueError, match="selects"):
        sample_part(Ball(2), lambda p: p[:, 0] > 5, 10, "sobol", generator)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Interval(1.0, 1.0), "low < high"),
        (lambda: Interval(0.0, math.inf), "finite"),
        (lambda: Box(), "got none"),
        (lambda: Box(3), "two numbers"),  # type: ignore[arg-type]
        (lambda: Ball(2, 0.0), "positive radius"),
        (lambda: Ball(2, 1.0, (0.0,)), "2 numbers"),
        (lambda: Ball(0), "at least 1"),
        (lambda: SpaceTime(Interval(0.0, 1.0), 1.0, 0.0), "low < high"),
        (lambda: SpaceTime(SpaceTime(Interval(0.0, 1.0), 0.0, 1.0), 0.0, 1.0), "SpaceTime"),
    ],
)
def test_an_impossible_domain_is_refused(make: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()  # type: ignore[operator]


def test_an_unknown_sequence_is_refused(generator: Generator) -> None:
    with pytest.raises(LookupError, match="sobol, latin_hypercube, halton, uniform"):
        sample_interior(Ball(2), 4, "fibonacci", generator)


def test_a_grid_lays_values_out_and_leaves_the_outside_empty() -> None:
    grid = product_grid(Ball(2), ("x", "y"), (21, 11))
    values = grid.laid_out(grid.points[:, 0])
    assert values.shape == (21, 11)
    inside = ~torch.from_numpy(values).isnan()
    x = torch.linspace(-1, 1, 21, dtype=torch.float64)[:, None].expand(21, 11)
    assert torch.equal(torch.from_numpy(values)[inside], x[inside])
    assert not inside[0, 0]


def test_a_plane_goes_through_the_center() -> None:
    grid = plane(Ball(10), {"x1": 0, "x2": 1}, 11)
    assert grid.points.shape[1] == 10
    assert (grid.points[:, 2:] == 0).all()
    assert scattered(Ball(10), 50).points.shape == (50, 10)


def test_a_grid_of_the_wrong_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="2 numbers"):
        product_grid(Ball(2), ("x", "y"), (21,))


def test_a_small_part_of_a_boundary_is_drawn_at_last(generator: Generator) -> None:
    square = Box((0.0, 1.0), (0.0, 1.0))
    at = sample_part(square, lambda p: (p[:, 1] == 0) & (p[:, 0] < 0.02), 200, "sobol", generator)
    assert at.points.shape == (200, 2)
    assert float(at.points[:, 0].max()) < 0.02
