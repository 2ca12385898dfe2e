"""Signs of life of a trial, while it is trained."""

import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from pinn_metakan.sweeps.claims import BEAT_SECONDS, Claims
from pinn_metakan.sweeps.ledger import Attempt


class Heartbeat:
    """Tells the storage now and then that a trial is worked on, and what it has reached.

    Args:
        claims: The trials of the sweep.
        attempt: What is worked on.

    Attributes:
        reached: What is told; who trains puts in what is new.
        is_lost: Whether another process has taken the attempt over, because this one stood still.
    """

    def __init__(self, claims: Claims, attempt: Attempt):
        self._claims = claims
        self._attempt = attempt
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.reached: Mapping[str, Any] = {k: v for k, v in attempt.beat.items() if k != "at"}
        self.is_lost = False

    def __enter__(self) -> "Heartbeat":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(BEAT_SECONDS):
            if not self._claims.beat(self._attempt, self.reached):
                self.is_lost = True
                return
