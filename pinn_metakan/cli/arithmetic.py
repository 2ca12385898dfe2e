"""Numbers as people write them: 0.01/pi."""

import ast
import math
import operator
from collections.abc import Callable

_OPERATIONS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: lambda a, b: float(a) ** float(b),  # whole numbers might take forever
}
_LONGEST = 200


def evaluate(text: str) -> float | None:
    """Evaluate numbers, pi, + - * / ** and parentheses; nothing else, and nothing is executed.

    Args:
        text: Such as ``0.01/pi`` or ``2*pi``.

    Returns:
        The number, None if the text is something else or the result is not finite and real.

    >>> evaluate("2*(1 + 3)")
    8
    >>> evaluate("0.01/pi") == 0.01 / math.pi
    True
    >>> evaluate("exit()") is None
    True
    """
    if len(text) > _LONGEST:
        return None
    try:
        value = _value(ast.parse(text.strip(), mode="eval").body)
        return value if math.isfinite(value) else None
    except (SyntaxError, ValueError, ArithmeticError, TypeError, RecursionError, MemoryError):
        return None


def _value(node: ast.expr) -> float:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return number
        case ast.Name(id="pi"):
            return math.pi
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _value(operand)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATIONS:
            return _OPERATIONS[type(op)](_value(left), _value(right))
        case _:
            raise ValueError(f"{ast.dump(node)} is no arithmetic")
