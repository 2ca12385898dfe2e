"""A problem: domain, conditions, residual, reference, suggested settings."""

import ast
import hashlib
import inspect
import linecache
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Any, Self

import numpy as np
from torch import Tensor

from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.parameter import Parameter
from pinn_metakan.pde.condition import Condition
from pinn_metakan.pde.model_error import ModelError
from pinn_metakan.pde.unknown import as_unknown


@dataclass(frozen=True)
class Origin:
    """Where a problem comes from.

    Args:
        name: Short name, also of its folder under outputs.
        path: The file, None if there is none.
        source: Text of the file, or of the class.
    """

    name: str
    path: Path | None
    source: str

    @property
    def sha256(self) -> str:
        """SHA-256 of the text, hexadecimal."""
        return hashlib.sha256(self.source.encode()).hexdigest()

    @property
    def label(self) -> str:
        """Name of the problem in messages: its file, or its name."""
        return str(self.path) if self.path else self.name


class Problem(ABC):
    """A partial differential equation with its domain and conditions.

    Subclass it, set `coordinates`, `unknowns`, `domain` and `conditions`, and write `residual`.
    Arguments of the constructor are the parameters of the problem.

    Attributes:
        coordinates: Names, time last; one space coordinate may be a vector.
        unknowns: Names of the fields to solve for.
        domain: Where they are defined.
        conditions: Named conditions.
        units: Unit of each coordinate and unknown, "-" (dimensionless) unless given.
        long_names: Name of each coordinate and unknown in figures.
        scales: How large changes of an unknown are [its unit], where what is found from the
            equations and conditions does not suit.
        model_errors: How exactly an equation holds beside data with noise, by its name: a standard
            deviation of its residual [its unit], or a `ModelError`; nearly exactly unless given.
        solution_parameters: Parameters for all of whose values the problem is solved at once, by
            name; each is a coordinate, after those of space and before time.
        tags: Words by which `list --tag` finds the problem, written out as a tuple in the class.
        settings: Suggested settings, nested as in a settings file.
        network_settings: More suggested settings for one network, by its name.
    """

    coordinates: tuple[str, ...]
    unknowns: tuple[str, ...]
    domain: Domain
    conditions: Mapping[str, Condition] = {}
    units: Mapping[str, str] = {}
    long_names: Mapping[str, str] = {}
    scales: Mapping[str, float] = {}
    model_errors: Mapping[str, float | ModelError] = {}
    solution_parameters: Mapping[str, Parameter] = {}
    tags: tuple[str, ...] = ()
    settings: Mapping[str, object] = {}
    network_settings: Mapping[str, Mapping[str, object]] = {}
    _parameters: Mapping[str, object] = {}
    _origin: Origin | None = None

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Record the arguments of the constructor."""
        problem = super().__new__(cls)
        if cls.__init__ is object.__init__ and (args or kwargs):
            raise TypeError(f"{cls.__name__}() takes no arguments")
        try:
            bound = inspect.signature(cls.__init__).bind(problem, *args, **kwargs)
        except TypeError:  # the constructor will say so itself
            return problem
        given = set(bound.arguments)
        bound.apply_defaults()
        found = {name: recorded(bound.arguments[name]) for name in constructor_parameters(cls)}
        found = {k: v for k, v in found.items() if k in given or not is_lost(v)}
        object.__setattr__(problem, "_parameters", found)  # a frozen dataclass can be a problem
        return problem

    def __setattr__(self, name: str, value: object) -> None:
        """Set an attribute; a trainable number becomes an `Unknown`."""
        object.__setattr__(self, name, as_unknown(name, value))

    @property
    def parameters(self) -> Mapping[str, object]:
        """Arguments of the constructor, as a run records them.

        Defaults are among them. What is no plain value (an array, a function) is recorded as
        ``{"not recorded": its kind}``; a default of such a kind is left out, as the text has it.
        """
        return self._parameters

    @abstractmethod
    def residual(self, jet: Jet) -> dict[str, Tensor]:
        """Compute what is zero for the solution.

        Args:
            jet: Coordinates, unknowns and derivatives by name, (N,) each.

        Returns:
            One tensor (N,) per equation, by its name.
        """

    def reference(self, points: Tensor) -> dict[str, Tensor] | None:
        """Compute the exact or a numerical solution to compare with; None if there is none.

        Args:
            points: Shape (N, d), float64, columns in the order of the coordinates, those of
                `solution_parameters` between space and time.

        Returns:
            One float64 tensor (N,) per unknown.
        """
        return None

    def reference_error(self) -> dict[str, float] | None:
        """Estimate the relative L2 error of `reference` itself.

        Returns:
            One number [-] per unknown that it has a reference for, where that is computed; None
            for a reference that is exact to rounding.
        """
        return None

    def transform(self, points: Tensor, outputs: dict[str, Tensor]) -> dict[str, Tensor] | None:
        """Turn network outputs into a field that satisfies conditions, in your own way.

        Conditions that the result satisfies are found by evaluating it; the others become soft.

        Args:
            points: Shape (N, d).
            outputs: The network's output (N,) for each unknown.

        Returns:
            The field (N,) per unknown; None, as here, for the built-in way.
        """
        return None

    def features(self, *coordinates: Tensor) -> Tensor | None:
        """Compute functions of the coordinates that are further inputs of the network.

        Such as r^(2/3) sin(2 theta / 3) at a corner, which a network of x and y fits badly. They
        are scaled to [-1, 1], and need the derivatives that the equations ask for.

        Args:
            coordinates: One tensor (N,) each, in the order of the coordinates; a vector is (N, d).

        Returns:
            Shape (N, k), or (N,) for one; None, as here, for none.
        """
        return None

    @property
    def origin(self) -> Origin:
        """Where the problem comes from: its file, or else the source of its class."""
        return self._origin or _origin_of(type(self))

    def _repr_html_(self) -> str:
        """What a notebook shows: its text, parameters, domain and conditions."""
        from pinn_metakan.pde.description import description, stated_text
        from pinn_metakan.results.facts_html import facts_html

        text = stated_text(self)
        stated = [("equation", text)] if text else []
        return facts_html(self.origin.name, [*stated, *description(self)])


def constructor_parameters(kind: type[Problem]) -> dict[str, inspect.Parameter]:
    """Parameters of a problem's constructor by name."""
    if kind.__init__ is object.__init__:
        return {}
    _, *parameters = inspect.signature(kind.__init__).parameters.values()  # the first is self
    return {parameter.name: parameter for parameter in parameters}


