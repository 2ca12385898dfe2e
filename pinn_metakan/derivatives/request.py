"""The request: which derivatives a residual asks for, by name.

A name is a coordinate (``x``), an unknown (``u``), a partial derivative (``u_t``, ``u_xx``,
``u_xy``, up to order 4; ``u_x1_x2`` where coordinates have longer names), ``laplacian_u`` (over
space, not time) or ``gradient_u`` (over space).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pinn_metakan.derivatives.law import Law

#: Highest order of a derivative that a residual may ask for
#: (docs/decisions/0005-closed-form-jets.md).
MAX_ORDER = 4


@dataclass(frozen=True)
class Coordinate:
    """The values of a coordinate, (N,) or (N, d) if it is a vector."""

    columns: tuple[int, ...]
    is_vector: bool


@dataclass(frozen=True)
class Derivative:
    """A partial derivative (N,) of an unknown; `axes` sorted, empty for the unknown itself."""

    unknown: int
    axes: tuple[int, ...]


@dataclass(frozen=True)
class Laplacian:
    """The sum (N,) of the second derivatives of an unknown over `axes`."""

    unknown: int
    axes: tuple[int, ...]


@dataclass(frozen=True)
class Gradient:
    """The first derivatives (N, len(axes)) of an unknown over `axes`."""

    unknown: int
    axes: tuple[int, ...]


@dataclass(frozen=True)
class Number:
    """An unknown number, a tensor without axes, or the coefficients (K,) of an unknown function.

    `likely` stands for it where none is trained.
    """

    name: str
    likely: float | tuple[float, ...]


Quantity = Coordinate | Derivative | Laplacian | Gradient | Number


def derivatives_needed(quantities: Iterable[Quantity]) -> set[Derivative]:
    """The partial derivatives that quantities are made of."""
    needed: set[Derivative] = set()
    for quantity in quantities:
        match quantity:
            case Derivative():
                needed.add(quantity)
            case Laplacian(unknown, axes):
                needed.update(Derivative(unknown, (axis, axis)) for axis in axes)
            case Gradient(unknown, axes):
                needed.update(Derivative(unknown, (axis,)) for axis in axes)
    return needed


class Variables:
    """The coordinates and unknowns of a problem, and what their names mean.

    Args:
        coordinates: Names of the coordinates; time last, if there is one.
        unknowns: Names of the unknowns.
        dimension: Number of columns of a point. One space coordinate may be a vector: then there
            are fewer names than columns.
        time_axis: Column of time, or None.
        parameters: Those of the coordinates that are parameters; they come after space and before
            time.
        numbers: Unknown numbers, and what each is likely to be.
        laws: Unknown functions.

    Raises:
        ValueError: If a name is empty, used twice or not a word, or if names and dimension differ.
    """

    def __init__(
        self,
        coordinates: tuple[str, ...],
        unknowns: tuple[str, ...],
        dimension: int,
        time_axis: int | None,
        parameters: tuple[str, ...] = (),
        numbers: Mapping[str, float] | None = None,
        laws: Mapping[str, Law] | None = None,
    ):
        names = (*coordinates, *unknowns)
        for name in names:
            if not isinstance(name, str) or not name.isidentifier():
                raise ValueError(f"{name!r} cannot be the name of a coordinate or an unknown")
            if names.count(name) > 1:
                raise ValueError(f"the name {name!r} is used twice in coordinates and unknowns")
        if not unknowns:
            raise ValueError("a problem needs at least one unknown, such as unknowns = ('u',)")
        n_others = len(parameters) + (time_axis is not None)
        n_space_names, n_space = len(coordinates) - n_others, dimension - n_others
        if n_space_names != n_space and n_space_names != 1:
            raise ValueError(
                f"the domain has {dimension} coordinates, but coordinates = {coordinates} names "
                f"{len(coordinates)}; name each, or give space one vector coordinate"
            )
        self.coordinates = coordinates
        self.unknowns = unknowns
        self.dimension = dimension
        self.time_axis = time_axis
        self.space_axes = tuple(range(n_space))
        self.parameter_axes = tuple(range(n_space, n_space + len(parameters)))
        self.has_vector = n_space_names != n_space
        singles = coordinates[1:] if self.has_vector else coordinates
        self.numbers: dict[str, Number] = {}
        self._columns = {coordinates[0]: self.space_axes} if self.has_vector else {}
        columns = range(dimension - len(singles), dimension)
        self._columns |= {name: (column,) for name, column in zip(singles, columns, strict=True)}
        for name, likely in (numbers or {}).items():
            if self._meanings(name):
                raise ValueError(
                    f"the unknown number {name!r} has the name of a coordinate, an unknown or a "
                    "derivative; rename it"
                )
            self.numbers[name] = Number(name, likely)
        self.laws = dict(laws or {})
        #: Coefficients of the unknown functions.
        self.coefficients = {name: Number(name, law.likely) for name, law in self.laws.items()}
        for name in self.laws:
            if name not in self.numbers and self._meanings(name):
                raise ValueError(
                    f"the unknown function {name!r} has the name of a coordinate, an unknown or a "
                    "derivative; rename it"
                )

    @property
    def evolution_axis(self) -> int | None:
        """Column of time, or of the only coordinate; None for several of space alone."""
        return 0 if self.dimension == 1 else self.time_axis

    def columns(self, coordinate: str) -> tuple[int, ...]:
        """Columns of a coordinate: one, or several for a vector."""
        return self._columns[coordinate]

    def column_names(self) -> list[str]:
        """One name per column of a point: ``x1``, ``x2``, ... for a vector ``x``."""
        names = [""] * self.dimension
        for coordinate, columns in self._columns.items():
            for number, column in enumerate(columns, start=1):
                names[column] = (
                    f"{coordinate}{number}" if self._is_vector(coordinate) else coordinate
                )
        return names

    def axis(self, coordinate: str) -> int:
        """Column of a scalar coordinate.

        Args:
            coordinate: Its name.

        Returns:
            The column.

        Raises:
            LookupError: If there is no scalar coordinate of this name.
        """
        columns = self._columns.get(coordinate, ())
        if len(columns) != 1 or (self.has_vector and columns == self.space_axes):
            raise LookupError(f"no scalar coordinate {coordinate!r} among {self.coordinates}")
        return columns[0]

    def name(self, quantity: Quantity) -> str:
        """Name of a quantity, as `parse` reads it."""
        match quantity:
            case Laplacian(unknown, _):
                return f"laplacian_{self.unknowns[unknown]}"
            case Gradient(unknown, _):
                return f"gradient_{self.unknowns[unknown]}"
            case Derivative(unknown, axes):
                scalars = [self._scalar_name(axis) for axis in axes]
                is_short = all(len(name) == 1 for name in scalars)
                is_short = is_short and "".join(scalars) not in self._columns  # u_xx by x or by xx
                suffix = f"_{('' if is_short else '_').join(scalars)}" if scalars else ""
                return f"{self.unknowns[unknown]}{suffix}"
            case Coordinate(columns, _):
                return next(n for n, its in self._columns.items() if its == columns)
            case Number(name, _):
                return name

    def _scalar_name(self, axis: int) -> str:
        return next(name for name, columns in self._columns.items() if columns == (axis,))

    def parse(self, name: str) -> Quantity:
        """Find the quantity that a name means.

        Args:
            name: Such as ``x``, ``u``, ``u_xy`` or ``laplacian_u``.

        Returns:
            The quantity.

        Raises:
            LookupError: If the name means nothing; the message lists what is possible.
            ValueError: If it means several things, or a derivative of too high an order.

        >>> variables = Variables(("x", "t"), ("u",), dimension=2, time_axis=1)
        >>> variables.parse("u_tx")
        Derivative(unknown=0, axes=(0, 1))
        >>> variables.parse("laplacian_u")
        Laplacian(unknown=0, axes=(0,))
        """
        meanings = self._meanings(name)
        if not meanings:
            raise LookupError(f"{name!r} is not known; possible are {self._possible_names()}")
        if len(meanings) > 1:
            raise ValueError(
                f"{name!r} is ambiguous among coordinates {self.coordinates} and unknowns "
                f"{self.unknowns}; rename one, or separate the coordinates by underscores"
            )
        meaning = meanings.pop()
        if isinstance(meaning, Derivative) and len(meaning.axes) > MAX_ORDER:
            raise ValueError(f"{name!r} is of order {len(meaning.axes)}, above the highest, 4")
        return meaning

    def _meanings(self, name: str) -> set[Quantity]:
        meanings: set[Quantity] = set()
        if name in self.numbers:
            meanings.add(self.numbers[name])
        if name in self._columns:
            columns = self._columns[name]
            is_vector = self.has_vector and columns == self.space_axes
            meanings.add(Coordinate(columns, is_vector))
        for index, unknown in enumerate(self.unknowns):
            if name == unknown:
                meanings.add(Derivative(index, ()))
            elif name == f"laplacian_{unknown}" and self.space_axes:
                meanings.add(Laplacian(index, self.space_axes))
            elif name == f"gradient_{unknown}" and self.space_axes:
                meanings.add(Gradient(index, self.space_axes))
            elif name.startswith(f"{unknown}_"):
                suffix = name[len(unknown) + 1 :]
                meanings.update(Derivative(index, axes) for axes in self._readings(suffix))
        return meanings

    def _readings(self, suffix: str) -> set[tuple[int, ...]]:
        """All ways to read what follows ``u_`` as coordinates, as sorted tuples of columns."""
        scalars = {
            name: columns[0]
            for name, columns in self._columns.items()
            if not (self.has_vector and columns == self.space_axes)
        }
        readings: set[tuple[int, ...]] = {()}
        for token in suffix.split("_"):
            ways: set[tuple[int, ...]] = set()
            if token in scalars:
                ways.add((scalars[token],))
            if token and all(letter in scalars for letter in token):
                ways.add(tuple(scalars[letter] for letter in token))
            readings = {tuple(sorted(before + way)) for before in readings for way in ways}
        return readings

    def _possible_names(self) -> str:
        u = self.unknowns[0]
        scalars = [name for name in self.coordinates if not self._is_vector(name)]
        joined = "" if all(len(name) == 1 for name in scalars) else "_"
        examples = [f"{u}_{name}" for name in scalars]
        examples += [f"{u}_{a}{joined}{b}" for i, a in enumerate(scalars) for b in scalars[i:]]
        calls = [f"{name}({', '.join(law.of)})" for name, law in self.laws.items()]
        parts = [
            f"coordinates {', '.join(self.coordinates)}",
            f"unknowns {', '.join(self.unknowns)}",
            f"derivatives up to order {MAX_ORDER} such as {', '.join(examples[:9])}",
            f"laplacian_{u}, gradient_{u}" if self.space_axes else "",
            f"unknown numbers {', '.join(self.numbers)}" if self.numbers else "",
            f"unknown functions {', '.join(calls)}" if calls else "",
        ]
        return "; ".join(part for part in parts if part and not part.endswith("such as "))

    def _is_vector(self, coordinate: str) -> bool:
        return self.has_vector and self._columns[coordinate] == self.space_axes
