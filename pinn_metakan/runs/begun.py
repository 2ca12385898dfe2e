"""What fails after a run has begun is a failure of the run: its files are there."""

from collections.abc import Iterator
from contextlib import contextmanager

from pinn_metakan.errors import TrainingError, UserError
from pinn_metakan.runs.folder import RunFolder


@contextmanager
def failures_of(folder: RunFolder | None) -> Iterator[None]:
    """Turn a mistake of the user's that shows only now into a failure of the run.

    Such as a residual that raises an error at its hundredth call.

    Args:
        folder: The run folder, which has been begun; None where nothing is written.

    Raises:
        TrainingError: If the block raises a `UserError` and there is a folder.
        UserError: If it raises one and there is none.
    """
    try:
        yield
    except UserError as error:
        if folder is None:
            raise
        raise TrainingError(error.args[0], error.command) from error
