"""What every condition offers to the rest of the package."""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

from torch import Generator, Tensor

from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.derivatives.request import Variables
from pinn_metakan.geometry.domain import Domain, Face
from pinn_metakan.geometry.sampling import PointSet
from pinn_metakan.pde.data import Data, check_data, shown_data


@dataclass(frozen=True)
class HardData:
    """Values of one unknown, at the place of a condition, that can be satisfied by construction.

    Args:
        unknown: Whose values they are.
        data: A number, or a function of the coordinates; at a time, of those of space.
        term: Which term of the condition's residual is zero then; called as the unknown if empty.
        is_velocity: Whether they are the derivative in time, at the first or the last time.
    """

    unknown: str
    data: Data
    term: str = ""
    is_velocity: bool = False


@dataclass(frozen=True)
class FluxData:
    """What a condition says of the slope of one unknown at its place: a u + b du/dn = c.

    Args:
        unknown: Whose slope it is, along the outward normal n.
        a: Number or function of the coordinates.
        b: Number or function.
        c: Number or function.
        term: Which term of the condition's residual it is; called as the unknown if empty.
    """

    unknown: str
    a: Data
    b: Data
    c: Data
    term: str = ""


class NoiseLevel(NamedTuple):
    """The noise of data.

    Attributes:
        sigma: Its standard deviation [unit of the residual]; NaN where it is to be estimated.
        huber: Deviations of more than so many sigma count linearly; infinite for none.
    """

    sigma: float
    huber: float = math.inf


class Kink(NamedTuple):
    """A plane across which slopes may jump.

    Attributes:
        axis: Column of the coordinate that is constant on it.
        value: Its value there [unit of the coordinate].
    """

    axis: int
    value: float


class Place(ABC):
    """Where a condition is asked for.

    Attributes:
        is_whole_boundary: Whether it is all of the boundary of space.
        is_first_time: Whether it is all of space at the first time.
        is_last_time: Whether it is all of space at the last time.
        why_soft: Why data there cannot be satisfied by construction, for the user; may be empty.
    """

    is_whole_boundary: bool = False
    is_first_time: bool = False
    is_last_time: bool = False
    why_soft: str = ""

    @abstractmethod
    def check(self, variables: Variables, domain: Domain) -> None:
        """Refuse a place that the domain does not have.

        Raises:
            ValueError: With one line that says what does not fit.
        """

    @abstractmethod
    def sample(
        self, variables: Variables, domain: Domain, count: int, sequence: str, generator: Generator
    ) -> PointSet:
        """Draw points of the place."""

    def relative_size(self, variables: Variables, domain: Domain) -> float:
        """How many points it gets, relative to those of any other place: 1, as here."""
        return 1.0

    def faces(self, variables: Variables, domain: Domain) -> tuple[Face, ...]:
        """Find the flat faces that the place consists of; none, as here, if it is no such place."""
        return ()

    def parts(self, variables: Variables, domain: Domain) -> tuple[str, ...]:
        """Find the parts of the boundary that the place consists of; none, as here, if of none."""
        return ()


