"""Families and a network as users write them, in files of their own."""

from pathlib import Path

SINE = '''
import math
import torch
from pinn_metakan import Family

class Sine(Family):
    """sin(k x + k), k = 1 ... count."""

    reach = math.inf

    def __init__(self, count: int = 3, pace=1.0):
        super().__init__()
        self.size, self.pace = count, pace

    def derivatives(self, x, order):
        k = self.pace * torch.arange(1, self.size + 1, dtype=x.dtype, device=x.device)
        phase = (x.unsqueeze(-1) + 1) * k
        return [k**n * torch.sin(phase + n * math.pi / 2) for n in range(order + 1)]
'''
BELL = '''
import torch
from pinn_metakan import EdgeFamily

class Bell(EdgeFamily):
    """w exp(-x^2)."""

    size, reach = 1, 2.0

    def derivatives(self, x, coefficients, order):
        return [b.unsqueeze(1) * coefficients[..., 0] for b in self._bell(x, order)]

    def sensitivities(self, x, coefficients, order):
        ones = torch.ones_like(coefficients)
        return [b.unsqueeze(1).unsqueeze(-1) * ones for b in self._bell(x, order)]

    def start_sizes(self, inputs):
        return torch.ones(1, dtype=torch.float64)

    def _bell(self, x, order):
        h = [torch.ones_like(x), -2 * x]
        for n in range(1, order):
            h.append(-2 * x * h[n] - 2 * n * h[n - 1])
        return [part * torch.exp(-x.square()) for part in h[: order + 1]]
'''
WAVE = '''
from pinn_metakan import MLP, Network

class WaveNet(Network):
    """An MLP in a class of its own."""

    def __init__(self, inputs, outputs, generator, widths=(3,), name: str = "wave"):
        super().__init__()
        self.inner, self.name = MLP([inputs, *widths, outputs], generator), name
        self.widths = self.inner.widths

    @property
    def edge_coefficients(self):
        return None

    def chain(self):
        return self.inner.chain()

    def describe(self):
        return f"{self.name}: an MLP in a class of its own"

    def baked(self):
        return self
'''


def write_parts(folder: Path) -> None:
    """Write problems/sine.py, which is found by its name, my/bell.py and my/ripple.py."""
    for name in ("problems", "my"):
        (folder / name).mkdir()
    (folder / "problems" / "sine.py").write_text(SINE)
    (folder / "my" / "ripple.py").write_text(WAVE)
    (folder / "my" / "bell.py").write_text(BELL)
