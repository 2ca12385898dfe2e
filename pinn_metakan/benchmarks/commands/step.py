"""The command `bench step`."""

from collections.abc import Iterator

from pinn_metakan.benchmarks.command import (
    DeviceOption,
    DtypeOption,
    Measurement,
    PointsOption,
    Progress,
    RoundsOption,
)


def command(
    device: DeviceOption = "auto",
    dtype: DtypeOption = "float64",
    points: PointsOption = 4096,
    rounds: RoundsOption = 5,
) -> Measurement:
    """Time a first-order step, and what it keeps: jets against autograd, MetaKAN against MLP."""

    def measure(progress: Progress) -> Iterator[str]:
        from pinn_metakan.benchmarks.step import step_lines

        return step_lines(device, dtype, points, rounds, progress)

    return measure
