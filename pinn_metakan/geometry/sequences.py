"""Points of the unit cube from quasi-random sequences and an explicit generator.

Each draw takes a new scrambling seed from the generator, so that drawing again gives other points,
and the state of the generator alone decides which.
"""

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from pinn_metakan.errors import look_up


def sobol(count: int, dimension: int, seed: int) -> Tensor:
    """Scrambled Sobol sequence (Sobol 1967, scrambling of Owen 1998), shape (count, dimension)."""
    engine = torch.quasirandom.SobolEngine(dimension, scramble=True, seed=seed)
    return engine.draw(count, dtype=torch.float64)


def latin_hypercube(count: int, dimension: int, seed: int) -> Tensor:
    """Latin hypercube (McKay, Beckman, Conover 1979), shape (count, dimension)."""
    from scipy.stats import qmc  # takes long to import

    return torch.from_numpy(qmc.LatinHypercube(dimension, rng=seed).random(count))


def halton(count: int, dimension: int, seed: int) -> Tensor:
    """Scrambled Halton sequence (Halton 1960; Owen 2017), shape (count, dimension)."""
    from scipy.stats import qmc  # takes long to import

    return torch.from_numpy(qmc.Halton(dimension, scramble=True, rng=seed).random(count))


def uniform(count: int, dimension: int, seed: int) -> Tensor:
    """Independent uniform numbers, shape (count, dimension)."""
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(count, dimension, generator=generator, dtype=torch.float64)


SEQUENCES: dict[str, Callable[[int, int, int], Tensor]] = {
    "sobol": sobol,
    "latin_hypercube": latin_hypercube,
    "halton": halton,
    "uniform": uniform,
}


def draw_unit(sequence: str, count: int, dimension: int, generator: Generator) -> Tensor:
    """Draw points of the unit cube.

    Args:
        sequence: A key of `SEQUENCES`.
        count: How many points N.
        dimension: How many numbers each point has.
        generator: CPU generator that the scrambling seed is taken from.

    Returns:
        Numbers in [0, 1], float64, shape (N, dimension).

    Raises:
        LookupError: If there is no such sequence.
    """
    draw = look_up(SEQUENCES, sequence, "sequence")
    seed = int(torch.randint(2**31 - 1, (1,), generator=generator))
    if dimension == 0:
        return torch.zeros(count, 0, dtype=torch.float64)
    return draw(count, dimension, seed)
