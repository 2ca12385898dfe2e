"""The command `bench jacobian`."""

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
    points: PointsOption = 2000,
    rounds: RoundsOption = 3,
) -> Measurement:
    """Time the Jacobian of the residual vector against torch.func."""

    def measure(progress: Progress) -> Iterator[str]:
        from pinn_metakan.benchmarks.jacobian import jacobian_lines

        return jacobian_lines(device, dtype, points, rounds, progress)

    return measure
