"""Write the table of operations and bytes of docs/cluster.md: python docs/cluster/cost.py."""

from collections.abc import Iterator

#: Operations per number of J, dampings of a step, bytes per number.
JETS, DAMPINGS, BYTES = 300, 2, 8
#: Operations and bytes per second of a process: a core and the memory bus, an H100 and NVLink, or
#: InfiniBand between machines.
CORE, GPU = 2e10, 4e13
BUS, NVLINK, INFINIBAND = 5e9, 4e11, 2.5e10
#: What, residuals N, parameters P, processes R, operations and bytes per second.
CASES = [
    *(("cores", 40_000, 1_500, count, CORE, BUS) for count in (1, 2, 4)),
    *(("GPUs, one machine", 1_000_000, 5_000, count, GPU, NVLINK) for count in (1, 8)),
    ("GPUs, 8 machines", 1_000_000, 5_000, 64, GPU, INFINIBAND),
    ("GPUs, 8 machines", 8_000_000, 5_000, 64, GPU, INFINIBAND),
]


def lines() -> Iterator[str]:
    """Rows of the table in Markdown."""
    yield (
        "| processes | N | P | J and its product | factors | bytes sent | computes | sends "
        "| speed-up |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for what, n, p, count, operations, bandwidth in CASES:
        shared, factors = (JETS * n * p + n * p**2), DAMPINGS * p**3 / 3
        sent = 2 * BYTES * p**2 * (count - 1) / count
        alone = (shared + factors) / operations
        computes, sends = (shared / count + factors) / operations, sent / bandwidth
        cells = (
            f"{count} {what}" if count > 1 else f"1 {what.partition(',')[0].removesuffix('s')}",
            f"{n:,}",
            f"{p:,}",
            f"{shared / count:.1e}",
            f"{factors:.1e}",
            f"{sent:.1e}",
            f"{computes:.2g} s",
            f"{sends:.1g} s" if sends else "-",
            f"{alone / (computes + sends):.2g}",
        )
        yield f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    print("\n".join(lines()))
