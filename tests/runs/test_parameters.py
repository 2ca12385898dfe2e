"""Arguments of a problem's constructor are recorded, and given again when a run goes on."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from small_runs import FAST

from pinn_metakan.errors import ProblemError, RunFolderError
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.folder import RunFolder
from pinn_metakan.runs.resume import open_run, resume
from pinn_metakan.runs.same_problem import Remembered, same_problem
from pinn_metakan.runs.solve import solve

Write = Callable[..., Path]
Solved = Callable[..., Path]


def test_parameters_are_recorded_however_a_problem_is_made() -> None:
    kind = type(load_problem("heat"))
    assert kind(0.1).parameters == {"diffusivity": 0.1}  # type: ignore[call-arg]
    assert kind(diffusivity=0.1).parameters == {"diffusivity": 0.1}  # type: ignore[call-arg]
    assert kind().parameters == {"diffusivity": 0.25}
    with pytest.raises(TypeError, match="unexpected keyword argument 'speed'"):
        kind(speed=1.0)  # type: ignore[call-arg]

    class Bare(Problem):
        def residual(self, jet):  # type: ignore[no-untyped-def]
            return {}

    with pytest.raises(TypeError, match=r"Bare\(\) takes no arguments"):
        Bare(1)

    class Odd(Bare):
        def __init__(self, values, scale, *rest, **more):  # type: ignore[no-untyped-def]
            pass

    odd = Odd(np.ones(3), np.float64(2.0), 1, "a", key=[1, (2, 3)], f=torch.sin)
    assert odd.parameters == {
        "values": {"not recorded": "ndarray"},
        "scale": 2.0,
        "rest": [1, "a"],
        "more": {"key": [1, [2, 3]], "f": {"not recorded": "builtin_function_or_method"}},
    }


def test_arguments_of_every_kind_go_on_as_they_were(write_problem: Write) -> None:
    extra = (
        "def __init__(self, a, /, b: float = None, *rest, c=(1, 2), **more):\n"
        "        assert isinstance(c, tuple)\n"
        "        self.given = (a, b, rest, c, more)"
    )
    path = write_problem(extra=extra)
    kind = type(load_problem(str(path), parameters={"a": 1}))
    problem = kind(3, 0.5, "x", d=4)  # type: ignore[call-arg]
    problem._origin = load_problem(str(path), parameters={"a": 1}).origin
    solve(problem, settings=FAST, out="run")
    again = same_problem(Remembered.read(RunFolder(Path("run"))), path, ())
    assert again.given == (3, 0.5, ("x",), (1, 2), {"d": 4})  # type: ignore[attr-defined]
    assert again.parameters == problem.parameters


def test_a_parameter_that_cannot_be_recorded_needs_the_problem(write_problem: Write) -> None:
    extra = "def __init__(self, source=None):\n        self.source = source"
    path = write_problem(extra=extra)
    problem = load_problem(str(path), parameters={"source": torch.sin})
    solve(problem, settings=FAST, out="run")
    with pytest.raises(RunFolderError, match="could not record the parameter 'source'"):
        resume("run", path)
    assert resume("run", problem)["u"].shape == (11, 11)


@pytest.mark.parametrize(
    ("extra", "parameters"),
    [
        ("def __init__(self, force=torch.sin): self.force = force", {}),
        ("def __init__(self, **options): self.options = options", {"k": 3}),
        ("def __new__(cls, *a, **k): return object.__new__(cls)", {}),
    ],
)
def test_constructors_of_many_kinds_go_on(
    extra: str, parameters: dict[str, object], write_problem: Write, solved: Solved
) -> None:
    path = write_problem(extra=extra)
    run = solved(path, **parameters)
    assert resume(run, path)["u"].shape == (11, 11)


def test_a_frozen_dataclass_can_be_a_problem(write_problem: Write, solved: Solved) -> None:
    path = write_problem()
    text = path.read_text().replace("class Mine", "@dataclass(frozen=True)\nclass Mine")
    path.write_text(f"from dataclasses import dataclass\n{text}    speed: float = 2.0\n")
    run = solved(path)
    assert open_run(run, path).attributes["problem_parameters"] == '{"speed": 2.0}'


def test_the_name_of_the_record_is_not_free(write_problem: Write) -> None:
    own = write_problem("own", extra="def __init__(self): self.parameters = {'k': 2.0}")
    with pytest.raises(ProblemError, match=r"own\.py: Mine.*'parameters'.*line"):
        load_problem(str(own))
    own = write_problem("own", extra="parameters = {'k': 2.0}")
    with pytest.raises(ProblemError, match="'parameters' holds what the constructor was given"):
        solve(load_problem(str(own)), settings=FAST)
