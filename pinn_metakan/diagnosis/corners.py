"""Data of conditions that disagree where the conditions meet."""

from pinn_metakan.diagnosis.examined import Examined
from pinn_metakan.diagnosis.finding import Finding, Severity


def check_corners(examined: Examined) -> list[Finding]:
    """Find data that disagree where walls meet each other, the first time and periodic ends.

    Args:
        examined: The problem.

    Returns:
        The findings; a run puts such conditions into the loss, and says so.
    """
    remedy = "make the data agree there, or expect large errors near that place"
    lines = examined.constraints.contradictions
    return [Finding("corners", Severity.REMARK, line, remedy) for line in lines]
