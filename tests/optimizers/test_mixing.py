"""Mixing of corrections: what makes a slow fixed-point iteration fast."""

import pytest
import torch
from torch import Generator, Tensor

from pinn_metakan.optimizers.mixing import Mixing


def products(rows: Tensor) -> Tensor:
    return rows @ rows.T


def gap_after(corrections: int, is_mixed: bool, generator: Generator) -> float:
    """|A p - b| after corrections by a matrix that A differs from in a few directions."""
    size = 12
    changes = torch.randn(size, 2, generator=generator, dtype=torch.float64)
    matrix = torch.eye(size, dtype=torch.float64) + 0.2 * changes @ changes.T / size
    wanted = torch.randn(size, generator=generator, dtype=torch.float64)
    step, mixing = torch.zeros_like(wanted), Mixing(products)
    for _ in range(corrections):
        gap = matrix @ step - wanted
        corrected = step - gap
        step = mixing.mixed(corrected, gap) if is_mixed else corrected
    return float((matrix @ step - wanted).norm())


def test_mixing_solves_in_a_few_corrections_what_plain_ones_approach(
    generator: Generator,
) -> None:
    """As GMRES does: the matrix has three different eigenvalues."""
    state = generator.get_state()
    plain = gap_after(4, False, generator)
    generator.set_state(state)
    assert gap_after(4, True, generator) < 1e-9 * plain


def test_the_first_correction_is_taken_as_it_is(generator: Generator) -> None:
    reached = torch.randn(3, generator=generator)
    assert torch.equal(Mixing(products).mixed(reached, torch.ones(5)), reached)


@pytest.mark.parametrize("gap", [torch.ones(5), torch.zeros(5)], ids=["same", "zero"])
def test_gaps_that_say_nothing_new_do_no_harm(gap: Tensor) -> None:
    mixing = Mixing(products)
    mixing.mixed(torch.ones(3), gap)
    assert bool(torch.isfinite(mixing.mixed(torch.full((3,), 2.0), gap)).all())
