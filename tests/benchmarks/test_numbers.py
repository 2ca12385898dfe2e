"""Numbers of short runs: equal when nothing has changed, refused when something has moved."""

import json
from pathlib import Path

import pytest

from pinn_metakan.benchmarks import numbers
from pinn_metakan.benchmarks.numbers import CASES, Numbers, number_lines
from pinn_metakan.errors import SettingsError, TrainingError, UserError


@pytest.fixture(scope="module")
def of_poisson() -> Numbers:
    return numbers.run_case(CASES["poisson, mlp"])


@pytest.mark.parametrize(
    "name", ["poisson, mlp", "heat, metakan, untied", "heat, metakan-sine, untied"]
)
def test_numbers_are_the_same_again(name: str, tmp_path: Path) -> None:
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    list(number_lines(first, None, [name], str))
    _, _, row = number_lines(second, first, [name], str)
    assert row.count("same") == 7
    assert first.read_bytes() == second.read_bytes()
    (found,) = json.loads(first.read_text()).values()
    assert found["loss at the end"] < found["loss after 3 LM steps"] < found["loss after Adam"]


@pytest.mark.parametrize(
    ("key", "factor"),
    [("jacobian", 1 + 1e-9), ("loss after Adam", 1 + 1e-9), ("error", 4.0), ("residual", 0.0)],
)
def test_a_number_that_has_moved_is_named(
    key: str,
    factor: float,
    of_poisson: Numbers,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "before.json"
    moved = of_poisson | {key: factor * of_poisson[key]}
    path.write_text(json.dumps({"poisson, mlp": moved}))
    monkeypatch.setattr(numbers, "run_case", lambda case: of_poisson)
    with pytest.raises(TrainingError, match=f"1 numbers differ .* poisson, mlp: {key}"):
        list(number_lines(tmp_path / "now.json", path, ["poisson, mlp"], str))


@pytest.mark.parametrize(
    "text",
    ["[", "[1]", "[" * 100_000, '{"heat, mlp": 3}', '{"heat, mlp": {"error": "1"}}', None],
    ids=lambda text: str(text)[:30],
)
def test_numbers_that_cannot_be_read_are_refused(text: str | None, tmp_path: Path) -> None:
    path = tmp_path / "before.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(UserError, match=r"before\.json"):
        list(number_lines(tmp_path / "now.json", path, ["poisson, mlp"], str))


def test_a_row_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no 'navier' in this table; there are poisson"):
        list(number_lines(tmp_path / "now.json", None, ["navier"], str))
