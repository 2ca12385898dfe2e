"""Every example in a docstring gives what it says."""

import doctest
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

import pinn_metakan
from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.families.table import FAMILIES
from pinn_metakan.geometry.ball import Ball
from pinn_metakan.geometry.box import Box, Interval
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.space_time import SpaceTime
from pinn_metakan.pde.condition import Condition

PACKAGE = Path(pinn_metakan.__file__).parent
WITH_EXAMPLES = [path for path in sorted(PACKAGE.rglob("*.py")) if ">>> " in path.read_text()]


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=name_of)
def test_the_examples_of_a_file_give_what_they_say(path: Path) -> None:
    result = doctest.testmod(import_module(name_of(path)))
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize(
    "kind", [*FAMILIES.values(), Domain, Box, Interval, Ball, SpaceTime, Condition, Jet]
)
def test_what_users_build_with_has_an_example(kind: Callable[..., object]) -> None:
    assert ">>> " in (kind.__doc__ or "")
