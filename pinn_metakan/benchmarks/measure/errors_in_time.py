"""The error of a run over the seconds that its training takes."""

import math

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

    def should_stop() -> Verdict | None:
        measure()
        is_over = seconds[-1] >= limit
        return Verdict(Outcome.OUT_OF_TIME, f"{limit:g} s are over") if is_over else None

    clock.start()
    try:
        run.choose_network()
        run.trainer.run(should_stop, lambda entry: None)
        while run.awaits_next_leg and clock.seconds < limit:
            measure()
            run.begin_next_leg()
            run.trainer.run(should_stop, lambda entry: None)
        measure()  # what the stages ended with, which is the best of them
    except TrainingError as error:  # it diverged, which is a result
        progress(str(error))
        seconds.append(clock.seconds)
        errors.append(math.nan)
    return seconds, errors
