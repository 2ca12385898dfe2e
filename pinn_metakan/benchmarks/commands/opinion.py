"""The command `bench opinion`."""

from collections.abc import Iterator
from pathlib import Path

from pinn_metakan.benchmarks.command import (
    DeviceOption,
    Measurement,
    NetworksOption,
    PairsOption,
    Progress,
    ResultsOption,
    RowsOption,
    SeedsOption,
)


def command(
    out: ResultsOption = Path("outputs/bench-opinion"),
    problem: RowsOption = None,
    network: NetworksOption = None,
    seeds: SeedsOption = 1,
    set_: PairsOption = None,
    device: DeviceOption = "auto",
) -> Measurement:
    """Solve problems with a second opinion: what two networks differ by, beside the true error."""

    def measure(progress: Progress) -> Iterator[str]:
        from pinn_metakan.benchmarks.opinion import opinion_lines
        from pinn_metakan.settings.layers import parse_pair

        layers = [parse_pair(pair) for pair in set_ or []]
        return opinion_lines(out, problem or [], network or [], seeds, layers, device, progress)

    return measure
