"""The plan of a sweep: which trials it has, checked before one of them is trained."""

import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, cast, get_args

from pydantic import BaseModel

from pinn_metakan.errors import SettingsError, UserError
from pinn_metakan.pde.overtime import check_budget
from pinn_metakan.pde.problem import Problem, constructor_parameters
from pinn_metakan.runs.choices import RunChoices
from pinn_metakan.sweeps.axes import GridAxis, SearchAxis, shown
from pinn_metakan.sweeps.base_run import PARAMETER, BaseRun
from pinn_metakan.sweeps.search_range import SearchRange

#: What is made small: the relative L2 error, the largest of all unknowns, or the loss.
Goal = Literal["error", "loss"]
#: What trials are compared at while they run, to end those that are behind.
Pruning = Literal["off", "steps", "seconds"]
#: Trials of a search at each combination of the grid, unless a number is given
#: (docs/decisions/0042-sweeps.md).
TRIALS = 20
#: Letters of the name of a sweep that tell it from others on the same storage.
_LETTERS = 12


@dataclass(frozen=True)
class SweepPlan:
    """Which trials a sweep has.

    Trial k is the combination k modulo their number, so that a search goes on at all of them.

    Args:
        base: The run that all trials are variations of.
        over: Values that are all tried, each with each.
        search: What is searched at each combination of them.
        per_combination: Trials of each combination.
        goal: What is made small.
        pruning: What trials are compared at while they run.
        own_files: Files of own families and networks -> SHA-256 of their text.
    """

    base: BaseRun
    over: tuple[GridAxis, ...]
    search: tuple[SearchAxis, ...]
    per_combination: int
    goal: Goal
    pruning: Pruning
    own_files: Mapping[str, str]

    @cached_property
    def combinations(self) -> list[dict[str, object]]:
        """Values of the grid, the last axis first."""
        names = [axis.name for axis in self.over]
        found = itertools.product(*(axis.values for axis in self.over))
        return [dict(zip(names, values, strict=True)) for values in found]

    @property
    def count(self) -> int:
        """Number of trials."""
        return len(self.combinations) * self.per_combination

    @property
    def names(self) -> list[str]:
        """What is varied."""
        return [*(axis.name for axis in self.over), *(axis.name for axis in self.search)]

    def combination(self, trial: int) -> int:
        """Which combination of the grid a trial is of."""
        return trial % len(self.combinations)

    def run(self, values: Mapping[str, object]) -> BaseRun:
        """The run of a trial.

        Args:
            values: By the names of all axes.

        Returns:
            The run.
        """
        return self.base.varied(values, "sweep")

    def record(self) -> dict[str, object]:
        """What tells this sweep from another one, as JSON holds it; more trials are the same."""
        return {
            **self.base.record(),
            "over": [[axis.name, axis.record()] for axis in self.over],
            "search": [[axis.name, axis.record()] for axis in self.search],
            "goal": self.goal,
            "pruning": self.pruning,
            # Sweeps without files of their own keep the names that they had on their storages.
            **({"parts": sorted(self.own_files.values())} if self.own_files else {}),
        }

    @property
    def name(self) -> str:
        """Name of the sweep on a storage: the problem's, and letters of what tells it apart."""
        text = json.dumps(self.record(), sort_keys=True)
        letters = hashlib.sha256(text.encode()).hexdigest()[:_LETTERS]
        return f"{self.base.problem.origin.name}-{letters}"

    def told(self) -> str:
        """The number of trials and where it comes from, for people."""
        parts = [f"{len(axis.values)} ({axis.name})" for axis in self.over]
        if self.search:
            names = " and ".join(axis.name for axis in self.search)
            parts.append(f"{self.per_combination} (search of {names})")
        return f"{self.count} = {' x '.join(parts)}" if len(parts) > 1 else parts[0]


