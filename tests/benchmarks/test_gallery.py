"""The gallery: a card per problem, what was measured is kept, mistakes are told at once."""

import re
from pathlib import Path

import pytest
from PIL import Image
from small_tables import TINY, cells

from pinn_metakan.benchmarks.gallery import gallery
from pinn_metakan.benchmarks.gallery.card import Card, largest_error
from pinn_metakan.benchmarks.gallery.gallery import gallery_lines
from pinn_metakan.benchmarks.gallery.page import page_text
from pinn_metakan.errors import SettingsError, UserError
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.settings.layers import Layer

SMALL: list[Layer] = [("small", {**TINY, "lm": {"steps": 3}, "evaluation": {"shape": [7, 7]}})]
RESULT = {
    "n_parameters": 624, "errors": {"u": 1e-3, "v": 2e-5}, "trained": 12.3, "steps": 50,
    "stop_reason": "all steps taken", "versions": "{}", "platform": "Linux", "date": "2026-11-26",
}  # fmt: skip


def lines(out: Path, **others: object) -> list[str]:
    options: dict[str, object] = {
        "names": ["heat"], "networks": ["metakan", "mlp"], "seconds": 20.0, "layers": SMALL,
        "is_measuring": True, "progress": str,
    }  # fmt: skip
    return list(gallery_lines(out, **{**options, **others}))  # type: ignore[arg-type]


def test_a_problem_is_a_row_with_the_error_of_each_network(tmp_path: Path) -> None:
    header, _, row = lines(tmp_path)
    assert cells(header)[2:] == ["metakan", "mlp"]
    assert cells(row)[0] == "[heat](#heat)"
    assert all(re.fullmatch(r"\d\.\de[+-]\d\d, \d+ s", cell) for cell in cells(row)[2:])


def test_the_first_network_draws_a_picture(tmp_path: Path) -> None:
    lines(tmp_path)
    with Image.open(tmp_path / "heat.png") as picture:
        assert picture.width > 600
        assert len(picture.getcolors()) > 50


def test_what_was_measured_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    once = lines(tmp_path)
    monkeypatch.setattr(gallery, "_measured", lambda *arguments: pytest.fail("measured again"))
    assert lines(tmp_path) == once


def test_a_dash_stands_for_what_is_not_to_be_measured(tmp_path: Path) -> None:
    lines(tmp_path, networks=["mlp"])
    *_, row = lines(tmp_path, is_measuring=False)
    assert cells(row)[2] == "-"
    assert cells(row)[3] != "-"


def test_another_setting_is_measured_anew(tmp_path: Path) -> None:
    once = lines(tmp_path)
    assert lines(tmp_path, layers=[*SMALL, ("more", {"lm": {"steps": 9}})]) != once


def test_the_page_is_written_only_for_all_problems(tmp_path: Path) -> None:
    lines(tmp_path)
    assert not (tmp_path / "index.md").exists()


def test_the_page_has_a_table_and_a_card(tmp_path: Path) -> None:
    results = {"metakan": RESULT, "mlp": None}
    card = Card(load_problem("heat"), results, "heat.png", "problems/heat.py")
    text = page_text([card], 120.0)
    assert "## heat\n" in text
    assert "| metakan | 624 | u 1.0e-03, v 2.0e-05 | 12 | all steps taken |" in text
    assert "u_t = kappa u_xx" in text
    assert '--8<-- "problems/heat.py"' in text
    assert "2026-11-26" in text


def test_the_table_has_the_largest_error_of_an_unknown() -> None:
    assert largest_error(RESULT) == 1e-3


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"names": ["nothing"]}, "no problem 'nothing'; there are advection"),
        ({"networks": ["nothing"]}, "no network 'nothing' here"),
        ({"seconds": 0.0}, "seconds must be positive, got 0"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, given: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        lines(tmp_path, **given)


def test_a_problem_without_a_reference_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "problems").mkdir()
    text = load_problem("heat").origin.source
    text = text.replace("def reference(", "def exact(")
    (tmp_path / "problems" / "unknown.py").write_text(text)
    with pytest.raises(UserError, match=r"unknown\.py: no reference to compare with"):
        lines(tmp_path / "out", names=["unknown"])
