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

    _like: Tensor  # of the kind of the numbers, wherever they have been moved to

    def __init__(self, unknowns: Mapping[str, Unknown]):
        super().__init__()
        self.unknowns = dict(unknowns)
        self.free = nn.ParameterList(
            nn.Parameter(torch.tensor([unknown.to_free(unknown.start)], dtype=torch.float64))
            for unknown in self.unknowns.values()
        )
        self._held: dict[str, tuple[Unknown, float]] = {}
        self.register_buffer("_like", torch.zeros((), dtype=torch.float64), persistent=False)

    def __len__(self) -> int:
        return len(self.unknowns)

    def values(self) -> dict[Quantity, Tensor]:
        """Present value of each, 0-d, with a graph; those that are held have none."""
        found = {
            Number(name, unknown.likely): unknown.of_free(free.squeeze(0))
            for (name, unknown), free in zip(self.unknowns.items(), self.free, strict=True)
        }
        held: dict[Quantity, Tensor] = {
            Number(name, unknown.likely): self._like.new_tensor(value)
            for name, (unknown, value) in self._held.items()
        }
        return found | held

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
            ProblemError: If a value lies outside its bounds; one that was rounded onto a bound does
                not.
        """
        for (name, unknown), free in zip(self.unknowns.items(), self.free, strict=True):
            if name in values:
                try:
                    free.fill_(unknown.to_free(unknown.inside(values[name])))
                except ProblemError as error:
                    raise ProblemError(f"the unknown number {name!r}: {error}") from None

    def hold(self, values: Mapping[str, float]) -> None:
        """Let some of them keep a value from here on: they are trained no more.

        Args:
            values: By name [its unit].

        Raises:
            ProblemError: If a value lies outside its bounds.
        """
        self.put(values)
        kept = []
        for name, free in zip(list(self.unknowns), self.free, strict=True):
            if name in values:
                self._held[name] = (self.unknowns.pop(name), values[name])
            else:
                kept.append(free)
        self.free = nn.ParameterList(kept)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Let the unknown numbers of the problem be their present values within the block."""
        values = list(self.values().values())
        stated = [*self.unknowns.values(), *(unknown for unknown, _ in self._held.values())]
        by_id = {id(unknown): value for unknown, value in zip(stated, values, strict=True)}
        with looked_up(lambda unknown: by_id[id(unknown)]):
            yield
