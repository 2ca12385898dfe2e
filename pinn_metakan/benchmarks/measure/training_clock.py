"""The seconds that training takes, without what is measured on the way."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import torch


class TrainingClock:
    """CPU time of this process, in which other work on the machine does not count; it stands first.

    What another device computes is no time of the process: there it is wall time.

    Args:
        device: Where training computes.
    """

    def __init__(self, device: torch.device):
        self._device = device
        self._now = time.process_time if device.type == "cpu" else time.perf_counter
        self._before = 0.0
        self._since: float | None = None  # when it began to run, None while it stands

    @property
    def seconds(self) -> float:
        """What it has counted [s]."""
        running = 0.0 if self._since is None else self._now() - self._since
        return self._before + running

    def start(self) -> None:
        """Count from now on."""
        self._since = self._now()

    def stop(self) -> None:
        """Count no longer."""
        if self._device.type == "cuda":
            torch.cuda.synchronize(self._device)  # what was begun belongs to training
        self._before, self._since = self.seconds, None

    @contextmanager
    def standing(self) -> Iterator[None]:
        """Count nothing of what is done inside."""
        self.stop()
        try:
            yield
        finally:
            self.start()
