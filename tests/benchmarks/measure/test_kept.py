"""Results that are kept as they come, whatever else is in their file."""

from pathlib import Path

import pytest

from pinn_metakan.benchmarks.measure.kept import KeptResults
from pinn_metakan.errors import UserError


@pytest.mark.parametrize(
    "line",
    [
        "3",
        "null",
        "[]",
        '"of result"',
        "{}",
        '{"of": "[2]"}',
        '{"result": {}}',
        '{"of": [2], "result": {}}',
        '{"of": "[2]", "result": 1.0}',
        "[" * 100_000,
        "\xff",
    ],
    ids=lambda line: line[:30],
)
def test_a_line_that_is_no_result_is_left_alone(line: str, tmp_path: Path) -> None:
    path = tmp_path / "kept.jsonl"
    path.write_bytes(line.encode("latin-1") + b"\n")
    KeptResults(path).of([1], lambda: {"error": 1.0})
    again = KeptResults(path)
    assert again.of([1], dict) == {"error": 1.0}
    assert again.of([2], lambda: {"error": 2.0}) == {"error": 2.0}
    assert path.read_bytes().startswith(line.encode("latin-1"))


def test_a_result_after_a_torn_line_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "kept.jsonl"
    KeptResults(path).of([1], lambda: {"error": 1.0})
    with path.open("a") as file:
        file.write('{"of": "[2]", "resu')  # the benchmark was ended here
    KeptResults(path).of([2], lambda: {"error": 2.0})
    again = KeptResults(path)
    assert again.of([2], dict) == {"error": 2.0}
    assert again.of([1], dict) == {"error": 1.0}


def test_kept_results_that_cannot_be_appended_to_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "kept.jsonl"
    path.write_text("")
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with pytest.raises(UserError, match=r"cannot read and write .*kept\.jsonl"):
        KeptResults(path)
