"""Commands beside solve: what they print, how fast they start, and how they end."""

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from small_runs import FAST_FLAGS, start

import pinn_metakan
from pinn_metakan.cli.arithmetic import evaluate
from pinn_metakan.settings.networks import NETWORK_SETTINGS

Run = Callable[..., tuple[int, str, str]]
Write = Callable[..., Path]


def test_the_version_is_that_of_the_package(run: Run) -> None:
    assert run("--version") == (0, f"pinn-metakan {pinn_metakan.__version__}\n", "")


@pytest.mark.parametrize("network", NETWORK_SETTINGS)
def test_settings_lists_name_default_and_meaning(network: str, run: Run) -> None:
    status, out, err = run("settings", "--network", network)
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert any(line.startswith("adam.learning_rate ") and "0.005" in line for line in lines)
    assert all(len(line.split()) > 2 for line in lines)
    assert any(line.startswith("network.widths ") for line in lines)


def test_settings_of_an_unknown_network_are_refused(run: Run) -> None:
    status, out, err = run("settings", "--network", "cnn")
    assert (status, out) == (2, "")
    assert "no network 'cnn'; choose one of metakan" in err


def test_show_tells_what_a_problem_is(run: Run, write_problem: Write) -> None:
    status, out, _ = run("show", "burgers")
    assert status == 0
    for text in (
        "u_t + u u_x = nu u_xx",
        "viscosity: nu [-]",
        "parameter    viscosity = 0.00318",
        "coordinate   x [-]",
        "unknown      u [-]",
        "domain       SpaceTime(Box((-1.0, 1.0)), 0.0, 1.0)",
        "condition    initial: Initial(u=f(x))",
        "condition    walls: Dirichlet(u=0.0)",
        "reference    yes",
        "suggests     points: {'interior': 6000, 'adaptive': 0.9}",
    ):
        assert text in out
    path = write_problem(
        conditions="{'a': Neumann(u=1.0, where='x=0'), 'b': Robin(1.0, 2.0, lambda x, t: x),"
        " 'c': Observed([[0.5, 0.5]], u=[1.0]), 'd': Periodic('x')}"
    )
    _, out, _ = run("show", str(path))
    for text in (
        "a: Neumann(u=1.0, where='x=0')",
        "b: Robin(a=1.0, b=2.0, c=f(x, t))",
        "c: Observed(u=<1 values>)",
        "d: Periodic(coordinate='x')",
    ):
        assert text in out
    status, out, err = run("show", str(write_problem(residual="return {}")))
    assert (status, out) == (2, "")
    assert "returned an empty dict" in err


def test_a_number_may_be_written_as_arithmetic(run: Run, tmp_path: Path) -> None:
    flags = [*FAST_FLAGS, "--out", "run"]
    assert run("solve", "burgers", "--param", "viscosity=0.01/pi", *flags)[0] == 0
    report = (tmp_path / "run" / "settings.toml").read_text()
    assert 'parameters = {"viscosity" = 0.003183098861837907}' in report
    before = sorted(tmp_path.iterdir())
    for value in ("2020-01-01", "07:32:00", "2020-01-01T00:00:00Z"):
        status, _, err = run("solve", "ball_poisson", "--param", f"dimension={value}")
        assert status == 2
        assert "expected a number, text" in err
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2*3", 6),
        ("-(1 + 2) / 4", -0.75),
        ("2**3", 8.0),
        ("1e-3", 1e-3),
        ("9**9**9", None),
        ("1/0", None),
        ("True", None),
        ("'a'*9", None),
        ("e", None),
        ("pi.real", None),
        ("__import__('os')", None),
        ("(" * 300 + ")" * 300, None),
        ("", None),
    ],
)
def test_arithmetic_is_numbers_and_pi_alone(text: str, value: float | None) -> None:
    assert evaluate(text) == value


def test_settings_of_a_run_make_it_again(run: Run, tmp_path: Path) -> None:
    flags = ["--network=kan", "--seed=3", "--param", "diffusivity=0.5", *FAST_FLAGS]
    assert run("solve", "heat", *flags, "--out", "k")[0] == 0
    for arguments in (["solve", "heat", "--settings", "k/settings.toml"], ["rerun", "k"]):
        assert run(*arguments, "--out", "again", "--overwrite")[0] == 0
        first, again = (
            json.loads((tmp_path / n / "report.json").read_text()) for n in "k again".split()
        )
        for key in ("problem", "network", "seed", "relative_l2", "loss", "steps"):
            assert first[key] == again[key], key
    status, _, _ = run("rerun", "k", "--seed=4", "--set", "lm.steps=5")
    (folder,) = (tmp_path / "outputs" / "heat").iterdir()
    changed = json.loads((folder / "report.json").read_text())
    assert (status, changed["seed"], changed["steps"]) == (0, 4, 9)
    assert folder.name.endswith("-kan-seed4")
    status, _, err = run("solve", "burgers", "--settings", "k/settings.toml")
    assert status == 2
    assert "k/settings.toml is of the problem heat, not burgers" in err
    assert (
        run("solve", "heat", "--settings", "k/settings.toml", "--seed=5", "--out", "other")[0] == 0
    )
    assert json.loads((tmp_path / "other" / "report.json").read_text())["seed"] == 5


