"""A campaign: cases drawn at random, and what may become of each."""

import shutil
import traceback
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

#: What becomes of a case whose own code fails.
BROKEN = "the case broke"


@dataclass(frozen=True)
class Outcome:
    """What became of a case.

    Args:
        name: In a word or two; it is counted by it.
        told: One line about it, for failures.
        case: What the case was and all that it said, for the one who repeats it.
    """

    name: str
    told: str = ""
    case: str = ""


class Campaign(ABC):
    """Cases of one kind.

    A case draws all that is random about it from the generator that it is given, so that its number
    and the seed repeat it, and writes only into the folder that it is given.

    Attributes:
        outcomes: The outcomes that are as they should be, and what each means; others are failures.
        share: How many cases run with all other tests: a second or two of them.
    """

    outcomes: Mapping[str, str]
    share: int = 4

    def prepare(self, folder: Path) -> None:
        """Make once what all cases share, such as a finished run; nothing unless overridden.

        Args:
            folder: Stays as long as the cases.
        """
        return

    @abstractmethod
    def run(self, random: Random, folder: Path) -> Outcome:
        """Run one case.

        Args:
            random: All that is random comes from it.
            folder: An empty folder, removed afterwards.

        Returns:
            What became of it.
        """

    def closing(self) -> str:
        """One line about all cases together; none unless overridden."""
        return ""

    def run_case(self, name: str, seed: int, number: int, folder: Path) -> Outcome:
        """Run the case of a number.

        Args:
            name: Of the campaign.
            seed: Of the campaign.
            number: Of the case, from 0.
            folder: Where it may make a folder for it.

        Returns:
            What became of it; `BROKEN` if its own code fails.
        """
        place = folder / f"case-{number}"
        place.mkdir()
        try:
            return self.run(Random(f"{name} {seed} {number}"), place)
        except Exception as error:
            told = f"{type(error).__name__}: {error}"
            return Outcome(BROKEN, told, traceback.format_exc())
        finally:
            shutil.rmtree(place, ignore_errors=True)
