"""Code of the user's at arm's length: what it raises, changes and returns."""

import os
import random
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from pinn_metakan.diagnosis.reference import reference_at
from pinn_metakan.errors import ProblemError
from pinn_metakan.pde import user_code
from pinn_metakan.pde.formulation import formulate
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.user_code import call_user

Write = Callable[..., Path]


def raised(error: BaseException) -> None:
    raise error


class Silent(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


@pytest.mark.parametrize(
    "error",
    [SystemExit(0), SystemExit("done"), KeyboardInterrupt(), GeneratorExit(), StopIteration()],
)
def test_what_would_end_the_program_names_file_and_line(error: BaseException) -> None:
    with pytest.raises(ProblemError, match=r"^mine failed: \w+: .*\(test_user_code.py, line \d+\)"):
        call_user(lambda: raised(error), (), "mine")


def test_an_interrupt_of_the_keyboard_is_none_of_the_code() -> None:
    def interrupted() -> None:
        os.kill(os.getpid(), 2)
        time.sleep(5.0)

    with pytest.raises(KeyboardInterrupt):
        call_user(interrupted, (), "mine")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("two\nlines, \x1b[2J"), r"ValueError: two lines, \\x1b\[2J \(test"),
        (ValueError("a" * 100_000), r"ValueError: \.\.\.a+ \(test"),
        (ValueError("\ud83d"), r"ValueError: \\ud83d"),
        (Silent(), r"Silent: <Silent> \(test"),
        (ValueError(), r"ValueError: no message \(test"),
    ],
)
def test_what_an_error_says_is_one_short_printable_line(error: Exception, said: str) -> None:
    with pytest.raises(ProblemError, match=said) as told:
        call_user(lambda: raised(error), (), "mine")
    assert str(told.value).isprintable()
    assert len(str(told.value)) <= 280


def recurse() -> None:
    recurse()


def test_endless_recursion_names_its_line() -> None:
    with pytest.raises(ProblemError, match=r"mine failed: RecursionError: .*test_user_code.py, li"):
        call_user(recurse, (), "mine")


CHANGES: list[tuple[Callable[[], object], Callable[[], object]]] = [
    (lambda: torch.set_default_dtype(torch.float16), torch.get_default_dtype),
    (lambda: torch.set_grad_enabled(False), torch.is_grad_enabled),
    (lambda: torch.set_num_threads(2), torch.get_num_threads),
    (lambda: os.chdir("/"), os.getcwd),
    (lambda: setattr(sys, "stdout", None), lambda: sys.stdout),
    (lambda: setattr(sys, "stderr", None), lambda: sys.stderr),
    (lambda: torch.set_default_device("meta"), torch.get_default_device),
    (lambda: torch.set_float32_matmul_precision("medium"), torch.get_float32_matmul_precision),
    (
        lambda: torch.use_deterministic_algorithms(True),
        torch.are_deterministic_algorithms_enabled,
    ),
    (lambda: torch.autograd.set_detect_anomaly(True), torch.is_anomaly_enabled),
    (lambda: sys.setrecursionlimit(sys.getrecursionlimit() + 9), sys.getrecursionlimit),
    (lambda: np.seterr(all="raise"), np.geterr),
    (lambda: warnings.simplefilter("error"), lambda: list(warnings.filters)),
]


@pytest.mark.parametrize(
    ("change", "state"),
    CHANGES,
    ids=[
        *("dtype", "gradients", "threads", "folder", "output", "errors"),
        *("device", "precision", "determinism", "anomalies", "depth", "floats", "warnings"),
    ],
)
def test_what_a_call_changes_for_all_is_put_back(
    change: Callable[[], object], state: Callable[[], object]
) -> None:
    before = state()
    call_user(change, (), "mine")
    assert state() == before
    with pytest.raises(ProblemError):
        call_user(lambda: (change(), raised(ValueError("late"))), (), "mine")
    assert state() == before


LASTING = """
import os, random, sys, warnings
import numpy as np
torch.manual_seed(7)
random.seed(7)
np.random.seed(7)
np.seterr(all="raise")
warnings.simplefilter("ignore")
os.chdir("/")
torch.set_default_device("meta")
torch.use_deterministic_algorithms(True)
torch.autograd.set_detect_anomaly(True)
torch.set_float32_matmul_precision("medium")
sys.setrecursionlimit(300)
sys.stdout = None
"""


def surroundings() -> list[object]:
    numbers = np.random.get_state()[1]  # noqa: NPY002
    seeds = [torch.get_rng_state().tolist(), random.getstate(), list(numbers)]
    return [
        *seeds, np.geterr(), list(warnings.filters), Path.cwd(), torch.get_default_device(),
        torch.are_deterministic_algorithms_enabled(), torch.is_anomaly_enabled(),
        torch.get_float32_matmul_precision(), os.sys.getrecursionlimit(), os.sys.stdout,
    ]  # fmt: skip