#: Stands for an argument that a run cannot record.
NOT_RECORDED = "not recorded"


def recorded(value: object) -> object:
    """Turn an argument into what a run records: plain values that JSON and TOML can hold.

    Args:
        value: The argument.

    Returns:
        The value; in place of what cannot be recorded, in whole or in part, a dict that says so.
        None is recorded as an argument, but not inside a list or a dict, where TOML has no None.
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {key: _recorded_part(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_recorded_part(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return {NOT_RECORDED: type(value).__name__}


def _recorded_part(value: object) -> object:
    return {NOT_RECORDED: "None"} if value is None else recorded(value)


def is_lost(value: object) -> bool:
    """Whether a recorded argument, or a part of it, is a note that it is not recorded."""
    if isinstance(value, Mapping):
        return NOT_RECORDED in value or any(map(is_lost, value.values()))
    return isinstance(value, list) and any(map(is_lost, value))


def has_transform(problem: Problem) -> bool:
    """Whether a problem defines its own transform."""
    return type(problem).transform is not Problem.transform


def has_features(problem: Problem) -> bool:
    """Whether a problem has features of its own."""
    return type(problem).features is not Problem.features


def _origin_of(kind: type[Problem]) -> Origin:
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", kind.__name__).lower()
    try:
        return Origin(name, None, inspect.getsource(kind))
    except (OSError, TypeError):  # made in a notebook or an interpreter
        return Origin(name, None, _typed_source(kind))


def _typed_source(kind: type[Problem]) -> str:
    """Text of a class that was typed into a notebook or an interpreter; empty if not kept."""
    for function in vars(kind).values():
        if not isinstance(function, FunctionType):
            continue
        line = function.__code__.co_firstlineno
        text = "".join(linecache.getlines(function.__code__.co_filename))
        try:
            nodes = ast.walk(ast.parse(text))
        except SyntaxError:  # a notebook's own commands
            return text
        for node in nodes:
            if not isinstance(node, ast.ClassDef) or node.name != kind.__name__:
                continue
            if node.lineno <= line <= (node.end_lineno or 0):
                return ast.get_source_segment(text, node) or ""
    return ""
