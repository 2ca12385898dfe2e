"""The command line: every command, every exit status, what it prints."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from small_runs import FAST_FLAGS, PROBLEM_NAMES, SHIPPED, start

from pinn_metakan.networks.convolution.table import CONVOLUTIONS
from pinn_metakan.settings.networks import NETWORK_SETTINGS

Write = Callable[..., Path]
Run = Callable[..., tuple[int, str, str]]


def test_list_names_each_problem_first(run: Run) -> None:
    status, out, _ = run("list")
    assert status == 0
    lines = out.splitlines()
    assert [line.split()[0] for line in lines] == PROBLEM_NAMES
    assert all("=" in line for line in lines)


def test_list_finds_problems_by_their_tags(run: Run) -> None:
    status, out, _ = run("list", "--tag", "wave", "--tag", "linear", "-v")
    assert status == 0
    lines = out.splitlines()
    assert "wave" in [line.split()[0] for line in lines]
    assert all("wave" in line and "linear" in line for line in lines)
    status, out, _ = run("list", "--tag", "wave", "--json")
    entry = next(entry for entry in json.loads(out) if entry["name"] == "wave")
    assert set(entry) == {"name", "file", "tags", "equation"}
    assert "hyperbolic" in entry["tags"]


@pytest.mark.figures
def test_solve_writes_a_folder_and_prints_errors_parameters_time(run: Run, tmp_path: Path) -> None:
    status, out, err = run("solve", "heat", *FAST_FLAGS, "--out", "run", "--seed", "2")
    assert (status, err) == (0, "")
    for text in ("relative L2 error of u: ", "parameters: ", "training time: ", "folder: run"):
        assert text in out
    for fact in ("problem ", "network ", "engine ", "device ", "conditions ", "points "):
        assert any(line.startswith(fact) for line in out.splitlines())
    assert "\x1b" not in out
    report = json.loads((tmp_path / "run" / "report.json").read_text())
    assert report["seed"] == 2
    settings = (tmp_path / "run" / "settings.toml").read_text()
    assert "interior = 60" in settings


def test_solve_chooses_a_folder_by_problem_time_and_network(run: Run, tmp_path: Path) -> None:
    status, _, _ = run("solve", "poisson", "--network", "kan", *FAST_FLAGS)
    assert status == 0
    (folder,) = (tmp_path / "outputs" / "poisson").iterdir()
    assert folder.name.endswith("-kan-seed0")


def test_parameters_settings_files_and_soft_conditions(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("[adam]\nsteps = 2\nlearning_rate = 0.5\n")
    flags = [*FAST_FLAGS, "--settings", "mine.toml", "--conditions", "soft"]
    status, out, _ = run("solve", "burgers", "--param", "viscosity=0.1", *flags, "--out", "run")
    assert status == 0
    assert "soft: initial_u, walls_u" in out
    text = (tmp_path / "run" / "settings.toml").read_text()
    assert "learning_rate = 0.5" in text
    assert "steps = 4" in text  # --set wins over the file
    status, _, _ = run("solve", "burgers", "--settings", "run/settings.toml", "--out", "again")
    assert status == 0


@pytest.mark.figures
def test_plot_redraws_every_figure(run: Run, tmp_path: Path) -> None:
    run("solve", "heat", *FAST_FLAGS, "--out", "run")
    for path in (tmp_path / "run").glob("*.png"):
        path.unlink()
    status, out, _ = run("plot", "run")
    assert status == 0
    assert out.split() == ["run/solution.png", "run/history.png", "run/profiles.png"]
    assert len(list((tmp_path / "run").glob("*.png"))) == 3


def test_new_writes_a_file_that_can_be_solved(run: Run, tmp_path: Path) -> None:
    status, out, _ = run("new", "my_flow")
    assert status == 0
    assert "pinn-metakan solve my_flow.py" in out
    status, out, err = run("solve", "my_flow.py", *FAST_FLAGS, "--out", "run")
    assert (status, err) == (0, "")
    assert "no reference" in out
    status, _, err = run("new", "my_flow")
    assert (status, err) == (2, "pinn-metakan: my_flow.py exists already; choose another name\n")


def test_resume_ends_a_finished_run_at_once(run: Run) -> None:
    run("solve", "heat", *FAST_FLAGS, "--out", "run")
    status, out, _ = run("resume", "run")
    assert status == 0
    assert "folder: run" in out


MISTAKES: dict[str, tuple[list[str], str]] = {
    "problem": (["solve", "burger"], "no problem 'burger'; there are"),
    "file": (["solve", "missing.py"], "there is no problem file missing.py"),
    "network": (["solve", "heat", "--network", "cnn"], "choose one of metakan, kan, mlp"),
    "key": (["solve", "heat", "--set", "adam.stps=3"], "--set adam.stps=3: no setting 'adam.stps'"),
    "value": (["solve", "heat", "--set", "adam.steps=x"], "adam.steps: input should be a valid"),
    "pair": (["solve", "heat", "--set", "adam.steps"], "expected key=value"),
    "parameter": (["solve", "heat", "--param", "kappa=1"], "there are diffusivity"),
    "parameter pair": (["solve", "heat", "--param", "kappa"], "--param: expected k=v"),
    "settings file": (
        ["solve", "heat", "--settings", "no.toml"],
        "settings file: cannot read no.toml: No",
    ),
    "conditions": (["solve", "heat", "--conditions", "firm"], "'hard' or 'soft', got 'firm'"),
    "device": (["solve", "heat", "--device", "abacus"], "device 'abacus' cannot be used here"),
    "dtype": (["solve", "heat", "--dtype", "half"], "choose one of float64, float32"),
    "seed": (["solve", "heat", "--seed", "one"], "Invalid value for '--seed'"),
    "budget": (["solve", "heat", "--budget", "-3"], "the budget must be positive"),
    "problems": (["list", "--problems", "nowhere"], "there is no folder of problems nowhere"),
    "tag": (["list", "--tag", "flud"], "no tag 'flud'; there are 0d, 1d, 2d"),
    "run": (["resume", "nowhere"], "there is no run folder nowhere"),
    "plot": (["plot", "nowhere"], "there is no solution file nowhere/solution.h5"),
    "name": (["new", "2bad"], "a problem's name is a word"),
    "folder of a new file": (["new", "far/away", "--like", "heat"], "there is no folder far"),
    "command": (["sovle"], "No such command 'sovle'"),
    "option": (["solve", "heat", "--fast"], "No such option"),
    "argument": (["solve"], "Missing argument"),
}


@pytest.mark.parametrize(("arguments", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_gives_one_line_and_status_2(
    arguments: list[str], message: str, run: Run, tmp_path: Path
) -> None:
    status, out, err = run(*arguments)
    assert status == 2
    assert message in err
    assert err.startswith("pinn-metakan: ")
    assert err.count("\n") == 1
    assert out == ""
    assert list(tmp_path.iterdir()) == []


def test_a_broken_problem_file_gives_one_line_and_status_2(run: Run, write_problem: Write) -> None:
    path = write_problem(residual="return {'heat': jet('u_q')}")
    status, _, err = run("solve", str(path), "--out", "run")
    assert status == 2
    assert err.count("\n") == 1
    assert "mine.py" in err
    assert not Path("run").exists()


def test_an_out_that_is_a_file_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "run").write_text("")
    status, _, err = run("solve", "heat", "--out", "run")
    assert status == 2
    assert "is a file; --out needs a folder" in err


def test_a_run_that_fails_gives_status_1(run: Run, write_problem: Write) -> None:
    later = (
        "type(self).calls += len(jet('u')) == 800\n"
        "        return {'heat': jet('u') * (float('nan') if self.calls > 20 else 1.0)}"
    )
    path = write_problem(residual=later, extra="calls = 0")
    status, _, err = run("solve", str(path), "--set=adam.steps=50", "--out", "run")
    assert status == 1
    assert "term 'heat'" in err
    assert "try --set adam.learning_rate lower" in err
    assert err.count("\n") == 1


def test_help_teaches(run: Run) -> None:
    for arguments in ((), ("--help",)):
        status, out, _ = run(*arguments)
        assert status == 0
        assert "Begin with: pinn-metakan solve poisson" in out
        assert out.count("\n") > 10
    status, out, _ = run("solve", "--help")
    assert status == 0
    for option in ("--network", "--conditions", "--param", "--set", "--budget", "--overwrite"):
        assert option in out


@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGUSR1", 130)])
def test_who_stops_a_run_has_a_checkpoint_and_the_line_that_resumes(
    name: str, status: int, tmp_path: Path
) -> None:
    flags = [flag for flag in FAST_FLAGS if "adam.steps" not in flag]
    process = start(
        tmp_path, "solve", "heat", *flags, "--set=adam.steps=100000",
        "--set=checkpoint_seconds=0.2", "--out", "a run",
    )  # fmt: skip
    deadline = time.time() + 60
    history = tmp_path / "a run" / "history.jsonl"
    while not (history.exists() and history.read_text()):
        assert time.time() < deadline
        time.sleep(0.1)
    process.send_signal(getattr(signal, name))
    _, err = process.communicate(timeout=60)
    assert process.returncode == status
    assert err == "pinn-metakan: interrupted; go on with: pinn-metakan resume 'a run'\n"
    assert json.loads(history.read_text().splitlines()[-1])["step"] > 0


def test_a_budget_covers_the_whole_command(tmp_path: Path) -> None:
    begin = time.time()
    process = start(
        tmp_path, "solve", "heat", "--set=adam.steps=100000", "--budget", "20", "--out", "run",
    )  # fmt: skip
    out, err = process.communicate(timeout=100)
    seconds = time.time() - begin
    assert process.returncode == 0, err
    assert "ended by: the budget of 20 s is used up" in out
    assert 14 < seconds < 26  # 20 s where nobody else computes


def test_a_checkout_that_is_not_installed_lists_and_solves(tmp_path: Path) -> None:
    """Copy the two folders alone, and shut the installed package out."""
    for name in ("pinn_metakan", "problems"):
        (tmp_path / name).symlink_to(SHIPPED.parent / name)
    code = (
        "import sys; sys.path.insert(0, '.');"
        "sys.meta_path = [f for f in sys.meta_path if 'editable' not in repr(f).lower()];"
        "from pinn_metakan.cli import main; main({})"
    )
    work = tmp_path / "elsewhere"
    work.mkdir()
    for arguments in (["list"], ["solve", "heat", *FAST_FLAGS, "--out", str(work / "run")]):
        done = subprocess.run(
            [sys.executable, "-c", code.format(arguments)],
            cwd=tmp_path, text=True, capture_output=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "heat" in done.stdout
    assert (work / "run" / "solution.h5").exists()


def test_the_name_of_network_objects_is_refused(run: Run) -> None:
    status, out, err = run("solve", "heat", "--network=custom")
    assert (status, out) == (2, "")
    assert "stands for a network object" in err


def test_networks_lists_every_name_with_its_parameters(run: Run) -> None:
    status, out, _ = run("networks", "--widths", "2,16,16,1")
    lines = out.splitlines()
    assert status == 0
    assert [line.split()[0] for line in lines] == [*NETWORK_SETTINGS, *CONVOLUTIONS]
    assert "1387 parameters   9 per edge" in next(x for x in lines if x.startswith("metaspline"))
    status, out, _ = run("networks", "--widths", "1,32,64,128,256")
    assert "3486240 parameters   9 per edge" in next(
        x for x in out.splitlines() if x.startswith("kanconv")
    )
    status, out, err = run("networks", "--widths", "2,x")
    assert (status, out) == (2, "")
    assert "expected whole numbers such as 2,10,10,1, got '2,x'" in err


def test_plot_draws_the_edges_where_there_are_some(run: Run, tmp_path: Path) -> None:
    for network, figures in {
        "metakan": {"solution.png", "activations.png"},
        "metakan-sine": {"solution.png", "activations.png", "prompts.png"},
    }.items():
        asked = f"--network={network}"
        assert run("solve", "heat", asked, *FAST_FLAGS, "--out", network)[0] == 0
        status, out, _ = run("plot", network, "--activations")
        assert status == 0
        assert figures <= {Path(line).name for line in out.splitlines()}
    assert run("solve", "heat", "--network=mlp", *FAST_FLAGS, "--out", "mlp")[0] == 0
    status, out, err = run("plot", "mlp", "--activations")
    assert (status, out) == (2, "")
    assert "no edge functions to draw" in err
