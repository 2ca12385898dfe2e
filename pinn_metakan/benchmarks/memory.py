"""What training keeps in memory: a MetaKAN against the KAN whose coefficients it generates."""

from collections.abc import Iterator

from torch import Tensor

from pinn_metakan.benchmarks.command import Progress
from pinn_metakan.benchmarks.measure.assembled import run_of
from pinn_metakan.benchmarks.measure.tensor_memory import MIB, saved_bytes
from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.geometry.ball import Ball
from pinn_metakan.pde.boundary_conditions import Dirichlet
from pinn_metakan.pde.problem import Problem

_WIDTHS = [128, 128, 128]
_POINTS = 100
#: Numbers that Adam and the gradient hold for each parameter.
_PER_PARAMETER = 3
_CUBIC: dict[str, object] = {"family": "bspline"}
_SINE: dict[str, object] = {**_CUBIC, "prompt_dimension": 1, "hidden_width": 32}
#: Name -> network, settings, engine. The first is what the others are compared with.
_CASES: dict[str, tuple[str, dict[str, object], str]] = {
    "kan, autograd": ("kan", _CUBIC, "autograd"),
    "kan, jets": ("kan", _CUBIC, "jets"),
    "metakan-sine, autograd": ("metakan-sine", _SINE, "autograd"),
    "metakan-sine, jets": ("metakan-sine", _SINE, "jets"),
    "metakan, autograd": ("metakan", {}, "autograd"),
    "metakan, jets": ("metakan", {}, "jets"),
}


class _Ball(Problem):
    """laplacian u = 1 in the unit ball of R^4,  u = 0 on its surface."""

    coordinates, unknowns = ("x",), ("u",)
    domain = Ball(4)
    conditions = {"surface": Dirichlet(u=0.0)}  # noqa: RUF012

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        """Balance of diffusion and source."""
        laplacian = jet("laplacian_u")
        assert isinstance(laplacian, Tensor)  # one name gives one tensor
        return {"poisson": laplacian - 1.0}


def memory_lines(device: str, dtype: str, progress: Progress) -> Iterator[str]:
    """Count the bytes that a first-order step of [4,128,128,128,1] at 100 points keeps.

    Args:
        device: "auto", "cpu" or "cuda".
        dtype: "float64" or "float32".
        progress: Told each network.

    Yields:
        Rows of a table in Markdown.
    """
    yield "| network, engine | parameters | kept for backward | gradient and Adam | sum | part |"
    yield "|---|---|---|---|---|---|"
    whole = 0.0
    for name, (network, settings, engine) in _CASES.items():
        progress(name)
        layer = {
            "network": {"widths": _WIDTHS, **settings},
            "points": {"interior": _POINTS},
            "engine": engine,
        }
        run = run_of(_Ball(), network, layer, device, dtype)
        size = next(run.network.parameters()).element_size()
        state = _PER_PARAMETER * run.network.n_parameters * size / MIB
        kept = saved_bytes(run) / MIB
        whole = whole or kept + state
        yield (
            f"| {name} | {run.network.n_parameters} | {kept:.1f} MiB | {state:.1f} MiB "
            f"| {kept + state:.1f} MiB | {(kept + state) / whole:.3f} |"
        )
