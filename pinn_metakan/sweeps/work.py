"""What a process does for a sweep: one trial after the other, until all are over."""

import time
from dataclasses import replace

from pinn_metakan.sweeps.claims import Claims
from pinn_metakan.sweeps.ledger import Attempt
from pinn_metakan.sweeps.plan import SweepPlan
from pinn_metakan.sweeps.progress import SweepProgress, SweepProgressed
from pinn_metakan.sweeps.proposals import propose
from pinn_metakan.sweeps.trial import Place, run_attempt

#: Seconds between two looks at what others work on.
LOOK_SECONDS = 1.0


def work(plan: SweepPlan, claims: Claims, place: Place, told: SweepProgressed) -> None:
    """Train trials until all are over, those that others have broken off as well.

    Args:
        plan: The sweep.
        claims: Its trials.
        place: Where they are written.
        told: Told where the sweep stands.

    Raises:
        Interrupted: If the user stops it.
    """
    while True:
        attempt = claims.claim(lambda trial, attempts: propose(plan, trial, attempts))
        progress = SweepProgress(plan, claims.attempts())
        told(progress)
        if attempt is not None:
            _run(plan, attempt, claims, place, progress, told)
        elif claims.is_over(progress.attempts):
            return
        else:
            time.sleep(LOOK_SECONDS)


def _run(
    plan: SweepPlan,
    attempt: Attempt,
    claims: Claims,
    place: Place,
    progress: SweepProgress,
    told: SweepProgressed,
) -> None:
    def reached(now: Attempt) -> None:
        told(progress.with_attempt(replace(attempt, beat=now.beat)))

    run_attempt(plan, attempt, claims, place, reached)
