"""Unknown functions by a network and by SciPy."""

from pathlib import Path

import numpy as np
import pytest

from pinn_metakan.benchmarks.law_models import MODELS, data_of
from pinn_metakan.benchmarks.laws import law_lines
from pinn_metakan.errors import SettingsError
from pinn_metakan.pde.formulation import formulate
from pinn_metakan.pde.loading import load_problem


def test_an_unknown_problem_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no problem 'heat' in this table"):
        list(law_lines(tmp_path, ["heat"], "metakan", 0.01, 1, [], print))


@pytest.mark.parametrize("name", MODELS)
def test_models_give_the_data_for_the_true_law(name: str) -> None:
    problem = load_problem(name, (), {"noise": 0.0, "degree": 12})
    (law,) = formulate(problem).variables.laws.values()
    _, values, _ = data_of(problem)
    assert np.abs(MODELS[name](problem, law)(np.array(law.likely)) - values).max() < 2e-6


@pytest.mark.slow
def test_laws_are_as_near_as_those_of_scipy(tmp_path: Path) -> None:
    *_, row = law_lines(tmp_path, ["reaction_law"], "metakan", 0.01, 1, [], lambda told: None)
    cells = [cell.strip() for cell in row.split("|")]
    assert float(cells[6]) < 1.5
