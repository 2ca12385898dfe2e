"""Mistakes in a family or a network of the user's own are told in one line, before any work."""

from pathlib import Path

import pytest
from own_parts import BELL, SINE, write_parts
from small_runs import FAST

from pinn_metakan.errors import ProblemError, SettingsError
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.solve import solve


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_parts(tmp_path)


@pytest.mark.parametrize(
    ("family", "message"),
    [
        ("my/gone.py:Sine", r"network\.family: there is no file my/gone\.py"),
        ("gone:Sine", r"network\.family: there is no gone\.py in the folders of problems \(probl"),
        ("../my/bell:Bell", r"there is no \.\./my/bell\.py in the folders of problems"),
        ("sine:Cosine", r"network\.family: problems/sine\.py: no class 'Cosine'; choose one of S"),
        ("sine:Family", r"no class 'Family'; choose one of Sine"),
        ("sine:", r"network\.family: expected module:Class, got 'sine:'"),
        (":Sine", r"network\.family: expected module:Class, got ':Sine'"),
        ("my/empty.py:Sine", r"my/empty\.py defines no class, so there is no 'Sine'"),
        ("my/ripple.py:WaveNet", r"WaveNet must be a subclass of Family or EdgeFamily of pinn_m"),
        ("my/broken.py:Sine", r"my/broken\.py failed while loading: SyntaxError"),
        ("my/fails.py:Sine", r"my/fails\.py: Sine failed: ZeroDivisionError: .*fails\.py, line"),
        ("my/abstract.py:Sine", r"my/abstract\.py: Sine failed: TypeError: Can't instantiate abs"),
        ("my/flat.py:Sine", r"must give 6 tensors of shape \(3, 2, 3\) for inputs of shape \(3,"),
        ("my/wrong.py:Sine", r"order=5\)\[1\] must be the derivative of \[0\] in x; at one input"),
        ("my/short.py:Sine", r"must give 6 tensors of shape \(3, 2, 3\)"),
        ("my/far.py:Sine", r"reach must be a positive number, math.inf for any input, got -1"),
        ("my/crooked.py:Bell", r"sensitivities\(...\)\[0\]\[..., 0\] must be the derivative in w"),
    ],
)
def test_each_mistake_of_a_family_is_one_line(family: str, message: str) -> None:
    for name, text in {
        "empty": "x = 1\n",
        "broken": "def (:\n",
        "fails": SINE.replace("self.size, self.pace =", "1 / 0 #"),
        "abstract": SINE.replace("def derivatives", "def slopes"),
        "flat": SINE.replace("range(order + 1)", "range(1)"),
        "wrong": SINE.replace("n * math.pi / 2", "n * math.pi"),
        "short": SINE.replace("range(order + 1)", "range(min(order, 2) + 1)"),
        "far": SINE.replace("reach = math.inf", "reach = -1"),
        "crooked": BELL.replace("* ones", "* 2 * ones"),
    }.items():
        Path(f"my/{name}.py").write_text(text)
    with pytest.raises((SettingsError, ProblemError), match=message) as refused:
        solve(load_problem("heat"), "kan", settings={"network.family": family}, out="run")
    assert len(str(refused.value).splitlines()) == 1
    assert not Path("run").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"counts": 3}, r"sine:Sine has no option 'counts'; it has count, pace"),
        ({"count": 2.5}, r"sine:Sine: count must be a whole number, got 2\.5"),
        ({"pace": "fast"}, r"sine:Sine: pace must be a number, got 'fast'"),
    ],
)
def test_options_of_a_family_are_checked_by_its_constructor(
    options: dict[str, object], message: str
) -> None:
    network = {"family": "sine:Sine", "options": options}
    with pytest.raises(SettingsError, match=f"^network: {message}"):
        solve(load_problem("heat"), "kan", settings={"network": network})


@pytest.mark.parametrize(
    ("network", "options", "message"),
    [
        ("my/bell.py:Bell", {}, "network: my/bell.py: Bell must be a subclass of Network of pinn"),
        ("ripple:WaveNet", {}, r"network: there is no ripple\.py in the folders of problems"),
        (
            "my/ripple.py:WaveNet",
            {"inputs": 3},
            "WaveNet has no option 'inputs'; it has widths, na",
        ),
        ("my/ripple.py:WaveNet", {"name": 3}, "WaveNet: name must be a name, got 3"),
        ("my/ripple.py:WaveNet", {"widths": 3}, r"my/ripple\.py: WaveNet failed: TypeError: "),
    ],
)
def test_each_mistake_of_a_network_is_one_line(
    network: str, options: dict[str, object], message: str
) -> None:
    settings = {key: value for key, value in FAST.items() if key != "network"}
    with pytest.raises(SettingsError, match=message) as refused:
        solve(load_problem("heat"), network, settings=settings | {"network": {"options": options}})
    assert len(str(refused.value).splitlines()) == 1
