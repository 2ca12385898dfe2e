"""What all code of a process shares, and code of the user's may not leave changed."""

import os
import random
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import cast

import numpy as np
import torch


class SharedState:
    """What all code shares, as it is now: a few microseconds to note and to compare.

    That is what torch keeps for all, what NumPy and warnings do about errors, the depth of calls,
    the working directory, and where output goes.
    """

    __slots__ = (
        *("_checks", "_depth", "_errors", "_folder", "_is_grad_enabled", "_numbers", "_streams"),
        *("_threads", "_warnings"),
    )

    def __init__(self) -> None:
        self._numbers = _numbers_made()
        self._checks = _checks()
        self._is_grad_enabled = torch.is_grad_enabled()
        self._threads = torch.get_num_threads()
        self._depth, self._errors = sys.getrecursionlimit(), np.geterr()
        self._warnings = list(warnings.filters)
        self._streams = (sys.stdout, sys.stderr)
        self._folder = _working_directory()

    def put_back(self) -> None:
        """Put back what is no longer as it was."""
        sys.setrecursionlimit(self._depth)  # the first line: what follows makes calls
        if torch.is_grad_enabled() is not self._is_grad_enabled:
            torch.set_grad_enabled(self._is_grad_enabled)
        if (numbers := _numbers_made()) != self._numbers:
            dtype, device = self._numbers
            torch.set_default_dtype(dtype)
            if numbers[1] != device:  # of the CPU it is none, which costs no call anything
                torch.set_default_device(None if device.type == "cpu" else device)
        if _checks() != self._checks:
            is_deterministic, only_warns, looks_for_anomalies, precision = self._checks
            torch.use_deterministic_algorithms(is_deterministic, warn_only=only_warns)
            torch.autograd.set_detect_anomaly(looks_for_anomalies)
            torch.set_float32_matmul_precision(precision)
        if torch.get_num_threads() != self._threads:
            torch.set_num_threads(self._threads)
        if np.geterr() != self._errors:
            np.seterr(**self._errors)
        if (filters := cast(list[object], warnings.filters)) != self._warnings:
            filters[:] = self._warnings
        sys.stdout, sys.stderr = self._streams
        if self._folder and _working_directory() != self._folder:
            with suppress(OSError):  # it was removed meanwhile
                os.chdir(self._folder)


def _numbers_made() -> tuple[torch.dtype, torch.device]:
    """Of what kind and where a tensor is that says neither."""
    made = torch.empty(0)
    return made.dtype, made.device


def _checks() -> tuple[bool, bool, bool, str]:
    """What torch checks while it computes, and to how many digits float32 is multiplied."""
    return (
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
        torch.is_anomaly_enabled(),
        torch.get_float32_matmul_precision(),
    )


def _working_directory() -> str:
    """The working directory; nothing where it was removed."""
    try:
        return os.getcwd()
    except OSError:
        return ""


@contextmanager
def kept_surroundings() -> Iterator[None]:
    """Put back what a file that is executed may change: where, how and by what numbers all goes on.

    That is, beside what all code shares: the seeds of torch, NumPy and Python.
    """
    shared = SharedState()
    seeds = (torch.get_rng_state(), np.random.get_state(), random.getstate())  # noqa: NPY002
    with warnings.catch_warnings():
        try:
            yield
        finally:
            shared.put_back()
            torch.set_rng_state(seeds[0])
            np.random.set_state(seeds[1])  # noqa: NPY002
            random.setstate(seeds[2])
