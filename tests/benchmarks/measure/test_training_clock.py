"""The clock of training: CPU time, which stands still where errors are measured."""

import time

import torch

from pinn_metakan.benchmarks.measure.training_clock import TrainingClock


def compute(seconds: float) -> None:
    begin = time.process_time()
    while time.process_time() - begin < seconds:
        pass


def test_the_clock_counts_what_is_computed_and_not_what_is_waited() -> None:
    clock = TrainingClock(torch.device("cpu"))
    compute(0.05)
    assert clock.seconds == 0.0
    clock.start()
    time.sleep(0.2)
    compute(0.05)
    clock.stop()
    counted = clock.seconds
    assert 0.05 <= counted < 0.2
    compute(0.05)
    assert clock.seconds == counted


def test_the_clock_stands_while_something_else_is_measured() -> None:
    clock = TrainingClock(torch.device("cpu"))
    clock.start()
    with clock.standing():
        before = clock.seconds
        compute(0.05)
        assert clock.seconds == before
    compute(0.01)
    assert clock.seconds >= before + 0.01


def test_the_clock_of_another_device_counts_wall_time() -> None:
    clock = TrainingClock(torch.device("meta"))
    clock.start()
    time.sleep(0.1)
    assert clock.seconds >= 0.1