def test_what_a_file_changes_for_all_is_put_back(write_problem: Write) -> None:
    path = write_problem()
    path.write_text(path.read_text() + LASTING)
    before = surroundings()
    load_problem(str(path))
    assert surroundings() == before


def test_a_constructor_may_change_no_more_than_its_file(write_problem: Write) -> None:
    path = write_problem(extra="def __init__(self): torch.manual_seed(3); torch.rand(2)")
    before = surroundings()
    load_problem(str(path))
    assert surroundings() == before


def test_a_folder_that_is_called_like_the_package_is_the_users() -> None:
    package = Path(user_code.__file__).parents[1]
    namespace: dict[str, Callable[[], None]] = {}
    text = "def fail():\n    raise ValueError('no')"
    exec(compile(text, f"{package}_study/mine.py", "exec"), namespace)
    with pytest.raises(ProblemError, match=r"\(mine\.py, line 2\)"):
        call_user(namespace["fail"], (), "it")


def test_data_that_change_their_argument_in_place_change_nothing(write_problem: Write) -> None:
    right = formulate(load_problem(str(write_problem())))
    data = "lambda x: torch.sin(torch.pi * x.mul_(1.0)).add_(0.0) + x.zero_()"
    conditions = f"{{'initial': Initial(u={data}), 'walls': Dirichlet(u=0.0)}}"
    changed = formulate(load_problem(str(write_problem(conditions=conditions))))
    for name, residual in right.conditions.items():
        for term, values in residual.recorded.items():
            assert torch.equal(changed.conditions[name].recorded[term], values)


@pytest.mark.parametrize(
    ("term", "said"),
    [
        ("u_t.half()", "term 'heat' is float16 where the unknowns are float64; leave out"),
        ("u_t.float()", "term 'heat' is float32 where the unknowns are float64"),
        ("u_t * 1j", "term 'heat' is complex128, expected real numbers"),
        ("u_t.to('meta')", "term 'heat' is float64 on the device 'meta', which has no numbers"),
        ("u_t.to_sparse()", "term 'heat' is sparse float64, expected real numbers"),
        ("torch.nested.nested_tensor([u_t, u_t])", "term 'heat' is nested float64"),
        ("u_t[1:]", r"term 'heat' has shape \(6,\), expected \(N,\) = \(7,\)"),
    ],
)
def test_terms_that_are_no_plain_real_numbers_are_refused(
    term: str, said: str, write_problem: Write
) -> None:
    path = write_problem(residual=f"u_t, = (jet('u_t'),)\n        return {{'heat': {term}}}")
    with warnings.catch_warnings(action="ignore"), pytest.raises(ProblemError, match=said):
        formulate(load_problem(str(path)))


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ("units = {'u': '\\x00'}", r"units: that of u must be a printable text .* got '\\x00'"),
        ("units = {'u': '\\ud83d'}", r"units: that of u must be .* got '\\ud83d'"),
        ("units = {'u': None}", "units: that of u must be a printable text .* got None"),
        ("long_names = {'x': 'a' * 100_000}", "at most 100 characters, got '?.*aaa"),
        ("long_names = {'y': 'a'}", "long_names: 'y' is no coordinate or unknown; there are x, t"),
        ("units = ['m']", r"units must be a dict such as \{'x': '\.\.\.'\}, got \['m'\]"),
    ],
)
def test_labels_that_cannot_be_drawn_are_refused(
    extra: str, said: str, write_problem: Write
) -> None:
    with pytest.raises(ProblemError, match=said):
        formulate(load_problem(str(write_problem(extra=extra))))


def test_two_conditions_with_one_term_are_refused(write_problem: Write) -> None:
    path = write_problem(
        unknowns="('u', 'b_u')",
        conditions="{'a': Dirichlet(b_u=0.0), 'a_b': Dirichlet(u=0.0)}",
        residual="return {'heat': jet('u_t') - jet('u_xx'), 'more': jet('b_u') - jet('u')}",
    )
    with pytest.raises(ProblemError, match="conditions 'a' and 'a_b' both have a term 'a_b_u'"):
        formulate(load_problem(str(path)))


@pytest.mark.parametrize("value", ["1.0", "np.float32(1)", "x.mean()", "{}", "x.to_sparse()"])
def test_a_reference_that_is_no_tensor_of_numbers_is_no_reference_to_check(
    value: str, write_problem: Write
) -> None:
    body = f"x = points[:, 0]\n        return {{'u': {value}}}"
    path = write_problem(extra=f"def reference(self, points):\n        {body}")
    path.write_text(f"import numpy as np\n{path.read_text()}")
    formulation = formulate(load_problem(str(path)))
    assert reference_at(formulation, formulation.equations.at.points) is None