def test_runs_that_start_together_are_all_kept(tmp_path: Path) -> None:
    seeds = (1, 1)
    flags = [*FAST_FLAGS, "--network=kan"]
    runs = [start(tmp_path, "solve", "heat", "--seed", str(seed), *flags) for seed in seeds]
    ends = [process.communicate(timeout=120) for process in runs]
    assert [process.returncode for process in runs] == [0] * len(seeds), ends
    folders = list((tmp_path / "outputs" / "heat").iterdir())
    reports = [json.loads((folder / "report.json").read_text()) for folder in folders]
    assert sorted(report["seed"] for report in reports) == sorted(seeds)
    assert all(f"-kan-seed{r['seed']}" in f.name for r, f in zip(reports, folders, strict=True))


def test_of_two_runs_into_one_folder_one_is_refused(tmp_path: Path) -> None:
    runs = [start(tmp_path, "solve", "heat", *FAST_FLAGS, "--out", "same") for _ in range(2)]
    errors = [process.communicate(timeout=120)[1] for process in runs]
    assert sorted(process.returncode for process in runs) == [0, 2]
    assert any("same" in error for error in errors)
    assert (tmp_path / "same" / "solution.h5").exists()


@pytest.mark.parametrize("delay", [0.0, 0.5, 1.5])
def test_ctrl_c_while_starting_is_one_line(delay: float, tmp_path: Path) -> None:
    process = start(tmp_path, "solve", "heat", "--set=adam.steps=1000000")
    mapped = Path(f"/proc/{process.pid}/maps")
    while "libtorch" not in mapped.read_text():  # it is being imported
        time.sleep(0.02)
    time.sleep(delay)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.startswith("pinn-metakan: interrupted")
    assert err.count("\n") == 1
    if "resume" in err:
        assert "problem" in out


def test_a_reader_that_goes_away_does_not_end_a_run(tmp_path: Path) -> None:
    with start(tmp_path, "solve", "heat", *FAST_FLAGS, "--out", "run") as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        err = process.stderr.read()
    assert (process.returncode, err) == (0, "")
    assert (tmp_path / "run" / "report.json").exists()


def test_a_run_ended_by_its_budget_prints_the_line_that_resumes(
    run: Run, write_problem: Write
) -> None:
    path = write_problem()
    status, out, _ = run("solve", str(path), *FAST_FLAGS, "--budget=0.5", "--out", "a run")
    assert status == 0
    assert f"go on with: pinn-metakan resume 'a run' {path}" in out
    assert "note: no step was trained" in out
    assert run("resume", "a run")[0] == 2
    assert run("resume", "a run", str(path))[0] == 0


def test_plot_of_a_run_that_was_killed_says_what_to_do(run: Run, tmp_path: Path) -> None:
    assert run("solve", "heat", *FAST_FLAGS, "--out", "run")[0] == 0
    (tmp_path / "run" / "solution.h5").unlink()
    status, _, err = run("plot", "run")
    assert status == 2
    assert "go on with: pinn-metakan resume run" in err


@pytest.mark.parametrize(
    "device", ["meta", "mps", "abacus", "mkldnn", "hpu", "privateuseone", "xla"]
)
def test_a_device_that_is_not_here_is_one_line(device: str, run: Run, tmp_path: Path) -> None:
    status, out, err = run("solve", "heat", "--device", device)
    assert (status, out) == (2, "")
    assert f"device '{device}' cannot be used here: " in err
    assert err.count("\n") == 1
    assert len(err) < 250
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "parts",
    [
        {"residual": "raise SystemExit(0)"},
        {"extra": "def __init__(self): exit()"},
        {"extra": "def reference(self, points): raise SystemExit"},
        {"conditions": "{'a': Dirichlet(u=lambda x, t: exit())}"},
        {"extra": "raise SystemExit(0)"},
    ],
)
def test_a_problem_must_not_end_the_program(
    parts: dict[str, str], run: Run, write_problem: Write
) -> None:
    status, _, err = run("solve", str(write_problem(**parts)), "--out", "run")
    assert status == 2
    assert "SystemExit" in err
    assert "mine.py, line" in err
    assert err.count("\n") == 1
    assert not Path("run").exists()
