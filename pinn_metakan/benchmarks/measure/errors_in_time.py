"""A run that is trained until the clock says so, and its error over the seconds that it takes."""

import math
from collections.abc import Callable

from pinn_metakan.benchmarks.command import Progress
from pinn_metakan.benchmarks.measure.training_clock import TrainingClock
from pinn_metakan.errors import TrainingError
from pinn_metakan.optimizers.verdict import Outcome, Verdict
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.fields import error_measure


def errors_while_training(
    run: AssembledRun, limit: float, progress: Progress
) -> tuple[list[float], list[float]]:
    """Train until the clock is past a limit, and measure the error between all steps.

    Args:
        run: The run; all its legs are trained.
        limit: When to end [s].
        progress: Told why the run failed.

    Returns:
        Seconds of training and the largest error of an unknown there, over the whole time of the
        problem, from the untrained network to the end; the last error of a run that failed is NaN.
    """
    clock = TrainingClock(run.choices.device)

    on_whole = error_measure(run.evaluate, run.grid, run.reference, run.settings.evaluation)

    def largest_error() -> float:
        return max(on_whole().values())

    seconds, errors = [0.0], [largest_error()]

    def measure() -> None:
        with clock.standing():
            seconds.append(clock.seconds)
            errors.append(largest_error())

    if not train_until(run, clock, limit, progress, measure):  # it diverged, which is a result
        seconds.append(clock.seconds)
        errors.append(math.nan)
    return seconds, errors


def train_until(
    run: AssembledRun,
    clock: TrainingClock,
    limit: float,
    progress: Progress,
    between_steps: Callable[[], None] = lambda: None,
) -> bool:
    """Train until the clock is past a limit.

    Args:
        run: The run; all its legs are trained.
        clock: Is started, and stands at the end.
        limit: When to end [s].
        progress: Told why the run failed.
        between_steps: Called between all steps, and with what the stages ended with, which is the
            best of them.

    Returns:
        Whether it did not fail.
    """

    def should_stop() -> Verdict | None:
        between_steps()
        is_over = clock.seconds >= limit
        return Verdict(Outcome.OUT_OF_TIME, f"{limit:g} s are over") if is_over else None

    clock.start()
    try:
        run.choose_network()
        run.trainer.run(should_stop, lambda entry: None)
        while run.awaits_next_leg and clock.seconds < limit:
            between_steps()
            run.begin_next_leg()
            run.trainer.run(should_stop, lambda entry: None)
        between_steps()
    except TrainingError as error:
        progress(str(error))
        return False
    finally:
        clock.stop()
    return True
