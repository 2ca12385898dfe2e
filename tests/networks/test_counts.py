"""Numbers of parameters, those of the paper."""

from itertools import pairwise

import pytest
from torch import Generator

from pinn_metakan.families.bspline import BSpline
from pinn_metakan.families.chebyshev import Chebyshev
from pinn_metakan.families.rbf import RBF
from pinn_metakan.networks.kan import make_kan, make_metakan
from pinn_metakan.networks.mlp import MLP
from pinn_metakan.networks.shared_metakan import make_shared_metakan

DEEP = (128, 128, 128, 1)


@pytest.mark.parametrize(
    ("dimension", "mlp", "plain", "meta32", "meta64"),
    [(4, 33_793, 300_672, 34_852, 36_260), (100, 46_081, 411_264, 47_140, 48_548)],
)
def test_counts_equal_those_of_the_paper(
    dimension: int, mlp: int, plain: int, meta32: int, meta64: int, generator: Generator
) -> None:
    widths = (dimension, *DEEP)
    assert MLP(widths, generator).n_parameters == mlp
    assert make_kan(widths, BSpline, generator).n_parameters == plain
    for hidden, expected in ((32, meta32), (64, meta64)):
        network = make_metakan(widths, BSpline, generator, prompt_dimension=1, hidden_width=hidden)
        assert network.n_parameters == expected


def test_counts_of_the_image_network_equal_the_papers(generator: Generator) -> None:
    widths = (784, 32, 10)
    assert make_kan(widths, BSpline, generator).n_parameters == 228_672
    network = make_metakan(widths, BSpline, generator, prompt_dimension=1, hidden_width=16)
    assert network.n_parameters == 25_778


@pytest.mark.parametrize("meta_learners", [0, 1])
@pytest.mark.parametrize("prompt", [1, 2, 4])
@pytest.mark.parametrize("widths", [(2, 5, 1), (3, 6, 6, 2)])
def test_metakan_count_follows_the_formula(
    widths: tuple[int, ...], prompt: int, meta_learners: int, generator: Generator
) -> None:
    h, size = 7, RBF().size
    edges = sum(a * b for a, b in pairwise(widths))
    learners = meta_learners or len(widths) - 1
    expected = prompt * edges + learners * (prompt * h + h + h * size + size)
    network = make_metakan(
        widths, RBF, generator, prompt_dimension=prompt, hidden_width=h, meta_learners=meta_learners
    )
    assert network.n_parameters == expected


@pytest.mark.parametrize(
    ("widths", "functions", "meta_learners", "expected"),
    [
        ((2, 16, 16, 16, 1), 1, 0, 609 + 15),  # an MLP of 609, and three functions of 5 terms
        ((2, 16, 16, 16, 1), 1, 1, 609 + 5),
        ((2, 12, 12, 12, 1), 2, 0, 24 + 2 * (144 + 144 + 12) + 37 + 3 * 2 * 5),
        ((2, 12, 12, 12, 1), 2, 1, 24 + 2 * (144 + 144 + 12) + 37 + 2 * 5),
        ((3, 4, 5, 2), 3, [0, 0], 12 + 3 * (20 + 10) + 11 + 3 * 5),
    ],
)
def test_counts_of_shared_functions_follow_the_formula(
    widths: tuple[int, ...],
    functions: int,
    meta_learners: int | list[int],
    expected: int,
    generator: Generator,
) -> None:
    network = make_shared_metakan(
        widths, lambda: Chebyshev(5, 1), generator, functions, meta_learners
    )
    assert network.n_parameters == expected
    if functions == 1 and meta_learners == 0:
        assert expected == MLP(widths, generator).n_parameters + 3 * 5
