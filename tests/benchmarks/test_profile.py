"""The cost of networks over widths."""

from pathlib import Path

import pytest

from pinn_metakan.benchmarks import profile
from pinn_metakan.cli import main


def test_the_profile_prints_each_width_and_draws(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(profile, "WIDTHS", (3, 16))
    with pytest.raises(SystemExit) as stop:
        main(["networks", "--profile", f"--out={tmp_path}", "--points=50", "--rounds=1"])
    assert not stop.value.code
    lines = capsys.readouterr().out.splitlines()
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if "[2," in line
    ]
    counts = {(row[0], row[1]): int(row[2]) for row in rows if len(row) == 8}
    edges, h, size = 2 * 16 + 16 * 16 + 16, 32, 9
    assert counts["[2,16,16,1]", "KAN"] == counts["[2,16,16,1]", "MetaKAN, baked"] == size * edges
    assert counts["[2,16,16,1]", "MetaKAN"] == edges + 3 * (2 * h + h * size + size)
    assert "from 46 edges on" in "".join(lines)
    assert "from w = 11 on" in "".join(lines)
    assert (tmp_path / "profile.png").stat().st_size > 10_000


def test_the_break_even_is_where_the_counts_cross() -> None:
    _, width = profile._break_even("cpu", "float64")
    counts = {}
    for w in (width - 1, width):
        for name in ("KAN", "MetaKAN"):
            network, settings = profile._NETWORKS[name]
            made = profile._assembled(network, {"widths": [w, w], **settings}, "cpu", "float64", 1)
            counts[name, w] = made.network.n_parameters
    assert counts["MetaKAN", width] < counts["KAN", width]
    assert counts["MetaKAN", width - 1] >= counts["KAN", width - 1]
