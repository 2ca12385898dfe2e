"""A finding: what is suspicious about a problem, and what to do about it."""

from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """How bad a finding is."""

    #: No answer can be right: `solve` refuses the problem.
    ERROR = "error"
    #: The answer is likely to be wrong: `solve` says so before it trains.
    WARNING = "warning"
    #: Worth a look; only `doctor` says so.
    REMARK = "remark"


@dataclass(frozen=True)
class Finding:
    """What is suspicious about a problem.

    Args:
        kind: What it is about: a key of `CHECKS`.
        severity: How bad it is.
        sentence: What, and where.
        remedy: What to do.
    """

    kind: str
    severity: Severity
    sentence: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.sentence}; {self.remedy}"
