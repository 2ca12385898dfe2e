"""A run whose other processes are gone leaves nothing where there is nothing to go on from."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from pinn_metakan.errors import ProcessesLost
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs import ending, first_process
from pinn_metakan.runs.ending import in_good_order
from pinn_metakan.runs.folder import RunFolder


@pytest.mark.parametrize("number", [0, 1])
def test_the_first_process_clears_without_the_others(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(value: object) -> None:
        raise ProcessesLost("they are gone")

    processes = SimpleNamespace(count=2, number=number, agreed=gone)
    monkeypatch.setattr(ending, "present_processes", lambda: processes)
    monkeypatch.setattr(first_process, "present_processes", lambda: processes)
    (tmp_path / "settings.toml").write_text("")
    with (
        pytest.raises(ProcessesLost) as lost,
        in_good_order(load_problem("heat"), RunFolder(tmp_path)),
    ):
        raise ProcessesLost("one is gone")
    assert lost.value.folder is None
    assert (tmp_path / "settings.toml").exists() == (number > 0)
