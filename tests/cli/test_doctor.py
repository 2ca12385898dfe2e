"""The command that examines a problem prints a line for each kind, and its status says the rest."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from small_runs import FAST_FLAGS

Run = Callable[..., tuple[int, str, str]]
Write = Callable[..., Path]


def test_doctor_finds_nothing_in_a_shipped_problem(run: Run, tmp_path: Path) -> None:
    status, out, err = run("doctor", "poisson")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith("problem     poisson (")
    assert lines[1].startswith("sizes       u 0.57")
    assert lines[2].startswith("device      c")
    cache = os.environ["PINN_METAKAN_CACHE"]
    assert re.match(
        rf"cache       {cache}/references: \d+ files?, \S+ of at most 500 MB$", lines[3]
    )
    assert {line.split(maxsplit=1)[1] for line in lines[4:]} == {"nothing found"}
    assert list(tmp_path.iterdir()) == []


def test_doctor_tells_findings_by_their_kind_with_a_status_of_its_own(
    run: Run, write_problem: Write
) -> None:
    start = "{'start': Initial(u=lambda x: 1 - abs(2 * x - 1), u_t=0.0), 'walls': Dirichlet(u=0.0)}"
    extra = "def __init__(self, rate: float = 1.0): self.rate = rate"
    wave = "return {'wave': jet('u_tt') - jet('u_xx')}"
    path = write_problem(conditions=start, residual=wave, extra=extra)
    status, out, _ = run("doctor", str(path), "--param", "rate=2/3")
    assert status == 1
    found = [line for line in out.splitlines() if "remark: " in line]
    assert [line.split()[0] for line in found] == ["smoothness", "unused"]


def test_doctor_tells_a_problem_that_cannot_be_solved_as_a_finding(
    run: Run, write_problem: Write
) -> None:
    path = write_problem(conditions="{'walls': Dirichlet(u=0.0)}")
    status, out, _ = run("doctor", str(path))
    assert status == 1
    assert "conditions  error: heat is of order 1 in t" in out
    status, _, err = run("solve", str(path))
    assert status == 2
    assert "asks for 1 initial condition on u; there is none; add Initial(u=...)" in err


def test_doctor_tells_slow_float64_where_it_would_be_used(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pinn_metakan.runs.devices.advice_on_float64", lambda device: "it is slow")
    assert "float64     it is slow\n" in run("doctor", "poisson")[1]
    assert "it is slow" not in run("doctor", "poisson", "--dtype", "float32")[1]


def test_doctor_refuses_a_file_that_cannot_be_loaded(run: Run, write_problem: Write) -> None:
    status, _, err = run("doctor", str(write_problem(residual="return {}")))
    assert status == 2
    assert "residual returned an empty dict" in err


def test_solve_says_what_is_grave_before_it_trains(run: Run, write_problem: Write) -> None:
    path = write_problem(conditions="{'s': Initial(u=0.0, u_t=0.0), 'w': Dirichlet(u=0.0)}")
    status, out, _ = run("solve", str(path), *FAST_FLAGS)
    assert status == 0
    note = "u has 2 conditions at the first time; heat, of order 1 in t, asks for 1"
    assert note in " ".join(out.split())
