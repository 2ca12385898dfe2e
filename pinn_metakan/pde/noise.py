"""The noise of data: how large it is, and what a deviation counts for."""

import math
from collections.abc import Iterator, Mapping

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from pinn_metakan.pde.condition import NoiseLevel

#: Stands for a noise level that is not known.
ESTIMATE = "estimate"


class Noise:
    r"""Standard deviations sigma_i of the values of each name, known or not.

    The common level is :math:`\bar\sigma = (\langle \sigma_i^{-2} \rangle)^{-1/2}`.

    Args:
        sigma: A number, an array (M,), a dict of such by name, `ESTIMATE`, or None.
        values: The values by name, (M,) each.
        huber: From how many sigma on deviations count linearly; None for never.

    Raises:
        ValueError: If a sigma is not positive or has another shape, or there is none for Huber.
    """

    def __init__(self, sigma: object, values: Mapping[str, Tensor], huber: float | None):
        given = sigma if isinstance(sigma, Mapping) else dict.fromkeys(values, sigma)
        for name in given:
            if name not in values:
                raise ValueError(f"Observed: sigma has {name!r}, but there are no values of it")
        #: By name the sigma of each value, (M,); None where it is to be estimated.
        self.sigmas: dict[str, Tensor | None] = {}
        for name, level in given.items():
            if level is None:
                continue
            known = None if isinstance(level, str) else _sigmas(name, level, len(values[name]))
            if known is None and level != ESTIMATE:
                raise ValueError(f"Observed: sigma must be numbers or {ESTIMATE!r}, got {level!r}")
            self.sigmas[name] = known
        self.huber = huber
        if huber is None:
            return
        if (
            isinstance(huber, bool)
            or not isinstance(huber, int | float)
            or not 0 < huber < math.inf
        ):
            raise ValueError(f"Observed: huber must be a positive number of sigma, got {huber!r}")
        if not self.sigmas or None in self.sigmas.values():
            raise ValueError("Observed: huber counts in sigma; give sigma as numbers")

    def levels(self) -> dict[str, NoiseLevel]:
        """The common noise of the values by name; names without noise are left out."""
        limit = math.inf if self.huber is None else self.huber
        return {
            name: NoiseLevel(math.nan if sigma is None else _common(sigma), limit)
            for name, sigma in self.sigmas.items()
        }

    def weighed(self, name: str, deviations: Tensor) -> Tensor:
        """Deviations as they count, (M,), in units of the values.

        Args:
            name: What was observed.
            deviations: Model minus value, (M,).

        Returns:
            Each times the common sigma over its own; large ones less where Huber is asked for, so
            that their squares are Huber's function.
        """
        sigma = self.sigmas.get(name)
        if sigma is None:
            return deviations
        relative = deviations / sigma.to(deviations)
        if self.huber is not None:
            limit = self.huber
            size = relative.abs()
            root = (2 * limit * size.clamp(min=limit) - limit**2).sqrt()
            relative = torch.where(size <= limit, relative, relative.sign() * root)
        return _common(sigma) * relative

    def described(self) -> Iterator[str]:
        """What is known of it, for people."""
        if not self.sigmas:
            return
        names = list(self.sigmas)
        shown = {name: _shown(sigma) for name, sigma in self.sigmas.items()}
        is_same = len(set(shown.values())) == 1
        texts = [shown[names[0]]] if is_same else [f"{name}: {shown[name]}" for name in names]
        yield f"sigma={', '.join(texts)}"
        if self.huber is not None:
            yield f"huber={self.huber:g}"


def as_tensor(values: ArrayLike | Tensor, what: str) -> Tensor:
    """Turn numbers into a float64 tensor.

    Args:
        values: The numbers.
        what: What they are, for messages.

    Returns:
        A copy on the CPU.

    Raises:
        ValueError: If they are no real numbers.
    """
    if isinstance(values, Tensor):
        values = values.detach().cpu().numpy()
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"Observed: {what} must be real numbers, got {array.dtype}")
    return torch.from_numpy(np.array(array, dtype=np.float64))


def _sigmas(name: str, level: object, count: int) -> Tensor:
    found = as_tensor(level, f"sigma of {name}")  # type: ignore[arg-type]
    if found.ndim and found.shape != (count,):
        shape = tuple(found.shape)
        raise ValueError(
            f"Observed: sigma of {name} must be a number or ({count},), got shape {shape}"
        )
    if not bool(((found > 0) & torch.isfinite(found)).all()):
        raise ValueError(
            f"Observed: sigma of {name} must be positive, got {float(found.min()):g}; leave it out "
            "for values without noise"
        )
    return found.expand(count)


def _common(sigma: Tensor) -> float:
    return float(sigma.pow(-2).mean()) ** -0.5


def _shown(sigma: Tensor | None) -> str:
    if sigma is None:
        return ESTIMATE
    low, high = float(sigma.min()), float(sigma.max())
    return f"{low:.3g}" if low == high else f"{low:.3g} to {high:.3g}"
