"""The unknown numbers of a problem, as parameters that are trained beside the network."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from pinn_metakan.derivatives.request import Number, Quantity
from pinn_metakan.errors import ProblemError
from pinn_metakan.pde.unknown import Unknown, looked_up


class UnknownNumbers(nn.Module):
    """Free numbers p, one for each unknown number, and the values that they stand for.

    Args:
        unknowns: Unknown numbers of a problem by name.
    """

    def __init__(self, unknowns: Mapping[str, Unknown]):
        super().__init__()
        self.unknowns = dict(unknowns)
        self.free = nn.ParameterList(
            nn.Parameter(torch.tensor([unknown.to_free(unknown.start)], dtype=torch.float64))
            for unknown in self.unknowns.values()
        )

    def __len__(self) -> int:
        return len(self.unknowns)

    def values(self) -> dict[Quantity, Tensor]:
        """Present value of each, 0-d, with a graph."""
        return {
            Number(name, unknown.likely): unknown.of_free(free.squeeze(0))
            for (name, unknown), free in zip(self.unknowns.items(), self.free, strict=True)
        }

    def now(self) -> dict[str, float]:
        """Present value of each by name [its unit]."""
        pairs = zip(self.unknowns.items(), self.free, strict=True)
        return {
            name: float(u.of_free(free.detach().double().squeeze(0))) for (name, u), free in pairs
        }

    @torch.no_grad()
    def put(self, values: Mapping[str, float]) -> None:
        """Set some of them.

        Args:
            values: By name [its unit]; names that are not among them are left out.

        Raises:
            ProblemError: If a value lies outside its bounds.
        """
        for (name, unknown), free in zip(self.unknowns.items(), self.free, strict=True):
            if name in values:
                try:
                    free.fill_(unknown.to_free(values[name]))
                except ProblemError as error:
                    raise ProblemError(f"the unknown number {name!r}: {error}") from None

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Let the unknown numbers of the problem be their present values within the block."""
        values = list(self.values().values())
        by_id = {id(u): value for u, value in zip(self.unknowns.values(), values, strict=True)}
        with looked_up(lambda unknown: by_id[id(unknown)]):
            yield
