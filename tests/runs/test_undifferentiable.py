"""Code of a problem's that torch evaluates, but cannot differentiate: told with its line."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from own_parts import SINE
from small_runs import FAST, FAST_FLAGS

from pinn_metakan.cli import main
from pinn_metakan.errors import ProblemError, TrainingError
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.examination import examine
from pinn_metakan.runs.solve import solve

Write = Callable[..., Path]

#: Functions of the user's, and the line of each that is to be told.
SPARSE = """
def function(u):
    return u.to_sparse().to_dense()  # here
"""
UNIQUE = """
def function(u):
    return 0 * u.unique().sum() + u  # here
"""
IN_PLACE = """
def function(u):
    w = u.exp()
    v = w.sin()  # here
    w += 1
    return v
"""
BACKWARD = """
class Squared(torch.autograd.Function):
    calls = 0
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x
    @staticmethod
    def backward(ctx, slope):
        Squared.calls += 1
        if Squared.calls > CALLS:
            raise ValueError("boo")  # here
        return 2 * ctx.saved_tensors[0] * slope
function = Squared.apply
"""
AT_ONCE = BACKWARD.replace("CALLS", "0")
SAID = {
    SPARSE: "NotImplementedError: ",
    UNIQUE: "the derivative for '_unique2' is not implemented",
    IN_PLACE: "RuntimeError: one of the variables needed",
    AT_ONCE: "ValueError: boo",
}


@pytest.fixture
def write(write_problem: Write) -> Write:
    """Write a problem whose transform, residual or features use a function."""

    def written(function: str, place: str) -> Path:
        u = "u_t, u_xx, u = jet('u_t', 'u_xx', 'u')"
        parts = {
            "transform": {"extra": "def transform(self, x, o): return {'u': function(o['u'])}"},
            "residual": {"residual": f"{u}; return {{'heat': u_t - u_xx + 0 * function(u)}}"},
            "features": {
                "extra": "def features(self, x, t): return torch.stack([function(x), t], dim=1)"
            },
        }[place]
        path = write_problem(**parts)
        path.write_text(path.read_text().replace("import torch\n", f"import torch\n{function}\n"))
        return path

    return written


def told(path: Path) -> str:
    """What a message says of the line with the mark."""
    lines = path.read_text().splitlines()
    (number,) = (number for number, line in enumerate(lines, 1) if line.endswith("# here"))
    return rf"has no derivative in torch: .* \(mine\.py, line {number}\); take functions"


@pytest.mark.parametrize("network", ["metakan", "mlp"])
@pytest.mark.parametrize(
    ("function", "place"),
    [
        (SPARSE, "transform"),
        (UNIQUE, "transform"),
        (UNIQUE, "residual"),
        (IN_PLACE, "residual"),
        (AT_ONCE, "residual"),
        (AT_ONCE, "features"),
    ],
    ids=range(6),
)
def test_what_cannot_be_differentiated_is_told_with_its_line(
    function: str, place: str, network: str, write: Write
) -> None:
    path = write(function, place)
    with pytest.raises(ProblemError) as error:
        solve(load_problem(str(path)), network, settings=FAST)
    message = str(error.value)
    assert re.search(told(path), message)
    assert SAID[function][:20] in message
    assert len(message) <= 280


def test_doctor_tells_it_in_the_same_way(write: Write) -> None:
    path = write(UNIQUE, "residual")
    with pytest.raises(ProblemError, match=told(path)):
        examine(load_problem(str(path)))


def test_what_fails_later_is_a_failure_of_the_run(write: Write, tmp_path: Path) -> None:
    path = write(BACKWARD.replace("CALLS", "6"), "residual")
    with pytest.raises(TrainingError, match=told(path)):
        solve(load_problem(str(path)), settings=FAST, out=tmp_path / "run")


def test_an_error_of_who_watches_a_run_is_left_as_it_is() -> None:
    def progress(entry: object) -> None:
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        solve(load_problem("heat"), settings=FAST, progress=progress)


def test_a_family_that_fails_while_training_is_no_fault_of_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    checked = "__import__('os').path.exists('fail') and [][1]\n        k = self"
    Path("mine.py").write_text(SINE.replace("k = self", checked, 1))
    monkeypatch.setattr("pinn_metakan.runs.sitting.facts", lambda run: Path("fail").touch() or [])
    with pytest.raises(SystemExit) as stop:
        main(["solve", "heat", "--set=network.family=mine:Sine", "--part=mine.py", *FAST_FLAGS])
    line = capsys.readouterr().err.splitlines()[-1]
    assert stop.value.code == 1
    assert "code of yours failed, IndexError (mine.py, line " in line
    assert "report" not in line
