"""Which process works on a trial, and whether it is gone."""

import os
import socket
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Process:
    """A process on one of several machines.

    Args:
        host: Name of the machine, for people.
        machine: What tells the machine, since it was started, and its container from others;
            empty where that is not known.
        number: The process id.
        began: When it began, in ticks since the machine was started; no later process has both.
    """

    host: str
    machine: str
    number: int
    began: str

    @classmethod
    def here(cls) -> "Process":
        """The process that asks."""
        return cls(socket.gethostname(), _machine(), os.getpid(), _began(os.getpid()))

    def is_known_to_be_gone(self) -> bool:
        """Whether it has ended; of other machines nothing is known."""
        if not self.machine or self.machine != _machine():
            return False
        return _began(self.number) != self.began

    def record(self) -> dict[str, object]:
        """What JSON holds of it."""
        return {
            "host": self.host,
            "machine": self.machine,
            "number": self.number,
            "began": self.began,
        }

    @classmethod
    def recorded(cls, record: dict[str, object]) -> "Process":
        """Read what `record` gave."""
        return cls(
            str(record["host"]),
            str(record["machine"]),
            int(str(record["number"])),
            str(record["began"]),
        )


def _machine() -> str:
    """The boot of the machine and the name space of its process ids, where Linux tells them."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return ""


def _began(number: int) -> str:
    """When a process began; empty if there is none, or none that is more than a remainder."""
    try:
        words = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if words[0] in ("Z", "X") else words[19]