def made_plan(
    base: BaseRun,
    over: Sequence[GridAxis],
    search: Sequence[SearchAxis],
    trials: int | None,
    goal: str | None,
    pruning: str | None,
) -> SweepPlan:
    """Check what a sweep was asked to be; nothing is trained.

    Args:
        base: The run that all trials are variations of.
        over: Values that are all tried.
        search: What is searched.
        trials: Trials of each combination, None for `TRIALS`, or one without a search.
        goal: A word of `Goal`; None for the error, or the loss where there is no reference.
        pruning: A word of `Pruning`; None for steps with a search and off without one.

    Returns:
        The plan.

    Raises:
        SettingsError: If a name, a value or a combination cannot be.
        ProblemError: If the problem does not take a parameter.
    """
    names = [*(axis.name for axis in over), *(axis.name for axis in search)]
    if not names:
        raise SettingsError("a sweep needs something to vary: over or search")
    twice = [name for number, name in enumerate(names) if name in names[:number]]
    if twice:
        raise SettingsError(f"sweep: {twice[0]} is given twice")
    if trials is not None and not search:
        raise SettingsError("trials: only a search has a number of trials; a grid has one of each")
    if trials is not None and (isinstance(trials, bool) or trials < 1):
        raise SettingsError(f"trials: expected 1 or more, got {trials}")
    check_budget(base.budget)
    choices = base.choices()
    has_reference = type(base.problem).reference is not Problem.reference
    if goal == "error" and not has_reference:
        raise SettingsError(
            f"minimize: {base.problem.origin.label} has no reference, so no error; give loss"
        )
    plan = SweepPlan(
        base,
        tuple(over),
        tuple(_with_kind(axis, choices, base) for axis in search),
        (trials or TRIALS) if search else 1,
        cast(Goal, _word("minimize", goal or ("error" if has_reference else "loss"), Goal)),
        cast(Pruning, _word("prune", pruning or ("steps" if search else "off"), Pruning)),
        {},
    )
    return replace(plan, own_files=_own_files(choices) | _check_values(plan))


def _word(what: str, word: str, words: Any) -> str:
    if word not in get_args(words):
        raise SettingsError(f"{what}: choose one of {', '.join(get_args(words))}, got {word!r}")
    return word


def _own_files(choices: RunChoices) -> dict[str, str]:
    return {str(own.origin.path): own.origin.sha256 for own in choices.parts}


def _check_values(plan: SweepPlan) -> dict[str, str]:
    """Try each value alone, so that a message names it, and then each combination.

    Returns:
        Files of own families and networks that they name -> SHA-256 of their text.

    Raises:
        SettingsError: If a combination cannot be.
    """
    files: dict[str, str] = {}
    for label, name, value in _values(plan):
        run = plan.base.varied({name: value}, label)
        files |= _own_files(run.choices())
        if name.startswith(PARAMETER):
            run.check_problem()
    first = {axis.name: axis.ends[0] for axis in plan.search}
    for combination in plan.combinations:
        values = {**combination, **first}
        try:
            run = plan.base.varied(values, "sweep")
            files |= _own_files(run.choices())
            if sum(name.startswith(PARAMETER) for name in combination) > 1:
                run.check_problem()
        except UserError as error:
            told = ", ".join(f"{name}={shown(value)}" for name, value in combination.items())
            raise SettingsError(f"sweep: {told}: {error}") from error
    return files


def _values(plan: SweepPlan) -> Iterator[tuple[str, str, object]]:
    yield from (("over", axis.name, value) for axis in plan.over for value in axis.values)
    yield from (("search", axis.name, value) for axis in plan.search for value in axis.ends)


def _with_kind(axis: SearchAxis, choices: RunChoices, base: BaseRun) -> SearchAxis:
    """The axis, of whole numbers if what it searches is one now."""
    if not isinstance(axis.choices, SearchRange):
        return axis
    now = _present_value(axis.name, choices, base)
    if now is None:
        return axis
    if isinstance(now, bool) or not isinstance(now, int | float):
        raise SettingsError(
            f"search: {axis.name} is no number but {shown(now)}; give choices, such as a,b,c"
        )
    is_whole = isinstance(now, int)
    if is_whole and not (float(axis.choices.low).is_integer() and axis.choices.high % 1 == 0):
        raise SettingsError(
            f"search: {axis.name} is a whole number, and the range is {axis.choices}"
        )
    return replace(axis, is_whole=is_whole)


def _present_value(name: str, choices: RunChoices, base: BaseRun) -> object:
    """What is varied as it is without a sweep; None if it is not known."""
    if name == "seed":
        return base.seed
    if name in ("network", "dtype"):
        return getattr(choices, name)
    if name.startswith(PARAMETER):
        return _present_parameter(base.problem, name.removeprefix(PARAMETER))
    found: object = choices.settings
    for part in name.split("."):
        if isinstance(found, BaseModel):
            found = getattr(found, part, None)
        elif isinstance(found, Mapping):
            found = found.get(part)
        else:
            return None
    return found


def _present_parameter(problem: Problem, name: str) -> object:
    value = problem.parameters.get(name)
    accepted = constructor_parameters(type(problem)).get(name)
    is_float = accepted is not None and accepted.annotation is float
    return float(value) if is_float and isinstance(value, int) else value
