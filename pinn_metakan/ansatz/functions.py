"""The unknown functions of a problem: coefficients that are trained beside the network."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from pinn_metakan.derivatives.law import Law
from pinn_metakan.derivatives.request import Number, Quantity
from pinn_metakan.pde.unknown_function import (
    UnknownFunction,
    functions_looked_up,
    lookup_by_name,
)


class UnknownFunctions(nn.Module):
    """Coefficients of each unknown function.

    Args:
        functions: Unknown functions of a problem by name.
        laws: What each is made of, by name.
    """

    def __init__(self, functions: Mapping[str, UnknownFunction], laws: Mapping[str, Law]):
        super().__init__()
        self.functions, self.laws = dict(functions), dict(laws)
        self.coefficients = nn.ParameterList(
            nn.Parameter(torch.tensor(self.laws[name].first, dtype=torch.float64))
            for name in self.functions
        )

    @property
    def count(self) -> int:
        """Number of coefficients of all functions."""
        return sum(parameter.numel() for parameter in self.coefficients)

    def of(self, name: str) -> Tensor:
        """Coefficients of a function, (K,)."""
        return self.coefficients[list(self.functions).index(name)]

    def values(self) -> dict[Quantity, Tensor]:
        """Coefficients of each, (K,)."""
        return {Number(name, self.laws[name].likely): self.of(name) for name in self.functions}

    def evaluator(self, name: str) -> Callable[..., Tensor]:
        """What evaluates a function as it is now: one tensor (M,) for each argument -> (M,)."""
        law, coefficients = self.laws[name], self.of(name).detach()

        def evaluate(*arguments: Tensor) -> Tensor:
            like = [argument.to(coefficients) for argument in arguments]
            return law.derivative(coefficients, like).to(arguments[0])

        return evaluate

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Let the functions of the problem be evaluated as they are now within the block."""
        with functions_looked_up(lookup_by_name(self.functions, self.laws, self.of)):
            yield
