"""Data that are less smooth than the equations need."""

from pinn_metakan.diagnosis.examined import Examined
from pinn_metakan.diagnosis.finding import Finding, Severity


def check_smoothness(examined: Examined) -> list[Finding]:
    """Find kinks and jumps in data, and data that torch cannot differentiate.

    Args:
        examined: The problem.

    Returns:
        The findings; a run puts such conditions into the loss, and says so.
    """
    remedy = "write smooth data in torch, or expect an error of about 1e-2 near that place"
    lines = examined.constraints.rough
    return [Finding("smoothness", Severity.REMARK, line, remedy) for line in lines]
