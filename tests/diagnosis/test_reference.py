"""A reference that does not satisfy equations or conditions is told, however it is written."""

from collections.abc import Callable
from pathlib import Path

import pytest
from small_runs import FAST

from pinn_metakan.diagnosis.reference import check_reference
from pinn_metakan.errors import ProblemError
from pinn_metakan.pde.formulation import formulate
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.solve import solve

Write = Callable[..., Path]
DECAY = "torch.exp(-{rate} * torch.pi**2 * t) * torch.sin(torch.pi * x)"
#: The same, by torch, by NumPy, and from a table between whose lines values are interpolated.
TORCH = "x, t = points.unbind(1)\n        return {{'u': {u}}}"
NUMPY = "x, t = points.detach().unbind(1)\n        return {{'u': torch.from_numpy(({u}).numpy())}}"
TABLE = (
    "import numpy as np\n        from scipy.interpolate import RegularGridInterpolator\n"
    "        grid = torch.linspace(0, 1, 201).double()\n"
    "        x, t = torch.meshgrid(grid, grid, indexing='ij')\n"
    "        table = RegularGridInterpolator((grid.numpy(), grid.numpy()), ({u}).numpy())\n"
    "        return {{'u': torch.from_numpy(table(points.detach().numpy()))}}"
)


def told(write_problem: Write, text: str, u: str, **parts: str) -> list[str]:
    extra = "def reference(self, points):\n        " + text.format(u=u)
    problem = load_problem(str(write_problem(extra=extra, **parts)))
    return [str(finding) for finding in check_reference(formulate(problem))]


@pytest.mark.parametrize("text", [TORCH, NUMPY, TABLE], ids=["torch", "numpy", "table"])
def test_a_right_reference_has_no_finding(text: str, write_problem: Write) -> None:
    assert told(write_problem, text, DECAY.format(rate=1.0)) == []


@pytest.mark.parametrize("text", [TORCH, NUMPY, TABLE], ids=["torch", "numpy", "table"])
def test_a_reference_of_another_parameter_is_told(text: str, write_problem: Write) -> None:
    (finding,) = told(write_problem, text, DECAY.format(rate=0.7))
    assert finding.startswith("the reference does not satisfy heat: its residual is 0.")
    assert "compare signs, factors and parameters" in finding


def test_a_reference_that_misses_a_condition_is_told(write_problem: Write) -> None:
    walls = "{'start': Initial(u=lambda x: torch.sin(torch.pi * x)), 'walls': Dirichlet(u=0.5)}"
    (finding,) = told(write_problem, TORCH, DECAY.format(rate=1.0), conditions=walls)
    assert finding.startswith("the reference does not satisfy condition 'walls': walls_u is off by")


def test_a_reference_that_misses_a_flux_is_told(write_problem: Write) -> None:
    walls = "{'start': Initial(u=lambda x: torch.sin(torch.pi * x)), 'walls': Neumann(u=0.0)}"
    (finding,) = told(write_problem, TORCH, DECAY.format(rate=1.0), conditions=walls)
    assert "condition 'walls'" in finding


@pytest.mark.parametrize(("off", "count"), [(0.2, 0), (0.8, 1)])
def test_data_are_off_beyond_their_noise_alone(
    off: float, count: int, write_problem: Write
) -> None:
    data = (
        "{'data': Observed(torch.rand(40, 2, generator=torch.Generator().manual_seed(0)).double(), "
        f"u=torch.full((40,), 5.0 + {off}).double(), sigma=0.2)}}"
    )
    found = told(
        write_problem, TORCH, "0 * x + 5.0", conditions=data, residual="return {'heat': jet('u_t')}"
    )
    assert len(found) == count
    assert all("condition 'data': data_u is off by 0.8" in finding for finding in found)


def test_a_reference_of_a_fixed_number_of_points_is_told(
    write_problem: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    text = "x, t = points.unbind(1)\n        return {{'u': ({u}).expand(len(x))[:100]}}"
    assert told(write_problem, text, "torch.ones(1)") == []
    problem = load_problem("mine.py")
    with pytest.raises(ProblemError, match=r"reference: u is \(100,\), expected shape"):
        solve(problem, settings=FAST)
