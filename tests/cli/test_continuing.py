"""solve --from, solve --along, resume --set on the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from small_runs import FAST_FLAGS

from pinn_metakan.cli.pairs import values_along

Run = Callable[..., tuple[int, str, str]]
WITHOUT_NETWORK = [flag for flag in FAST_FLAGS if "network" not in flag and "adam" not in flag]


def test_a_chain_tells_its_links_and_a_run_begins_with_it(run: Run, tmp_path: Path) -> None:
    flags = [*FAST_FLAGS, "--out", "chain"]
    status, out, err = run("solve", "heat", "--along", "diffusivity=0.5,1/pi,0.25", *flags)
    assert (status, err) == (0, "")
    assert "link        2 of 3: diffusivity = 0.31831" in out
    lines = [line for line in out.splitlines() if line.startswith(("link 1:", "link 2:"))]
    assert lines[0].startswith("link 1: diffusivity = 0.5, relative L2 error of u ")
    assert "steps" in lines[1]
    report = json.loads((tmp_path / "chain" / "report.json").read_text())
    assert len(report["links"]) == 2
    status, out, _ = run("solve", "heat", "--from", "chain", *WITHOUT_NETWORK, "--out", "warm")
    assert status == 0
    assert "start       the network of chain" in out
    status, _, err = run("solve", "heat", "--settings", "warm/settings.toml", "--out", "other")
    assert status == 2
    assert "began with the network of chain; give --from RUN" in err
    status, _, err = run("resume", "warm", "--set", "network.widths=[9]")
    assert status == 2
    assert "it is made again by: pinn-metakan rerun warm --set network.widths=..." in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--along", "diffusivity=1"], "with two values or more"),
        (["--along", "diffusivity=1,,2"], "with two values or more"),
        (["--along", "nu=1,2"], "no parameter 'nu'; there are diffusivity"),
        (["--along", "diffusivity=1,2020-01-01"], "expected a number, text"),
        (["--from", "nowhere"], "there is no run folder nowhere"),
    ],
)
def test_mistakes_are_one_line(
    arguments: list[str], message: str, run: Run, tmp_path: Path
) -> None:
    status, out, err = run("solve", "heat", *arguments, "--out", "run")
    assert (status, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_values_along_are_numbers_as_people_write_them() -> None:
    name, values = values_along("viscosity=0.05,0.02,0.01/pi")
    assert (name, values) == ("viscosity", [0.05, 0.02, pytest.approx(0.0031830988618)])
