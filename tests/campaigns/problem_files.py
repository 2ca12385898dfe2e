"""Problem files with mistakes: kinds of values, shapes, failures at the k-th call, names, state."""

import json
from pathlib import Path
from random import Random

import numpy as np
from campaigns.answers import ANSWERS, answer
from campaigns.campaign import Campaign, Outcome
from campaigns.child import in_this_process
from campaigns.mistakes import drawn_mistake, text_of
from numpy.typing import NDArray
from small_runs import FAST_FLAGS

#: Parts of a file that have a second mistake.
_TWICE = 0.15
#: Commands that load a problem and train nothing, and how often they are in the place of solve.
_LOOKING, _LOOKS = ("doctor", "show"), 0.1
_BUDGET = "--budget=8"
#: One run in so many draws its figures; those with units and labels of their own all do.
_DRAWS = 10
_OUTCOMES = {**ANSWERS, "the same": "status 0, and the solution of the right file to the bit"}


class ProblemFiles(Campaign):
    """What becomes of a problem file that is wrong, or does what it should not."""

    outcomes = _OUTCOMES
    share = 6

    def prepare(self, folder: Path) -> None:
        """Solve the right problem."""
        from pinn_metakan.cli import main

        (folder / "mine.py").write_text(text_of({}))
        arguments = ["solve", "mine.py", "-q", "--out=run", *FAST_FLAGS]
        assert in_this_process(lambda: main(arguments), folder) == 0
        self._right = values_of_run(folder / "run")["u"]

    def run(self, random: Random, folder: Path) -> Outcome:
        """Draw mistakes, and solve the problem or look at it."""
        parts, is_same = drawn_mistake(random)
        if random.random() < _TWICE:
            more, too = drawn_mistake(random)
            parts, is_same = {**more, **parts}, is_same and too
        (folder / "mine.py").write_text(text_of(parts), encoding="utf-8")
        if random.random() < _LOOKS:
            found = answer([random.choice(_LOOKING), "mine.py"], folder)
        else:
            arguments = ["solve", "mine.py", "--out=run", *FAST_FLAGS]
            if not is_same:  # what must be the same does not depend on the clock
                arguments.append(_BUDGET)
            draws = not {"units", "long_names"}.isdisjoint(parts) or random.randrange(_DRAWS) == 0
            found = answer(arguments, folder, draws)
            if found.name == "done":
                name = self._judged(folder / "run", is_same)
                found = Outcome(name, found.told, found.case)
        shown = ", ".join(f"{place}: {text[:80]}" for place, text in parts.items())
        return Outcome(found.name, f"{shown} | {found.told}", f"{parts}\n{found.case}")

    def _judged(self, run: Path, is_same: bool) -> str:
        """What is to be said of a run that ended with 0: its numbers are numbers, and right."""
        report = json.loads((run / "report.json").read_text())
        values = values_of_run(run)
        errors = report.get("relative_l2") or {}
        unknowns = [name for name in values if f"{name}_reference" in values] or list(errors)
        for name in unknowns:
            if not np.isfinite(values[name]).all():
                return "status 0 with a solution that is not finite"
        if any(error is None or not np.isfinite(error) for error in errors.values()):
            return "status 0 with an error that is not finite"
        if not is_same:
            return "done"
        is_equal = np.array_equal(values.get("u", np.zeros(0)), self._right)
        return "the same" if is_equal else "status 0 with another solution"


def values_of_run(run: Path) -> dict[str, NDArray[np.float64]]:
    """The arrays at the top of a run's solution."""
    import h5py

    with h5py.File(run / "solution.h5") as file:
        return {
            n: d[()] for n, d in file.items() if isinstance(d, h5py.Dataset) and d.dtype == "f8"
        }
