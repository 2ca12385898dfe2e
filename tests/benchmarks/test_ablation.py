"""Ablations of the MetaKAN, and the figure of them."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from small_tables import TINY, cells, solve_or_diverge
from torch import Generator

from pinn_metakan.benchmarks import ablation
from pinn_metakan.benchmarks.ablation import GROUPS, ablation_lines
from pinn_metakan.benchmarks.measure import variants
from pinn_metakan.benchmarks.measure.variants import Case, Variant
from pinn_metakan.errors import SettingsError
from pinn_metakan.networks.coefficients.meta_learner import HIDDEN_FUNCTIONS
from pinn_metakan.networks.table import build_network
from pinn_metakan.settings.layers import Layer, build_settings
from pinn_metakan.settings.networks import MetaKANSettings


def test_each_part_is_changed_and_the_default_is_solved_once(
    tmp_path: Path, write_problem: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    suggested = TINY | {"network": {"widths": [3, 3]}}
    path = write_problem(
        extra=f"network_settings = {{'metakan-sine': {suggested}}}\n"
        "    def reference(self, points): return {'u': points[:, 0]}"
    )
    monkeypatch.chdir(path.parent)
    out, few = Path("out"), ["meta_learners", "hidden_function"]
    told: list[str] = []
    rows = list(ablation_lines(out, "mine.py", 1, 1, "cpu", few, told.append))
    assert len(rows) == 2 + 3 + 5 + 1
    runs = {path.parent for path in out.glob("*/seed-*")}
    assert len(runs) == len(set(told)) == 7  # the default is in both groups
    assert (out / "ablation.png").stat().st_size > 10_000
    monkeypatch.setattr(variants, "solve", None)
    assert list(ablation_lines(out, "mine.py", 1, 1, "cpu", few, str)) == rows


DEFAULT = MetaKANSettings()


def test_the_table_has_the_parts_that_the_paper_leaves_open() -> None:
    groups = [make(DEFAULT, 1) for make in GROUPS.values()]
    values = {group.title: {v for c in group.curves.values() for v in c} for group in groups}
    assert values["Prompts"] == {1, 2, 4, 8}
    assert {8, 128} <= values["Hidden width of the meta-learner"]
    assert values["Meta-learners"] == {1, 2, 4}
    assert {"relu", "sine", "linear (shared functions)"} <= values["Hidden function"]


@pytest.mark.parametrize("part", GROUPS)
@pytest.mark.parametrize(
    ("suggested", "outputs"),
    [({}, 1), ({"widths": [12, 12]}, 12), ({"widths": []}, 1), ({"prompt_dimension": 3}, 2)],
)
def test_every_variant_builds_a_network(
    suggested: dict[str, object], outputs: int, part: str, generator: Generator
) -> None:
    group = GROUPS[part](MetaKANSettings.model_validate(suggested), outputs)
    for parts in group.curves.values():
        for variant in parts.values():
            layers: list[Layer] = [("test", {"network": variant.settings})]
            if variant.network == "metakan-sine":
                layers.insert(0, ("test", {"network": suggested}))
            settings = build_settings(variant.network, layers)
            assert build_network(2, outputs, settings.network, generator).n_parameters > 0


@pytest.mark.parametrize(
    ("widths", "outputs", "values"),
    [([10, 10, 10], 1, [1, 2, 4]), ([8], 1, [1, 2]), ([8, 8], 8, [1, 3]), ([], 1, [1])],
)
def test_meta_learners_are_counted_against_the_layers_of_the_network(
    widths: list[int], outputs: int, values: list[int]
) -> None:
    group = GROUPS["meta_learners"](MetaKANSettings(widths=widths), outputs)
    assert group.across == f"number C for the {len(widths) + 1} layers [-]"
    assert [list(curve) for curve in group.curves.values()] == [values]


def test_what_the_problem_suggests_is_the_default(
    tmp_path: Path, write_problem: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    suggested = {"widths": [3, 5], "hidden_function": "tanh", "prompt_dimension": 3}
    path = write_problem(
        extra=f"network_settings = {{'metakan': {{'network': {suggested}}}}}\n"
        "    def reference(self, points): return {'u': points[:, 0]}"
    )
    changes: list[object] = []

    def no_run(path: Path, case: Case, device: str, progress: object) -> SimpleNamespace:
        changes.append(case.variant.settings["network"])
        attributes = {"seconds": 1.0, "n_parameters": 1}
        return SimpleNamespace(relative_l2={"u": 1.0}, attributes=attributes)

    monkeypatch.setattr(ablation, "run_case", no_run)
    parts = ["meta_learners", "hidden_function"]
    _, _, *rows = ablation_lines(tmp_path, str(path), 1, 1, "cpu", parts, str)
    assert [row.split(" | ")[1] for row in rows[:3]] == ["1", "2", "3"]
    assert rows[0].startswith("| Meta-learners, E = 3 |")
    assert changes[:3] == [{"meta_learners": 1}, {"meta_learners": 2}, {}]
    others = [{} if name == "tanh" else {"hidden_function": name} for name in HIDDEN_FUNCTIONS]
    same = {"widths": [3, 5], "prompt_dimension": 3}  # of the network that shares functions
    assert changes[3:] == [*others, same]


def test_an_unknown_part_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no part 'depth' to change; there are prompts"):
        list(ablation_lines(tmp_path, "heat", 1, 1, "cpu", ["depth"], str))


def test_a_problem_without_a_reference_is_refused(
    tmp_path: Path, write_problem: Callable[..., Path]
) -> None:
    path = str(write_problem())
    with pytest.raises(SettingsError, match="has no reference"):
        list(ablation_lines(tmp_path, path, 1, 1, "cpu", [], str))


def test_the_ablation_draws_what_has_not_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups = {
        "few": lambda default, outputs: ablation.Group(
            "Few",
            "C [-]",
            {"some": {c: Variant("metakan-sine", {"meta_learners": c % 2}) for c in (1, 2)}},
        )
    }
    monkeypatch.setattr(ablation, "GROUPS", groups)
    for number, is_bad in enumerate([lambda _, seed: seed == 1, lambda *_: True]):
        monkeypatch.setattr(variants, "solve", solve_or_diverge(is_bad))
        out = tmp_path / str(number)
        rows = [cells(line) for line in ablation.ablation_lines(out, "heat", 3, 1, "cpu", [], str)]
        shown = [[cell == "nan" for cell in row[3:6]] for row in rows[2:4]]
        assert shown == [[False, False, True] if number == 0 else [True] * 3] * 2
        assert (out / "ablation.png").is_file()
