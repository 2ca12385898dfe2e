"""Ablations of the MetaKAN, and the figure of them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pinn_metakan.benchmarks import ablation, variants
from pinn_metakan.benchmarks.ablation import GROUPS, ablation_lines
from pinn_metakan.errors import SettingsError
from pinn_metakan.networks.table import build_network
from pinn_metakan.settings import build_settings


def test_each_part_is_changed_and_the_default_is_solved_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = ["meta_learners", "hidden_function"]
    told: list[str] = []
    rows = list(ablation_lines(tmp_path, "heat", 1, 1, "cpu", few, told.append))
    assert len(rows) == 2 + 3 + 4 + 1
    runs = {path.parent for path in tmp_path.glob("*/seed-*")}
    assert len(runs) == len(set(told)) == 6  # the default is in both groups
    assert (tmp_path / "ablation.png").stat().st_size > 10_000
    monkeypatch.setattr(variants, "solve", None)
    assert list(ablation_lines(tmp_path, "heat", 1, 1, "cpu", few, str)) == rows


def test_the_table_has_the_parts_that_the_paper_leaves_open() -> None:
    values = {
        group.title: {v for c in group.curves.values() for v in c} for group in GROUPS.values()
    }
    assert values["Prompts"] == {1, 2, 4, 8}
    assert {8, 128} <= values["Hidden width of the meta-learner"]
    assert {"relu", "sine"} <= values["Hidden function"]


@pytest.mark.parametrize("group", GROUPS.values(), ids=GROUPS)
def test_every_variant_builds_a_network(group: ablation.Group, generator: object) -> None:
    for parts in group.curves.values():
        for changes in parts.values():
            settings = build_settings("metakan", [("test", {"network": changes})])
            assert build_network(2, 1, settings.network, generator).n_parameters > 0  # type: ignore[arg-type]


def test_an_unknown_part_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no part 'depth' to change; there are prompts"):
        list(ablation_lines(tmp_path, "heat", 1, 1, "cpu", ["depth"], str))


def test_a_problem_without_a_reference_is_refused(
    tmp_path: Path, write_problem: Callable[..., Path]
) -> None:
    path = str(write_problem())
    with pytest.raises(SettingsError, match="has no reference"):
        list(ablation_lines(tmp_path, path, 1, 1, "cpu", [], str))
