"""Expressions of coordinates, unknowns, derivatives, parameters and functions: "k(u) * u_x"."""

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.derivatives.law import Law
from pinn_metakan.derivatives.request import Coordinate, Gradient, Quantity, Variables
from pinn_metakan.errors import UserError

_OPERATIONS: dict[type[ast.operator], Callable[[Tensor, Tensor], Tensor]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "abs": torch.abs,
    "cos": torch.cos,
    "cosh": torch.cosh,
    "exp": torch.exp,
    "log": torch.log,
    "sin": torch.sin,
    "sinh": torch.sinh,
    "sqrt": torch.sqrt,
    "tan": torch.tan,
    "tanh": torch.tanh,
}
#: What follows an unknown in the name of its derivative along the outward normal.
_NORMAL = "_n"
#: ``k'(`` is no Python, so that primes are written out before a text is parsed.
_PRIMES = re.compile(r"(\w+)('{1,3})\(")
_PRIME = "_prime"


class Expression:
    """A text that is evaluated at points; arithmetic and a few functions, nothing is executed.

    Names are those that a residual asks for, ``pi``, the problem's parameters that are numbers
    and, on a boundary, ``u_n``: the derivative of u along the outward normal. Unknown functions
    are called, ``k(u)``, with any expression, and have derivatives up to the third, ``k'(u)``.

    Args:
        text: Such as ``u_xx``, ``u**2``, ``-conductivity * u_n`` or ``k(u) * u_x``.
        variables: What names of quantities mean.
        parameters: The problem's parameters.
        is_on_boundary: Whether there are normals.

    Raises:
        UserError: If the text is no expression, or a name in it means nothing.
    """

    def __init__(
        self,
        text: str,
        variables: Variables,
        parameters: Mapping[str, object],
        is_on_boundary: bool = False,
    ):
        self._text = text
        self._variables = variables
        self._quantities: dict[str, Quantity] = {}
        self._normal: dict[str, Gradient] = {}
        self._numbers: dict[str, float] = {"pi": math.pi}
        for name, value in parameters.items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                self._numbers[name] = float(value)
        #: Name as it is called, to the name of the function and the order of its derivative.
        self._calls = {
            name + order * _PRIME: (name, order) for name in variables.laws for order in range(4)
        }
        written = _PRIMES.sub(lambda m: f"{m[1]}{len(m[2]) * _PRIME}(", text.strip())
        try:
            self._tree = ast.parse(written, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise UserError(
                f"{text!r} is no expression; expected one such as 'u_{variables.coordinates[-1]}'"
            ) from None
        self._check(self._tree, is_on_boundary)

    @property
    def quantities(self) -> set[Quantity]:
        """What it asks the field for."""
        found = {*self._quantities.values(), *self._normal.values()}
        return {quantity for quantity in found if not isinstance(quantity, Coordinate)}

    def evaluate(self, jet: Jet, values: Mapping[Quantity, Tensor], normals: Tensor) -> Tensor:
        """Evaluate it.

        Args:
            jet: Values at N points.
            values: The same by quantity.
            normals: Outward normals (N, d); zeros off the boundary.

        Returns:
            One number for each point, (N,), or (N, k) for a vector or a gradient alone.
        """
        space = list(self._variables.space_axes)

        def value(node: ast.expr) -> Tensor:
            match node:
                case ast.Constant(value=int() | float() as number):
                    return torch.tensor(float(number), dtype=torch.float64)
                case ast.Name(id=name) if name in self._normal:
                    return (values[self._normal[name]] * normals[:, space]).sum(dim=1)
                case ast.Name(id=name) if name in self._quantities:
                    return jet(name)
                case ast.Name(id=name):
                    return torch.tensor(self._numbers[name], dtype=torch.float64)
                case ast.UnaryOp(op=ast.USub(), operand=operand):
                    return -value(operand)
                case ast.UnaryOp(operand=operand):
                    return value(operand)
                case ast.BinOp(left=left, op=op, right=right):
                    return _OPERATIONS[type(op)](value(left), value(right))
                case ast.Call(func=ast.Name(id=name), args=arguments) if name in self._calls:
                    law, order = self._calls[name]
                    given = [value(a).expand(len(normals)) for a in arguments]
                    return self._variables.laws[law].derivative(
                        jet.coefficients(law), given, (0,) * order
                    )
                case ast.Call(func=ast.Name(id=name), args=[argument]):
                    return _FUNCTIONS[name](value(argument))
            raise AssertionError("the expression was checked")

        found = value(self._tree)
        return found if found.ndim else found.expand(len(normals))

    def _check(self, node: ast.expr, is_on_boundary: bool, is_alone: bool = True) -> None:
        match node:
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return
            case ast.Name(id=name):
                self._find(name, is_on_boundary, is_alone)
            case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
                self._check(operand, is_on_boundary, False)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATIONS:
                self._check(left, is_on_boundary, False)
                self._check(right, is_on_boundary, False)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if (
                name in self._calls
            ):
                law, order = self._calls[name]
                self._check_call(self._variables.laws[law], law, order, len(arguments))
                for argument in arguments:
                    self._check(argument, is_on_boundary, False)
            case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if (
                name in _FUNCTIONS
            ):
                self._check(argument, is_on_boundary, False)
            case _:
                known = [f"{n}({', '.join(law.of)})" for n, law in self._variables.laws.items()]
                raise UserError(
                    f"{self._text!r}: {ast.unparse(node)!r} cannot be evaluated; expressions have "
                    f"numbers, names, + - * / ** and {', '.join([*_FUNCTIONS, *known])}"
                )

    def _check_call(self, law: Law, name: str, order: int, count: int) -> None:
        expected = f"{name}({', '.join(law.of)})"
        if count != len(law.of):
            raise UserError(f"{self._text!r}: {expected} has {len(law.of)} arguments, got {count}")
        if order and count > 1:
            raise UserError(
                f"{self._text!r}: primes are for functions of one argument, not for {expected}"
            )

    def _find(self, name: str, is_on_boundary: bool, is_alone: bool) -> None:
        unknown = name.removesuffix(_NORMAL)
        try:
            quantity = self._variables.parse(name)
        except LookupError as error:
            if name in self._numbers:
                return
            if is_on_boundary and name.endswith(_NORMAL) and unknown in self._variables.unknowns:
                place = self._variables.unknowns.index(unknown)
                self._normal[name] = Gradient(place, self._variables.space_axes)
                return
            known = ", ".join(self._numbers)
            more = f", {self._variables.unknowns[0]}{_NORMAL} along the normal"
            more = more if is_on_boundary else ""
            raise UserError(f"{error.args[0]}{more}; numbers {known}") from None
        except ValueError as error:
            raise UserError(str(error)) from None
        is_vector = isinstance(quantity, Gradient) or (
            isinstance(quantity, Coordinate) and quantity.is_vector
        )
        if is_vector and not is_alone:
            raise UserError(
                f"{self._text!r}: {name} has several components; name one of them, such as "
                "a derivative"
            )
        self._quantities[name] = quantity
