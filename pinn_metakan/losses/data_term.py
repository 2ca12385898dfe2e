"""Deviations of data from a model, as the noise makes them count."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class DataTerm:
    """Deviations of the values of a term from the model.

    Args:
        rows: Where they are in the residual vector.
        deviations: Model minus data, as they count, (M,) [unit of the values].
        factor: What a residual enters the vector with.
        sigma: Standard deviation of the noise [unit of the values].
        is_estimated: Whether that is found from the deviations.
        huber: Deviations of more than so many sigma count linearly.
    """

    rows: slice
    deviations: Tensor
    factor: float | Tensor
    sigma: float
    is_estimated: bool
    huber: float

    @property
    def relative(self) -> Tensor:
        """Deviations over sigma, as they count, (M,)."""
        return self.deviations / self.sigma

    @property
    def spread(self) -> float:
        """What Huber's function makes of the variance of an estimate, 1 for squares.

        <psi^2> / <psi'> with the derivative psi of Huber's function; `scale` has psi' already.
        """
        psi = self.relative.abs().clamp(max=self.huber)
        inside = float((self.relative.abs() <= self.huber).double().mean())
        if self.huber == math.inf or inside == 0:
            return 1.0
        return float(psi.square().mean()) / inside

    def scale(self) -> Tensor:
        """What rows of the vector are multiplied by, to be deviations over sigma, (M,)."""
        size = self.relative.abs()
        inner = torch.where(size > self.huber, torch.zeros_like(size), torch.ones_like(size))
        return inner / (self.factor * self.sigma)
