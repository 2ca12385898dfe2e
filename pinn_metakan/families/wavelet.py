"""Wavelets with one scale and one translation per edge: the edge functions of WavKAN."""

import math
from collections.abc import Callable
from math import comb

import torch
from torch import Tensor

from pinn_metakan.errors import look_up
from pinn_metakan.families.edge_family import EdgeFamily

#: Frequency of the Morlet wavelet [-].
_MORLET_FREQUENCY = 5.0
#: Spread of the logarithm of the scale at the start [-].
_SCALE_SPREAD = 0.3


class Wavelet(EdgeFamily):
    r"""A wavelet, scaled, moved and weighted by each edge.

    .. math:: \phi(x; \alpha, \tau, w) = w\, \psi\left(\frac{x - \tau}{a}\right), \qquad
        a = e^\alpha

    The scale is given by its logarithm: it stays positive, and a generated one starts near 1
    instead of near 0, where arguments explode.

    Args:
        mother: psi, a key of `MOTHERS`.

    Raises:
        LookupError: If there is no such wavelet.

    Source: Bozorgasl, Chen, Wav-KAN, 2024, arXiv:2405.12832.

    >>> import torch
    >>> x = torch.tensor([[0.0]], dtype=torch.float64)
    >>> edge = torch.tensor([[[0.0, 0.0, 2.0]]], dtype=torch.float64)
    >>> value, slope = Wavelet("derivative_of_gaussian").derivatives(x, edge, order=1)
    >>> float(value) == 0.0, float(slope)
    (True, -2.0)
    """

    size = 3  # alpha, tau, w
    reach = 1.5

    def __init__(self, mother: str = "mexican_hat"):
        super().__init__()
        self._mother = look_up(MOTHERS, mother, "wavelet")

    def derivatives(self, x: Tensor, coefficients: Tensor, order: int) -> list[Tensor]:
        """Evaluate w a^-n psi^(n)(z) for each order n; see `EdgeFamily.derivatives`."""
        z, a, w = _arguments(x, coefficients)
        return [w * a**-n * psi for n, psi in enumerate(self._mother(z, order))]

    def sensitivities(self, x: Tensor, coefficients: Tensor, order: int) -> list[Tensor]:
        r"""Differentiate in alpha, tau and w; see `EdgeFamily.sensitivities`.

        .. math::
            \partial_\alpha \phi^{(n)} = -w a^{-n} (n \psi^{(n)} + z \psi^{(n+1)}), \quad
            \partial_\tau \phi^{(n)} = -w a^{-n-1} \psi^{(n+1)}, \quad
            \partial_w \phi^{(n)} = a^{-n} \psi^{(n)}

        Returns:
            One tensor (N, o, i, 3) for each order.
        """
        z, a, w = _arguments(x, coefficients)
        psi = self._mother(z, order + 1)
        result = []
        for n in range(order + 1):
            by_alpha = -w * a**-n * (n * psi[n] + z * psi[n + 1])
            by_tau = -w * a ** -(n + 1) * psi[n + 1]
            result.append(torch.stack([by_alpha, by_tau, a**-n * psi[n]], dim=-1))
        return result

    def start_sizes(self, inputs: int) -> Tensor:
        """Spread of translations over the reach, of scales near 1, of weights 1 / sqrt(i)."""
        sizes = [_SCALE_SPREAD, self.reach / 2, 1 / math.sqrt(inputs)]
        return torch.tensor(sizes, dtype=torch.float64)


def _arguments(x: Tensor, coefficients: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The argument z of psi, shape (N, o, i), and the scale a and the weight w, (o, i) each."""
    alpha, tau, w = coefficients.unbind(-1)
    a = torch.exp(alpha)
    return (x.unsqueeze(1) - tau) / a, a, w


def _gaussian(z: Tensor, order: int) -> list[Tensor]:
    """Evaluate exp(-z^2 / 2) and its derivatives, by g^(n+1) = -z g^(n) - n g^(n-1)."""
    values = [torch.exp(-0.5 * z.square())]
    for n in range(order):
        following = -z * values[n]
        values.append(following - n * values[n - 1] if n > 0 else following)
    return values


def _mexican_hat(z: Tensor, order: int) -> list[Tensor]:
    """Evaluate (1 - z^2) exp(-z^2 / 2) of unit length: minus the Gaussian's second derivative."""
    size = 2 / (math.sqrt(3) * math.pi**0.25)
    return [-size * g for g in _gaussian(z, order + 2)[2:]]


def _derivative_of_gaussian(z: Tensor, order: int) -> list[Tensor]:
    """Evaluate -z exp(-z^2 / 2), the Gaussian's first derivative."""
    return _gaussian(z, order + 1)[1:]


def _morlet(z: Tensor, order: int) -> list[Tensor]:
    """Evaluate cos(5 z) exp(-z^2 / 2), by Leibniz' rule."""
    g = _gaussian(z, order)
    omega = _MORLET_FREQUENCY
    waves = [omega**n * torch.cos(omega * z + n * math.pi / 2) for n in range(order + 1)]
    values = []
    for n in range(order + 1):
        terms = [comb(n, m) * waves[m] * g[n - m] for m in range(n + 1)]
        values.append(torch.stack(terms).sum(dim=0))
    return values


#: Name -> (arguments, highest derivative) -> psi, psi', ...
MOTHERS: dict[str, Callable[[Tensor, int], list[Tensor]]] = {
    "mexican_hat": _mexican_hat,
    "morlet": _morlet,
    "derivative_of_gaussian": _derivative_of_gaussian,
}
