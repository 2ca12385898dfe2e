"""Draw the pictures of the page of cases: the exact or numerical reference of each.

``python docs/figures/cases.py`` writes docs/figures/cases/NAME.png for each file of tests/cases,
``python docs/figures/cases.py membrane`` that alone. Nothing is trained.
"""

import sys
from pathlib import Path

import matplotlib
import numpy as np
import torch

from pinn_metakan import Problem, load_problem

matplotlib.use("agg")
from matplotlib import pyplot as plt

ROOT = Path(__file__).parents[2]
OUT = Path(__file__).parent / "cases"
FILES = [*(ROOT / "tests" / "cases").glob("[!_]*.py")]
#: Points along each axis of a map, and along a line.
ACROSS, ALONG = 161, 801
INCHES, DPI = (3.2, 2.2), 100


def names_of_columns(problem: Problem) -> list[str]:
    """Names of the columns of points: ``x1``, ``x2``, ... of a vector coordinate."""
    names, dimension = list(problem.coordinates), problem.domain.dimension
    if len(names) == dimension:
        return names
    return [f"{names[0]}{k + 1}" for k in range(dimension)]


def reference_at(problem: Problem, points: torch.Tensor) -> dict[str, np.ndarray]:
    """The reference by unknown, (N,); NaN outside the domain."""
    inside = problem.domain.contains(points)
    found = {}
    for name, values in (problem.reference(points) or {}).items():
        found[name] = torch.where(inside, values, torch.nan).numpy()
    return found


def lines(problem: Problem, axes: plt.Axes) -> None:
    """Draw the unknowns of a problem of one coordinate, each over its largest size."""
    (bounds,) = problem.domain.bounds
    x = torch.linspace(*bounds, ALONG, dtype=torch.float64)
    for name, values in reference_at(problem, x[:, None]).items():
        size = np.abs(values).max() if len(problem.unknowns) > 1 else 1.0
        label = f"{name} / {size:.3g}" if size != 1.0 else name
        axes.plot(x, values / size, label=label)
    axes.set_xlabel(problem.coordinates[0])
    axes.legend(fontsize=7)


def map_of(problem: Problem, axes: plt.Axes) -> None:
    """Draw the first unknown over two columns: the first two of space, or space and time."""
    names, bounds = names_of_columns(problem), problem.domain.bounds
    x, y = (torch.linspace(*bounds[k], ACROSS, dtype=torch.float64) for k in (0, 1))
    points = torch.zeros(ACROSS * ACROSS, len(bounds), dtype=torch.float64)
    points[:, :2] = torch.cartesian_prod(x, y)
    title = problem.unknowns[0]
    if len(bounds) == 3:  # two of space and time: a time at which there is something to see
        points[:, 2] = bounds[2][0] + 0.1 * (bounds[2][1] - bounds[2][0])
        title += f" at t = {float(points[0, 2]):g}"
    elif len(bounds) > 3:
        title += " where the others are 0"
    values = reference_at(problem, points)[problem.unknowns[0]].reshape(ACROSS, ACROSS)
    is_in_time = names[1] == "t"
    across, up = (y, x) if is_in_time else (x, y)
    drawn = axes.pcolormesh(across, up, values if is_in_time else values.T, rasterized=True)
    axes.figure.colorbar(drawn, ax=axes)
    if not is_in_time:
        axes.set_aspect("equal")
    axes.set_xlabel(names[1] if is_in_time else names[0])
    axes.set_ylabel(names[0] if is_in_time else names[1])
    axes.set_title(title, fontsize=8)


def draw(path: Path) -> Path:
    """Draw the reference of the problem of a file."""
    problem = load_problem(str(path))
    with plt.rc_context({"font.size": 8}):
        figure, axes = plt.subplots(figsize=INCHES, layout="constrained")
        (lines if problem.domain.dimension == 1 else map_of)(problem, axes)
        OUT.mkdir(exist_ok=True)
        target = OUT / f"{path.stem}.png"
        figure.savefig(target, dpi=DPI, metadata={"Software": None})
        plt.close(figure)
    return target


if __name__ == "__main__":
    wanted = sys.argv[1:] or [path.stem for path in FILES]
    for path in sorted(FILES):
        if path.stem in wanted:
            print(draw(path))
