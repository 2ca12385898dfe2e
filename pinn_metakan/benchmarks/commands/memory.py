"""The command `bench memory`."""

from collections.abc import Iterator

from pinn_metakan.benchmarks.command import DeviceOption, DtypeOption, Measurement, Progress


def command(device: DeviceOption = "auto", dtype: DtypeOption = "float64") -> Measurement:
    """Count what training [4,128,128,128,1] keeps in memory, KAN and MetaKAN."""

    def measure(progress: Progress) -> Iterator[str]:
        from pinn_metakan.benchmarks.memory import memory_lines

        return memory_lines(device, dtype, progress)

    return measure
