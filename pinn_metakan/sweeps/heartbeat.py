"""Signs of life of a trial, while it is trained."""

import logging
import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from pinn_metakan.sweeps.claims import BEAT_SECONDS, GONE_SECONDS, Claims
from pinn_metakan.sweeps.ledger import Attempt

logger = logging.getLogger(__name__)


class Heartbeat:
    """Tells the storage now and then that a trial is worked on, and what it has reached.

    Args:
        claims: The trials of the sweep.
        attempt: What is worked on.

    Attributes:
        reached: What is told; who trains puts in what is new.
        is_lost: Whether another process has taken the attempt over, because this one stood still;
            or may have, because the storage has not been reached for so long.
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
        last = time.monotonic()
        while not self._over.wait(BEAT_SECONDS):
            try:
                is_mine = self._claims.beat(self._attempt, self.reached)
                last = time.monotonic()
            except Exception as error:  # a storage that is away for a moment ends no trial
                is_mine = time.monotonic() - last < GONE_SECONDS
                reason = " ".join(f"{type(error).__name__}: {error}".split())
                logger.warning("no sign of life of %s: %s", self._attempt.label, reason)
            if not is_mine:
                self.is_lost = True
                return
