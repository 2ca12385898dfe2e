"""A family or a network of the user's own: found, run, gone on with, refused in one line."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from own_parts import SINE, write_parts
from small_runs import FAST, FAST_FLAGS, stop_at

from pinn_metakan.cli import main
from pinn_metakan.errors import Interrupted, RunFolderError, SettingsError
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.results.hdf5 import read_solution
from pinn_metakan.runs.resume import open_run, rerun, resume
from pinn_metakan.runs.solve import solve
from pinn_metakan.training.checkpoint import load_checkpoint, save_checkpoint

#: Leaves a file beside itself when its code runs.
TRAP = "\n__import__('pathlib').Path(__file__).with_suffix('.ran').touch()\n"
POINTS = np.array([[0.3, 0.2], [0.9, 0.8]])
OWN = FAST | {"network": {"widths": [4], "family": "sine:Sine", "options": {"count": 4}}}
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_parts(tmp_path)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stop:
            main(list(arguments))
        captured = capsys.readouterr()
        return int(stop.value.code or 0), captured.out, captured.err

    return call


@pytest.mark.parametrize("network", ["kan", "metakan-sine"])
@pytest.mark.parametrize("family", ["sine:Sine", "my/bell.py:Bell"])
def test_a_family_of_the_users_own_trains(network: str, family: str) -> None:
    part = {"widths": [4], "family": family}
    solution = solve(load_problem("heat"), network, settings=FAST | {"network": part})
    assert solution.history["loss"][-1] < 0.5 * solution.history["loss"][0]
    assert family.rpartition(":")[2] in solution.network.describe()  # type: ignore[union-attr]


def test_edges_share_functions_of_a_family_of_the_users_own() -> None:
    part = {"widths": [4], "family": "sine:Sine"}
    solution = solve(load_problem("heat"), "metakan", settings=FAST | {"network": part})
    assert solution.history["loss"][-1] < 0.5 * solution.history["loss"][0]
    assert "Sine terms, shared" in solution.network.describe()  # type: ignore[union-attr]


@pytest.mark.parametrize("engine", ["jets", "autograd"])
def test_both_engines_take_a_family_of_the_users_own(engine: str) -> None:
    losses = solve(load_problem("heat"), "kan", settings=OWN | {"engine": engine}).history["loss"]
    other = solve(load_problem("heat"), "kan", settings=OWN | {"engine": "jets"}).history["loss"]
    np.testing.assert_allclose(losses, other, rtol=1e-6)


def test_a_network_of_the_users_own_trains_with_its_options() -> None:
    options = {"network": {"options": {"widths": [5, 4], "name": "mine"}}}
    solution = solve(load_problem("heat"), "my/ripple.py:WaveNet", settings=FAST | options)
    assert solution.attributes["network"] == "my/ripple.py:WaveNet"
    assert solution.network is not None
    assert solution.network.widths == (2, 5, 4, 1)
    assert solution.network.describe() == "mine: an MLP in a class of its own"
    assert solution.history["loss"][-1] < solution.history["loss"][0]


def test_a_run_keeps_name_hash_and_text_of_its_parts() -> None:
    solution = solve(load_problem("heat"), "kan", settings=OWN, out="run")
    (record,) = load_checkpoint(Path("run/checkpoint.safetensors"))["parts"]
    assert record["setting"] == "network.family"
    assert record["name"] == "sine:Sine"
    assert record["path"] == str(Path("problems/sine.py").resolve())
    (kept,) = json.loads(str(read_solution(Path("run/solution.h5")).attributes["parts"]))
    assert kept == {"name": "sine:Sine", "sha256": record["sha256"], "source": SINE}
    assert 'family = "sine:Sine"' in Path("run/settings.toml").read_text()
    assert resume("run")["u"].tobytes() == solution["u"].tobytes()
    assert rerun("run")["u"].tobytes() == solution["u"].tobytes()
    np.testing.assert_array_equal(
        open_run("run", evaluate=True)(POINTS)["u"], solution(POINTS)["u"]
    )
    assert "parts" not in solve(load_problem("heat"), settings=FAST).attributes


@pytest.mark.parametrize("network", ["my/ripple.py:WaveNet", "kan"])
def test_a_run_of_a_named_file_goes_on_exactly_once_it_is_named(network: str) -> None:
    settings = FAST | {"report_every": 1}
    if network == "kan":
        settings |= {"network": {"widths": [3], "family": "my/bell.py:Bell"}}
    else:
        settings.pop("network")
    part = Path("my/bell.py" if network == "kan" else "my/ripple.py")
    whole = solve(load_problem("heat"), network, settings=settings)
    with pytest.raises(Interrupted):
        solve(load_problem("heat"), network, settings=settings, out="run", progress=stop_at(3))
    line = rf"in no folder of problems; name it behind the run folder, .* run: --part .*{part}$"
    for go_on in (resume, rerun):
        with pytest.raises(RunFolderError, match=line):
            go_on("run")
    with pytest.raises(RunFolderError, match=line):
        open_run("run", evaluate=True)
    moved = part.rename("another_name.py")
    assert rerun("run", parts=[moved])["u"].tobytes() == whole["u"].tobytes()
    assert open_run("run", evaluate=True, parts=[moved])(POINTS)["u"].shape == (2,)
    assert resume("run", parts=[str(moved)])["u"].tobytes() == whole["u"].tobytes()
    moved.rename(Path("problems") / part.name)
    assert resume("run")["u"].tobytes() == whole["u"].tobytes()


def test_a_changed_file_is_refused_before_anything_runs(tmp_path: Path) -> None:
    problem = tmp_path / "problems" / "warm.py"
    heat = load_problem("heat").origin
    problem.write_text(heat.source + TRAP)
    solve(load_problem("warm"), "kan", settings=OWN, out="run")
    problem.with_suffix(".ran").unlink()
    sine = tmp_path / "problems" / "sine.py"
    sine.write_text(SINE + TRAP)
    message = r"another version of problems/sine\.py \(SHA-256 [0-9a-f]{12}, now [0-9a-f]{12}\)"
    for go_on in (resume, rerun):
        with pytest.raises(RunFolderError, match=message):
            go_on("run")
    with pytest.raises(RunFolderError, match=message):
        open_run("run", evaluate=True)
    with pytest.raises(RunFolderError, match=r"another version of problems/sine\.py"):
        resume("run", parts=[sine.relative_to(tmp_path)])
    assert not list(Path("problems").glob("*.ran"))


def test_no_path_that_a_run_folder_holds_is_followed() -> None:
    solve(load_problem("heat"), "kan", settings=OWN, out="run")
    trap = Path("run/trap.py")
    trap.write_text(SINE + TRAP)
    checkpoint = Path("run/checkpoint.safetensors")
    tree = load_checkpoint(checkpoint)
    for name in ("run/trap.py:Sine", f"{trap.resolve()}:Sine", "trap:Sine", "../run/trap:Sine"):
        tree["choices"]["settings"]["network"]["family"] = name
        tree["parts"][0] |= {"name": name, "path": str(trap.resolve())}
        save_checkpoint(checkpoint, tree)
        with pytest.raises(RunFolderError, match="in no folder of problems"):
            resume("run")
        for parts in ([], [{"setting": "network.family", "name": "sine:Sine"}], 3, [7]):
            save_checkpoint(checkpoint, tree | {"parts": parts})
            with pytest.raises(RunFolderError, match="does not fit this version"):
                resume("run")
    assert not trap.with_suffix(".ran").exists()


def test_a_path_in_a_file_of_settings_is_not_followed_unless_named(run: Run) -> None:
    trap, nameless = Path("my/trap.py"), Path("my/.py")
    trap.write_text(SINE + TRAP)
    nameless.write_text(SINE + "\nopen('nameless.ran', 'w')\n")
    Path("c.toml").write_text('[network]\nfamily = "my/.py:Sine"\n')
    status, _, err = run("solve", "heat", "--settings", "c.toml", "--out", "r", *FAST_FLAGS)
    assert (status, Path("nameless.ran").exists()) == (2, False)
    assert "name the file, whose code will run: --part my/.py" in err
    Path("a.toml").write_text('[network]\nfamily = "my/trap.py:Sine"\n')
    Path("b.toml").write_text('[run]\nnetwork = "my/trap.py:Sine"\n')
    for name, setting in (("a.toml", "network.family"), ("b.toml", "network")):
        status, out, err = run("solve", "heat", "--settings", name, "--out", "r", *FAST_FLAGS)
        assert (status, out) == (2, "")
        assert f"{name} has {setting} = 'my/trap.py:Sine'; name the file" in err
        assert "--part my/trap.py" in err
    assert not trap.with_suffix(".ran").exists()
    flags = ["--settings", "a.toml", "--part", "my/trap.py", "--out", "r", *FAST_FLAGS]
    assert run("solve", "heat", *flags)[0] == 0


def test_changes_of_a_run_may_name_another_class() -> None:
    solve(load_problem("heat"), "kan", settings=OWN, out="run")
    Path("problems/sine.py").unlink()
    change = [("changes", {"network": {"family": "rbf", "options": {"count": 2.5}}})]
    with pytest.raises(SettingsError, match="rbf: count must be a whole number"):
        rerun("run", settings=change)
    change = [("changes", {"network": {"family": "my/bell.py:Bell"}})]
    with pytest.raises(SettingsError, match=r"my/bell\.py:Bell has no option 'count'; it has none"):
        rerun("run", settings=change)


def test_the_file_of_a_part_can_be_named_beside_its_class(tmp_path: Path) -> None:
    settings = FAST | {"network": {"family": "bell:Bell", "widths": [3]}}
    with pytest.raises(SettingsError, match=r"no bell\.py in the folders"):
        solve(load_problem("heat"), "kan", settings=settings)
    for given in ({"parts": ["my/bell.py"]}, {"problems": [tmp_path / "my"]}):
        assert solve(load_problem("heat"), "kan", settings=settings, **given)["u"].any()  # type: ignore[arg-type]
    with pytest.raises(SettingsError, match=r"there is no file my/gone\.py"):
        solve(load_problem("heat"), "kan", settings=settings, parts=["my/gone.py"])
    with pytest.raises(
        SettingsError, match=r"my/ripple\.py was named, but no setting takes a class"
    ):
        solve(load_problem("heat"), "kan", settings=settings, parts=["my/bell.py", "my/ripple.py"])
    solve(load_problem("heat"), settings=FAST, out="run")
    with pytest.raises(RunFolderError, match=r"there is no file my/gone\.py"):
        resume("run", parts=["my/gone.py"])
    with pytest.raises(RunFolderError, match=r"my/ripple\.py was named, but run uses no class of"):
        resume("run", parts=["my/ripple.py"])


def test_the_command_line_solves_goes_on_and_prints_the_file(run: Run) -> None:
    flags = [flag for flag in FAST_FLAGS if "widths" not in flag]
    flags += ["--set=adam.steps=100000", "--set=network.options.widths=[3]", "--budget=8"]
    status, out, err = run("solve", "heat", "--network", "my/ripple.py:WaveNet", *flags)
    assert (status, err) == (0, "")
    assert "my/ripple.py:WaveNet (my/ripple.py)" in out
    (folder,) = Path("outputs/heat").glob("*-WaveNet-seed0")
    assert (
        f"go on with: pinn-metakan resume {folder} --part {Path('my/ripple.py').resolve()}" in out
    )
    status, out, err = run("resume", str(folder))
    assert (status, out) == (2, "")
    assert err.endswith(f"its code will run: --part {Path('my/ripple.py').resolve()}\n")
    change = ["--set=adam.steps=2", "--out=again"]
    status, _, err = run("rerun", str(folder), "--part", "my/ripple.py", *change)
    assert (status, err) == (0, "")
    status, _, err = run("resume", str(folder), "--part", "my/ripple.py", "--budget=5")
    assert (status, err) == (0, "")


def test_help_tells_of_classes_of_ones_own(run: Run) -> None:
    for command in ("solve", "networks"):
        assert "module:Class" in " ".join(run(command, "--help")[1].split())
    assert "module:Class" in run("settings")[1]


def test_a_family_that_ends_the_program_while_it_trains_is_told(run: Run) -> None:
    guard = "        if len(x) > 10: raise SystemExit(0)\n        k ="
    Path("my/exits.py").write_text(SINE.replace("        k =", guard))
    family = "--set=network.family=my/exits.py:Sine"
    status, _, err = run("solve", "heat", "--network", "kan", family, *FAST_FLAGS, "--out", "r")
    assert status == 1
    assert "a problem or a part of it ended the program: SystemExit(0)" in err