class Condition(ABC):
    """A condition on one or several unknowns.

    A condition of your own sets `region` and `place`, and writes `residual`. It is soft unless it
    says in `hard_data` which values would satisfy it. For example u = 1 on the whole boundary:

    >>> from pinn_metakan import BoundaryPart, Condition, HardData
    >>> class One(Condition):
    ...     region, place = "boundary", BoundaryPart()
    ...
    ...     def residual(self, jet, at, variables):
    ...         return {"u": jet("u") - 1}
    ...
    ...     def hard_data(self, variables):
    ...         return [HardData("u", 1.0)]
    >>> One()
    One()

    Attributes:
        region: Which setting of `points` tells how many points it gets.
        is_pointwise: Whether each of its residuals belongs to one point, whatever the others are.
        place: Where it is asked for.
    """

    region: ClassVar[Literal["boundary", "initial", "data"]]
    is_pointwise: ClassVar[bool] = True
    place: Place

    def __repr__(self) -> str:
        given = vars(self)
        parts = {k: v for k, v in given.items() if k not in ("values", "place") and v is not None}
        parts |= given.get("values", {})
        where = getattr(self.place, "where", None)
        if where is not None:
            parts["where"] = where
        shown = (f"{name}={shown_data(part)}" for name, part in parts.items())
        return f"{type(self).__name__}({', '.join(shown)})"

    @abstractmethod
    def residual(self, jet: Jet, at: PointSet, variables: Variables) -> dict[str, Tensor]:
        """Evaluate what should be zero, (N,) for each unknown or derivative that is prescribed."""

    def hard_data(self, variables: Variables) -> Sequence[HardData]:
        """Say which values at `place` satisfy the condition; none, as here, leaves it soft."""
        return ()

    def flux_data(self, variables: Variables) -> Sequence[FluxData]:
        """Say what slopes at `place` satisfy the condition; none, as here, for any."""
        return ()

    def periodic_axis(self, variables: Variables) -> int | None:
        """Say which column being periodic satisfies the condition; None, as here, for none."""
        return None

    def noise_levels(self) -> Mapping[str, NoiseLevel]:
        """Say which of its terms are data with noise, by name; none, as here, for none."""
        return {}

    def observed(self) -> Mapping[str, Tensor]:
        """Values that were measured, (M,) each, by the name of what was; none, as here.

        Returns:
            The values; those of the first where others were put in their place, as unknown
            functions have their range.
        """
        return {}

    def with_observed(self, values: Mapping[str, Tensor], is_exact: bool = False) -> "Condition":
        """Make the same condition of other values; itself, as here, where none were measured.

        Args:
            values: In place of those of `observed`, (M,) each.
            is_exact: Whether they have no noise: deviations are then counted as they are.

        Returns:
            The condition.
        """
        return self

    def noise_of_values(self) -> Mapping[str, Tensor | None]:
        """Standard deviation of the noise of each value that has noise, by name; none, as here.

        Returns:
            (M,) each [unit of the values]; None where it is to be estimated.
        """
        return {}

    def kink(self, variables: Variables) -> Kink | None:
        """Say across which plane slopes may jump; None, as here, for none."""
        return None

    def check_names(self, variables: Variables) -> None:  # noqa: B027
        """Refuse names that the problem does not have; nothing is refused here.

        Raises:
            ValueError: With one line that says what does not fit.
        """

    def check(self, variables: Variables, domain: Domain) -> None:
        """Refuse what does not fit the problem, names first."""
        self.check_names(variables)
        self.place.check(variables, domain)

    def sample(
        self, variables: Variables, domain: Domain, count: int, sequence: str, generator: Generator
    ) -> PointSet:
        """Draw the points where the condition is asked for."""
        return self.place.sample(variables, domain, count, sequence, generator)


def check_values(kind: str, values: Mapping[str, object], allowed: tuple[str, ...]) -> None:
    """Refuse a condition without values, on names that are not there, or with impossible values.

    Args:
        kind: What the condition is called.
        values: What it prescribes, by name.
        allowed: What it may give values for.

    Raises:
        ValueError: If a name is not allowed, or a value is neither a finite number nor a function.
    """
    check_unknowns(kind, values, allowed)
    for name, value in values.items():
        check_data(f"{kind}: {name}", value)


def check_unknowns(kind: str, names: Iterable[str], allowed: tuple[str, ...]) -> None:
    """Refuse a condition without values, or on names that are not there.

    Args:
        kind: What the condition is called.
        names: What it gives values for.
        allowed: What it may give values for.

    Raises:
        ValueError: If there are no names, or one is not allowed.
    """
    names = list(names)
    if not names:
        raise ValueError(f"{kind} needs a value, such as {kind}({allowed[0]}=0.0)")
    for name in names:
        if name not in allowed:
            raise ValueError(f"{kind}: {name!r} is not among {', '.join(allowed)}")
