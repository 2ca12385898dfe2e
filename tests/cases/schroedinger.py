"""A pulse of the nonlinear Schroedinger equation that focuses."""

import math
from functools import cache

import numpy as np
import torch
from scipy.interpolate import RectBivariateSpline
from torch import Tensor

from pinn_metakan import Initial, Interval, Jet, Periodic, Problem, SpaceTime


class Schroedinger(Problem):
    """i h_t + h_xx / 2 + |h|^2 h = 0,  h = v + i w,  h(x, 0) = 2 sech x,  period 10,  t <= pi/2.

    Source: Raissi, Perdikaris, Karniadakis, J. Comput. Phys. 378 (2019) 686-707.
    """

    coordinates, unknowns = ("x", "t"), ("v", "w")
    domain = SpaceTime(Interval(-5.0, 5.0), 0.0, math.pi / 2)
    conditions = {"start": Initial(v=lambda x: 2 / torch.cosh(x), w=0.0), "ring": Periodic("x")}

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        v, w, v_t, w_t, v_xx, w_xx = jet("v", "w", "v_t", "w_t", "v_xx", "w_xx")
        density = v**2 + w**2
        return {"real": -w_t + v_xx / 2 + density * v, "imaginary": v_t + w_xx / 2 + density * w}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        x, t = points.numpy().T
        real, imaginary = _splines()
        found = real(x, t, grid=False), imaginary(x, t, grid=False)
        return {"v": torch.from_numpy(found[0]), "w": torch.from_numpy(found[1])}


@cache
def _splines() -> tuple[RectBivariateSpline, RectBivariateSpline]:
    """Symmetric splitting with extrapolation, 512 waves, 400 times of 10 steps."""
    count, times, each = 512, 400, 10
    x = np.linspace(-5, 5, count, endpoint=False)
    wave = 2 * np.pi * np.fft.fftfreq(count, 10 / count)
    step = np.pi / 2 / times / each

    def split(h: np.ndarray, step: float) -> np.ndarray:
        h = h * np.exp(0.5j * step * np.abs(h) ** 2)
        h = np.fft.ifft(np.exp(-0.5j * step * wave**2) * np.fft.fft(h))
        return h * np.exp(0.5j * step * np.abs(h) ** 2)

    h = (2 / np.cosh(x)).astype(complex)
    columns = [h]
    for number in range(times * each):
        h = (4 * split(split(h, step / 2), step / 2) - split(h, step)) / 3  # of fourth order
        if number % each == each - 1:
            columns.append(h)
    field = np.array(columns).T
    field = np.concatenate([field, field[:1]])
    axes = np.append(x, 5.0), np.linspace(0, np.pi / 2, times + 1)
    real, imaginary = (
        RectBivariateSpline(*axes, part, kx=5, ky=5) for part in (field.real, field.imag)
    )
    return real, imaginary
