"""How fast the machine is now: shared ones differ by a factor of 2 and more from hour to hour."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from pinn_metakan.benchmarks.measure.timing import fastest

_SIZE, _ROUNDS = 1000, 5


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch compute by one thread inside: sums are added in another order by several."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def product_rate(device: torch.device) -> float:
    """Measure the fastest of some products of two matrices, 1,000 x 1,000 in float64.

    Args:
        device: Where to compute.

    Returns:
        Floating-point operations per second.
    """
    generator = torch.Generator().manual_seed(0)
    a = torch.rand(_SIZE, _SIZE, generator=generator, dtype=torch.float64).to(device)
    (seconds,) = fastest([lambda: a @ a], _ROUNDS)
    return 2 * _SIZE**3 / seconds
