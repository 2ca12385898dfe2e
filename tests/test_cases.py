"""References of the cases against their equations, by differences in float64."""

from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from torch import Tensor

from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.problem import Problem

CASES = sorted((Path(__file__).parent / "cases").glob("*.py"))


class Differenced:
    """What a residual asks for, of a reference: differences of fourth order in each coordinate."""

    def __init__(self, problem: Problem, points: Tensor, widths: Tensor, stretch: float = 1.0):
        self._problem, self._points, self._widths = problem, points, widths
        self._stretch = stretch  # makes every derivative wrong, to see how large the terms are

    def __call__(self, *names: str) -> Tensor | tuple[Tensor, ...]:
        values = tuple(self._of(name) * self._factor(name) for name in names)
        return values[0] if len(values) == 1 else values

    def _factor(self, name: str) -> float:
        if name.startswith("laplacian_"):
            return self._stretch
        letters = name.partition("_")[2]
        return self._stretch ** sum(1 + self._problem.coordinates.index(a) for a in letters)

    def _of(self, name: str) -> Tensor:
        coordinates = list(self._problem.coordinates)
        if name in coordinates:
            return self._points[:, coordinates.index(name)]
        if name.startswith("laplacian_"):
            space = [axis for axis, name in enumerate(coordinates) if name != "t"]
            parts = [self._value(name[10:], [a, a], self._points) for a in space]
            return torch.stack(parts).sum(dim=0)
        unknown, _, letters = name.partition("_")
        axes = [coordinates.index(letter) for letter in letters]
        return self._value(unknown, axes, self._points)

    def _value(self, unknown: str, axes: Sequence[int], points: Tensor) -> Tensor:
        if not axes:
            return self._problem.reference(points)[unknown]  # type: ignore[index]
        axis, *others = axes
        step = torch.zeros_like(self._widths)
        step[axis] = self._widths[axis] * (2e-3 if len(axes) < 3 else 6e-3)

        def at(shift: float) -> Tensor:
            return self._value(unknown, others, points + shift * step)

        return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * step[axis])


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_reference_of_a_case_satisfies_its_equations(
    path: Path, generator: torch.Generator
) -> None:
    problem = load_problem(str(path))
    low, high = torch.tensor(problem.domain.bounds, dtype=torch.float64).T
    inside = 0.15 + 0.7 * torch.rand(40, len(low), generator=generator, dtype=torch.float64)
    points = low + (high - low) * inside
    residual = problem.residual(Differenced(problem, points, high - low))  # type: ignore[arg-type]
    wrong = problem.residual(Differenced(problem, points, high - low, 1.1))  # type: ignore[arg-type]
    for name, values in residual.items():
        size = float((wrong[name] - values).abs().max())
        assert float(values.abs().median()) <= 1e-4 * size + 1e-7, name
