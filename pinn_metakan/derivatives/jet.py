"""The jet: values of coordinates, unknowns and derivatives, which a residual asks for by name."""

from collections.abc import Mapping
from typing import overload

import torch
from torch import Tensor

from pinn_metakan.derivatives.law import is_call, parse_call
from pinn_metakan.derivatives.request import Coordinate, Gradient, Number, Quantity, Variables


class Jet:
    """Values of coordinates, unknowns and derivatives at N points.

    ``u, u_t, u_xx = jet("u", "u_t", "u_xx")`` returns one tensor (N,) per name, and ``jet("u")``
    the tensor itself; a vector coordinate or a gradient is (N, d).

    Args:
        variables: What names mean.
        points: Shape (N, d).
        values: A tensor for each quantity that was announced.

    >>> variables = Variables(("x", "t"), ("u",), dimension=2, time_axis=1)
    >>> values = {variables.parse("u_t"): torch.tensor([3.0])}
    >>> x, u_t = Jet(variables, torch.tensor([[0.5, 2.0]]), values)("x", "u_t")
    >>> float(x), float(u_t)
    (0.5, 3.0)
    """

    def __init__(self, variables: Variables, points: Tensor, values: Mapping[Quantity, Tensor]):
        self._variables = variables
        self._points = points
        self._values = values

    @overload
    def __call__(self, name: str, /) -> Tensor: ...

    @overload
    def __call__(self, name: str, second: str, /, *names: str) -> tuple[Tensor, ...]: ...

    def __call__(self, *names: str) -> Tensor | tuple[Tensor, ...]:
        """Values by their names.

        Args:
            *names: Such as ``x``, ``u``, ``u_t``, ``u_xy``, ``laplacian_u``; an unknown number,
                ``D``, is a tensor without axes; an unknown function and its derivatives are
                ``k(u)``, ``k'(u)``.

        Returns:
            One tensor for one name, a tuple for several.

        Raises:
            LookupError: If a name is unknown, or was not asked for when the problem was loaded.
        """
        values = tuple(self._value(name) for name in names)
        return values[0] if len(values) == 1 else values

    def coefficients(self, law: str) -> Tensor:
        """Coefficients (K,) of an unknown function by its name."""
        quantity = self._variables.coefficients[law]
        if quantity not in self._values:
            return self._points.new_tensor(quantity.likely)
        return self._values[quantity]

    def _call(self, call: str) -> Tensor:
        """Evaluate an unknown function at the values of its arguments."""
        name, order, arguments = parse_call(call)
        laws = self._variables.laws
        if name not in laws:
            raise LookupError(
                f"{call!r}: there is no unknown function {name!r}; state it in the constructor, "
                f"such as self.{name} = UnknownFunction({arguments[0]!r})"
            )
        law = laws[name]
        if len(arguments) != len(law.of) or (order and len(arguments) > 1):
            expected = f"{name}({', '.join(law.of)})"
            raise LookupError(
                f"{call!r} does not fit: it is asked for as {expected}, and its derivatives as "
                f"self.{name}.derivative({', '.join(law.of)}, along={law.of[0]!r})"
            )
        values = [self._value(argument) for argument in arguments]
        return law.derivative(self.coefficients(name), values, (0,) * order)

    def _value(self, name: str) -> Tensor:
        if is_call(name):
            return self._call(name)
        quantity = self._variables.parse(name)
        if isinstance(quantity, Coordinate):
            columns = self._points[:, list(quantity.columns)]
            return columns if quantity.is_vector else columns[:, 0]
        if isinstance(quantity, Number) and quantity not in self._values:
            return self._points.new_tensor(quantity.likely)
        if quantity not in self._values:
            raise LookupError(
                f"{name!r} was not asked for when the problem was loaded: "
                "what a residual asks for must not depend on values"
            )
        return self._values[quantity]


class RecordedValues(dict[Quantity, Tensor]):
    """Values that are made up when they are asked for; its keys record what was asked for.

    Args:
        points: Shape (N, d); values are made up for N points, near 1, the same each time.
    """

    def __init__(self, points: Tensor):
        super().__init__()
        self._points = points
        self._generator = torch.Generator().manual_seed(0)

    def __contains__(self, quantity: object) -> bool:
        return True

    def __missing__(self, quantity: Quantity) -> Tensor:
        if isinstance(quantity, Number):
            self[quantity] = self._points.new_tensor(quantity.likely)
            return self[quantity]
        shape = [len(self._points)]
        if isinstance(quantity, Gradient):
            shape.append(len(quantity.axes))
        noise = torch.rand(*shape, generator=self._generator, dtype=self._points.dtype)
        self[quantity] = 0.5 + noise
        return self[quantity]
