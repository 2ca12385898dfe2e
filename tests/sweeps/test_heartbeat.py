"""Signs of life go on after a storage was away, and a trial is given up if it stays so."""

import time
from types import SimpleNamespace
from typing import Any

import pytest

from pinn_metakan.sweeps import heartbeat
from pinn_metakan.sweeps.heartbeat import Heartbeat


def beaten(monkeypatch: pytest.MonkeyPatch, failures: int) -> tuple[Heartbeat, list[float]]:
    """A heart that has beaten for a while on a storage whose first answers are errors."""
    monkeypatch.setattr(heartbeat, "BEAT_SECONDS", 0.02)
    monkeypatch.setattr(heartbeat, "GONE_SECONDS", 0.2)
    beats: list[float] = []

    def beat(attempt: Any, reached: Any) -> bool:
        beats.append(time.monotonic())
        if len(beats) <= failures:
            raise OSError("the storage is away")
        return True

    attempt: Any = SimpleNamespace(beat={}, label="trial-000")
    claims: Any = SimpleNamespace(beat=beat)
    with Heartbeat(claims, attempt) as heart:
        time.sleep(0.6)
    return heart, beats


def test_a_beat_follows_one_that_the_storage_refused(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    heart, beats = beaten(monkeypatch, 1)
    assert len(beats) > 2
    assert not heart.is_lost
    assert "no sign of life of trial-000: OSError: the storage is away" in caplog.text


def test_a_trial_is_lost_when_the_storage_stays_away(monkeypatch: pytest.MonkeyPatch) -> None:
    heart, beats = beaten(monkeypatch, 10**6)
    assert heart.is_lost
    assert 0.1 < beats[-1] - beats[0] < 0.5
