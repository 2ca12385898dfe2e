"""Settings that a problem suggests are refused where they are no tables, whoever asks for them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pinn_metakan.errors import ProblemError
from pinn_metakan.pde.description import description
from pinn_metakan.pde.loading import load_problem


@pytest.mark.parametrize(
    "suggested",
    [
        "settings = [1]",
        "settings = {3: 4}",
        "settings = 'lm.steps=3'",
        "network_settings = 3",
        "network_settings = {'kan': 3}",
        "network_settings = {'kan': {3: 4}}",
        "network_settings = {3: {}}",
    ],
)
def test_what_is_no_table_of_settings_is_told(
    suggested: str, write_problem: Callable[..., Path]
) -> None:
    problem = load_problem(str(write_problem(extra=suggested)))
    name = suggested.split(" =")[0]
    with pytest.raises(ProblemError, match=rf"mine\.py: {name}.* got "):
        description(problem)
